import type { Choice, StopReason } from '../../chat/reply.ts';

const DECODED: ReadonlyMap<string, StopReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool-calls'],
  ['content_filtered', 'content-filter'],
  ['guardrail_intervened', 'content-filter'],
]);

export const decodeStop = (
  raw: string | null | undefined,
): Pick<Choice, 'stopReason' | 'rawReason'> => ({
  stopReason: DECODED.get(raw ?? '') ?? 'other',
  ...(raw == null ? {} : { rawReason: raw }),
});

const ENCODED = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'content_filtered',
  refusal: 'content_filtered',
  pause: 'end_turn',
  other: 'end_turn',
} as const satisfies Record<StopReason, string>;

/** The provider's own word where it is one of this dialect's. */
export function encodeStop(
  stop: Pick<Choice, 'stopReason' | 'rawReason' | 'stopSequence'>,
): string {
  const { stopReason, rawReason, stopSequence } = stop;
  if (rawReason !== undefined && DECODED.get(rawReason) === stopReason) return rawReason;
  if (stopReason === 'stop' && stopSequence !== undefined) return 'stop_sequence';
  return ENCODED[stopReason];
}
