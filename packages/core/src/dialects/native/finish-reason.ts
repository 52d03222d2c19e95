import type { Choice, StopReason } from '../../chat/reply.ts';

/** The contract's words. A reason that it has no word for passes through as the provider said it. */
const WORDS = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  refusal: 'content_filter',
} as const satisfies { readonly [reason in StopReason]?: string };

const REASONS = new Map<string, StopReason>([
  ['stop', 'stop'],
  ['length', 'length'],
  ['tool_calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['content_filter', 'content-filter'],
]);

type Stopped = Pick<Choice, 'stopReason' | 'rawReason'>;

/**
 * @param refused that the model's text is a refusal, which the contract has no part for: the text
 *   becomes content, and the reason says what it is.
 */
export function encodeFinishReason(stopped: Stopped, refused: boolean): string | undefined {
  const { stopReason, rawReason } = stopped;
  if (refused) return WORDS.refusal;
  return stopReason === 'pause' || stopReason === 'other' ? rawReason : WORDS[stopReason];
}

export function decodeFinishReason(reason: string | undefined): Stopped {
  if (reason === undefined) return { stopReason: 'other' };
  return { stopReason: REASONS.get(reason) ?? 'other', rawReason: reason };
}
