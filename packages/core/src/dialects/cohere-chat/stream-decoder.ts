import type { GatewayError } from '../../chat/error.ts';
import type { PartStart, StreamEvent } from '../../chat/stream-event.ts';
import type { Stepper } from '../../fold.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { Target } from '../dialect.ts';
import { decodeCitation, placeCitation } from './citations.ts';
import { decodeReplyBlock } from './decode-block.ts';
import { restWith } from './decode-request.ts';
import { failedWithin, isErrorBody } from './errors.ts';
import { decodeStop, failureStatus } from './finish-reason.ts';
import { asJsonObject, DIALECT, KNOWN, restIn } from './known-fields.ts';
import { decodeLogprob } from './logprobs.ts';
import { createOpenParts, type OpenParts } from './open-parts.ts';
import { withoutNulls } from './reply.ts';
import { WireEvent } from './reply-wire.ts';
import { decodeUsage } from './usage.ts';

interface Reading {
  readonly target: Target;
  readonly parts: OpenParts;
  readonly unplaced: JsonObject[];
  hasStarted: boolean;
  hasCalls: boolean;
  isOver: boolean;
  firstText: number;
}

/** Decodes a provider's stream: events that aren't known are skipped, missing beginnings made up for. */
export function createStreamDecoder(target: Target): Stepper<SseEvent, StreamEvent> {
  const { provider } = target;
  const reading: Reading = {
    target,
    parts: createOpenParts(),
    unplaced: [],
    hasStarted: false,
    hasCalls: false,
    isOver: false,
    firstText: -1,
  };
  const fail = (error: GatewayError): readonly StreamEvent[] => {
    reading.isOver = true;
    return [{ type: 'error', error }];
  };
  return {
    push({ data }) {
      if (reading.isOver || data === '' || data === '[DONE]') return [];
      const json = parseJson(data);
      if (json.ok && isErrorBody(json.value)) return fail(failedWithin(provider));
      const event = WireEvent.safeParse(json.ok ? json.value : null);
      if (!event.success) {
        const detail = 'an event of its stream is not a JSON object with a type.';
        return fail({ kind: 'provider_invalid_reply', provider, detail });
      }
      if (event.data.type !== 'message-end') return read(reading, event.data);
      const failure = failureStatus(reasonOf(event.data));
      return failure === undefined
        ? finish(reading, event.data)
        : fail(failedWithin(provider, failure));
    },
    end: () => (reading.isOver ? [] : fail({ kind: 'provider_truncated', provider })),
  };
}

function begin(reading: Reading, event?: WireEvent): readonly StreamEvent[] {
  if (reading.hasStarted) return [];
  reading.hasStarted = true;
  const { model } = reading.target;
  const rest = event === undefined ? {} : restIn(withoutNulls(event), 'start');
  return [{ type: 'start', id: event?.id ?? '', model, ...rest }];
}

function read(reading: Reading, event: WireEvent): readonly StreamEvent[] {
  const key = String(event.index ?? 0);
  switch (event.type) {
    case 'message-start':
      return begin(reading, event);
    case 'content-start':
    case 'content-delta':
      return [...begin(reading), ...readContent(reading, event)];
    case 'content-end':
      reading.parts.finish(`content ${key}`);
      return [];
    case 'tool-plan-delta':
      return [...begin(reading), ...readPlan(reading, event)];
    case 'tool-call-start':
    case 'tool-call-delta':
      return [...begin(reading), ...readCall(reading, event)];
    case 'tool-call-end':
      reading.parts.finish(`call ${key}`);
      return [];
    case 'citation-start':
      return readCitation(reading, event.delta?.message?.citations);
    default:
      return [];
  }
}

const TEXT: PartStart = { type: 'text' };

/** Blocks are told apart by what they hold: some deployments send no beginning of them. */
function readContent(reading: Reading, event: WireEvent): readonly StreamEvent[] {
  const block = event.delta?.message?.content;
  const start = block == null ? undefined : startOf(block);
  if (block == null || start === undefined) return [];
  const { parts } = reading;
  const index = event.index ?? 0;
  const key = `content ${index}`;
  const { text, thinking } = block;
  const said = typeof thinking === 'string' ? thinking : text;
  const words = typeof said === 'string' ? said : '';
  const logprobs = decodeLogprob(event.logprobs);
  const isGoingOn = event.type === 'content-delta' && parts.typeOf(key) === start.type;
  if (!isGoingOn && start.type === 'text' && reading.firstText === -1) reading.firstText = index;
  return [
    ...(isGoingOn ? [] : parts.begin(key, start)),
    ...(words === '' ? [] : parts.grow(key, { type: 'text', text: words })),
    ...(logprobs.length === 0 ? [] : parts.grow(key, { type: 'logprobs', logprobs })),
  ];
}

function startOf(block: { readonly [field: string]: unknown }): PartStart | undefined {
  const { type, text, thinking } = block;
  if (typeof thinking === 'string') {
    return { type: 'reasoning', ...restIn(block, 'thinking') };
  }
  if (typeof text === 'string') return { type: 'text', ...restIn(block, 'text') };
  if (typeof type !== 'string') return undefined;
  const part = decodeReplyBlock(block);
  return part.type === 'opaque'
    ? part
    : { type: 'opaque', dialect: DIALECT, raw: asJsonObject(block) };
}

function readPlan(reading: Reading, event: WireEvent): readonly StreamEvent[] {
  const text = event.delta?.message?.tool_plan;
  if (text == null || text === '') return [];
  const { parts } = reading;
  const begun = parts.typeOf('plan') === undefined ? parts.begin('plan', TEXT) : [];
  return [...begun, ...parts.grow('plan', { type: 'text', text })];
}

function readCall(reading: Reading, event: WireEvent): readonly StreamEvent[] {
  const call = event.delta?.message?.tool_calls;
  if (call == null) return [];
  const { parts } = reading;
  const index = event.index ?? 0;
  const key = `call ${index}`;
  const isNew = event.type === 'tool-call-start' || parts.typeOf(key) === undefined;
  reading.hasCalls = true;
  const id = call.id == null || call.id === '' ? `call_${index}` : call.id;
  const told = call.function?.arguments;
  const json = typeof told === 'string' ? told : told == null ? '' : JSON.stringify(told);
  return [
    ...(isNew
      ? parts.begin(key, {
          type: 'tool-call',
          id,
          name: call.function?.name ?? '',
          ...restIn(call, 'call'),
        })
      : []),
    ...(json === '' ? [] : parts.grow(key, { type: 'arguments', json })),
  ];
}

/** Citations come with the words that they are for, or once all of them are said. */
function readCitation(reading: Reading, value: unknown): readonly StreamEvent[] {
  const citation = placeCitation(value, Math.max(0, reading.firstText));
  if (citation === undefined) return [];
  const { parts, unplaced } = reading;
  const key = citation.at === 'plan' ? 'plan' : `content ${citation.at?.block ?? -1}`;
  if (parts.typeOf(key) !== 'text') {
    unplaced.push(citation.raw);
    return [];
  }
  const annotation = decodeCitation(citation, parts.textOf(key));
  return parts.grow(key, { type: 'annotation', annotation });
}

const reasonOf = (event: WireEvent): string | undefined =>
  event.delta?.finish_reason ?? event.finish_reason ?? undefined;

function finish(reading: Reading, event: WireEvent): readonly StreamEvent[] {
  reading.isOver = true;
  const usage = decodeUsage(event.delta?.usage ?? event.usage);
  const unknown = Object.entries(withoutNulls(event.delta ?? {})).filter(
    ([field]) => !KNOWN.end.has(field),
  );
  return [
    ...begin(reading),
    ...reading.parts.endAll(),
    ...(usage === undefined ? [] : [{ type: 'usage' as const, usage }]),
    {
      type: 'choice-end',
      choice: 0,
      ...decodeStop(reasonOf(event), reading.hasCalls),
      ...restWith(Object.fromEntries(unknown), reading.unplaced),
    },
    { type: 'end' },
  ];
}
