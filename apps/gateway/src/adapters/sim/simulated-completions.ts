import { inputTokens, outputTokens, type Usage } from '@tollgate/core/chat';
import { openAiCompletionsPassage, openAiErrorBody, wireProblem } from '@tollgate/core/dialects';
import type { JsonObject } from '@tollgate/core/json';
import { simulate } from '@tollgate/core/simulation';
import { renderSse, SSE_DONE } from '@tollgate/core/sse';
import * as z from 'zod';
import {
  faultAnswer,
  halfOf,
  jsonAnswer,
  type SimulatedAnswer,
  type SimulatedOperation,
} from './simulated-answer.ts';
import { EVENT_STREAM } from './simulated-chat.ts';
import { openAiErrorOf } from './simulated-errors.ts';

const Completion = z.looseObject({
  model: z.string().min(1),
  prompt: z.union([z.string(), z.array(z.string())]),
  max_tokens: z.int().nonnegative().nullish(),
});

const usageBody = (usage: Usage | undefined): JsonObject => {
  const prompt = usage === undefined ? 0 : inputTokens(usage);
  const completion = usage === undefined ? 0 : outputTokens(usage);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
  };
};

/** OpenAI's legacy text completions. */
export const simulatedCompletions: SimulatedOperation = {
  errorBody: openAiErrorOf,
  refusal: openAiErrorBody,
  answer({ body, id, now }): SimulatedAnswer {
    const parsed = Completion.safeParse(body);
    if (!parsed.success) return jsonAnswer(400, openAiErrorBody(wireProblem(parsed.error)));
    const envelope = openAiCompletionsPassage.envelope(body);
    if (!envelope.ok) return jsonAnswer(400, openAiErrorBody(envelope.error));
    const { model, prompt, max_tokens: limit } = parsed.data;
    const { stream, includeUsage } = envelope.value;
    const text = typeof prompt === 'string' ? prompt : prompt.join('\n');
    const { reply, paceMs, fault } = simulate(
      {
        model,
        messages: [{ role: 'user', content: [{ type: 'text', text }] }],
        stream,
        ...(typeof limit === 'number' ? { maxOutputTokens: limit } : {}),
      },
      { model, replyId: id('cmpl-'), created: now, callId: () => id('call_') },
    );
    if (fault?.type === 'status') return faultAnswer(fault, simulatedCompletions);

    const choice = reply.choices[0];
    const said = (choice?.content ?? [])
      .map((part) => (part.type === 'text' ? part.text : ''))
      .join('');
    const finish = choice?.stopReason === 'length' ? 'length' : 'stop';
    const head = { id: reply.id, object: 'text_completion', created: now, model };
    const piece = (words: string, reason: string | null): JsonObject => ({
      ...head,
      choices: [{ text: words, index: 0, logprobs: null, finish_reason: reason }],
    });
    const whole = [JSON.stringify({ ...piece(said, finish), usage: usageBody(reply.usage) })];
    const frames = [
      ...(said.match(/\s*\S+/g) ?? []).map((words) => ({
        data: JSON.stringify(piece(words, null)),
      })),
      { data: JSON.stringify(piece('', finish)) },
      ...(includeUsage
        ? [{ data: JSON.stringify({ ...head, choices: [], usage: usageBody(reply.usage) }) }]
        : []),
      SSE_DONE,
    ].map(renderSse);
    const isCut = fault?.type === 'cut';
    const pieces = stream ? frames : whole;
    return {
      status: 200,
      headers: stream ? EVENT_STREAM : { 'content-type': 'application/json' },
      pieces: isCut ? halfOf(pieces) : pieces,
      paceMs,
      isCut,
    };
  },
};
