import type { ContentPart } from '../chat/content-part.ts';
import type { ChatReply, Choice } from '../chat/reply.ts';
import type { ChatRequest } from '../chat/request.ts';
import type { Usage } from '../chat/usage.ts';
import { lastUserText, resultText, toolResults } from './last-turn.ts';
import { sampleJson } from './sample-json.ts';
import {
  partTokens,
  simulatedInputTokens,
  simulatedTokens,
  TOKEN_CHARACTERS,
} from './simulated-tokens.ts';
import { simulatedToolCalls } from './simulated-tool-calls.ts';

/** What the simulated provider doesn't make up itself. */
export interface SimulationOptions {
  /** As the provider calls it: `echo`, `error-429`. */
  readonly model: string;
  readonly replyId: string;
  /** Unix seconds. */
  readonly created: number;
  readonly callId: (index: number) => string;
}

export type SimulatedFault =
  /** Answered with this status in place of a reply. */
  | { readonly type: 'status'; readonly status: number; readonly retryAfterSeconds?: number }
  /** The connection breaks midway. */
  | { readonly type: 'cut' };

export interface Simulation {
  /** What is said, or would have been without the fault. */
  readonly reply: ChatReply;
  /** Between two pieces of a stream, and before a whole reply, milliseconds. */
  readonly paceMs: number;
  readonly fault?: SimulatedFault;
}

const PACE_MS = 10;
const SLOW_PACE_MS = 250;
const MOST_CHOICES = 16;
/** Of the user's text that is said back. */
const MOST_ECHOED = 65_536;
const RETRY_AFTER_SECONDS = 1;
const MODELS = ['echo', 'tools', 'reason', 'json', 'slow', 'length', 'cut'];

/** Answers without a model: the same request and options give the same reply. */
export function simulate(request: ChatRequest, options: SimulationOptions): Simulation {
  const choice = answer(request, options);
  const choices = Array.from({ length: Math.min(request.n ?? 1, MOST_CHOICES) }, () => choice);
  const fault = faultOf(options.model);
  return {
    reply: {
      id: options.replyId,
      model: options.model,
      created: options.created,
      choices,
      usage: usageOf(request, choices),
    },
    paceMs: options.model === 'slow' ? SLOW_PACE_MS : PACE_MS,
    ...(fault === undefined ? undefined : { fault }),
  };
}

function faultOf(model: string): SimulatedFault | undefined {
  if (model === 'cut') return { type: 'cut' };
  const status = Number(
    /^error-([45]\d\d)$/.exec(model)?.[1] ?? (MODELS.includes(model) ? 0 : 404),
  );
  if (status === 0) return undefined;
  const retry =
    status === 429 || status === 503 ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : undefined;
  return { type: 'status', status, ...retry };
}

function answer(request: ChatRequest, { model, callId }: SimulationOptions): Choice {
  const calls = simulatedToolCalls(request, callId);
  const thoughts = model === 'reason' ? thoughtsOn(request) : [];
  if (calls.length > 0) {
    return { content: [...thoughts, ...calls], stopReason: 'tool-calls' };
  }
  const said = limit(textFor(request, model), request, model);
  return {
    content: [...thoughts, { type: 'text', text: said.text }],
    stopReason: said.stopReason,
    ...(said.stopSequence === undefined ? undefined : { stopSequence: said.stopSequence }),
  };
}

function thoughtsOn(request: ChatRequest): readonly ContentPart[] {
  const { enabled, effort, visibility } = request.reasoning ?? {};
  if (enabled === false || effort === 'none' || visibility === 'hidden') return [];
  const words = lastUserText(request).split(/\s+/).filter(Boolean).length;
  return [{ type: 'reasoning', text: `The user said ${words} words. I will say them back.` }];
}

function textFor(request: ChatRequest, model: string): string {
  const heard = lastUserText(request).slice(0, MOST_ECHOED);
  const { output } = request;
  if (output?.type === 'json-schema') return JSON.stringify(sampleJson(output.schema));
  if (output?.type === 'json' || model === 'json') return JSON.stringify({ said: heard });
  const results = toolResults(request);
  if (results.length > 0) return `The tool answered: ${results.map(resultText).join('; ')}`;
  if (heard === '') return 'You said nothing.';
  if (model === 'tools') return `There is no tool to call. You said: ${heard}`;
  return `You said: ${heard}`;
}

interface Said {
  readonly text: string;
  readonly stopReason: 'stop' | 'length';
  readonly stopSequence?: string;
}

/** Keeps the output limit and the stop sequences, as a provider does. */
function limit(text: string, request: ChatRequest, model: string): Said {
  const allowed = (request.maxOutputTokens ?? Number.POSITIVE_INFINITY) * TOKEN_CHARACTERS;
  const most = model === 'length' ? Math.min(allowed, Math.ceil(text.length / 2)) : allowed;
  let end = Math.min(text.length, most);
  let stopSequence: string | undefined;
  for (const stop of request.stopSequences ?? []) {
    const at = stop === '' ? -1 : text.indexOf(stop);
    if (at === -1 || at >= end) continue;
    end = at;
    stopSequence = stop;
  }
  const said = text.slice(0, end).toWellFormed();
  if (stopSequence !== undefined) return { text: said, stopReason: 'stop', stopSequence };
  return { text: said, stopReason: end < text.length || model === 'length' ? 'length' : 'stop' };
}

function usageOf(request: ChatRequest, choices: readonly Choice[]): Usage {
  let text = 0;
  let reasoning = 0;
  for (const part of choices.flatMap(({ content }) => content)) {
    if (part.type === 'reasoning') reasoning += simulatedTokens(part.text ?? '');
    else text += partTokens(part);
  }
  return {
    input: { uncached: simulatedInputTokens(request) },
    output: { text, ...(reasoning === 0 ? undefined : { reasoning }) },
    provenance: 'provider',
  };
}
