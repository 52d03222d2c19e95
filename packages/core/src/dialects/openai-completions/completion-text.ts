import type { TokenLogprob } from '../../chat/content-part.ts';
import type { StopReason } from '../../chat/reply.ts';
import type { Usage } from '../../chat/usage.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Answering } from '../dialect.ts';
import { encodeOpenAiUsage } from '../openai-usage.ts';

/** The words of this dialect, in a whole reply and in a stream's chunk alike. */

export const FINISH = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'stop',
  'content-filter': 'content_filter',
  refusal: 'content_filter',
  pause: 'stop',
  other: 'stop',
} as const satisfies Record<StopReason, string>;

export interface Head {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

export const headOf = (
  reply: { readonly id: string; readonly model: string; readonly created?: number },
  answering: Answering,
): Head => ({
  id: reply.id === '' ? answering.replyId : reply.id,
  created: reply.created ?? answering.created,
  model: reply.model === '' ? answering.model : reply.model,
});

export const completion = (head: Head, choices: readonly JsonObject[]): JsonObject => ({
  id: head.id,
  object: 'text_completion',
  created: head.created,
  model: head.model,
  choices,
});

export const usageField = (usage: Usage | undefined): JsonObject =>
  usage === undefined ? {} : { usage: encodeOpenAiUsage(usage) };

/** Four lists side by side, one entry a token; `from` is where in the text the first stands. */
export function logprobsField(logprobs: readonly TokenLogprob[], from: number): JsonObject | null {
  if (logprobs.length === 0) return null;
  let at = from;
  const offsets = logprobs.map(({ token }) => {
    const offset = at;
    at += token.length;
    return offset;
  });
  return {
    tokens: logprobs.map(({ token }) => token),
    token_logprobs: logprobs.map(({ logprob }) => logprob),
    top_logprobs: logprobs.map(({ top }) =>
      top === undefined
        ? null
        : Object.fromEntries(top.map(({ token, logprob }) => [token, logprob])),
    ),
    text_offset: offsets,
  };
}
