import type { Choice, StopReason } from '../../chat/reply.ts';

/** Source: `FinishReason` in the official client's types. */
const FINISHES: { readonly [raw: string]: StopReason } = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'content-filter',
  RECITATION: 'content-filter',
  BLOCKLIST: 'content-filter',
  PROHIBITED_CONTENT: 'content-filter',
  SPII: 'content-filter',
  IMAGE_SAFETY: 'content-filter',
  IMAGE_PROHIBITED_CONTENT: 'content-filter',
  IMAGE_RECITATION: 'content-filter',
  // A long answer that ran into the limit of one request.
  CONTINUATION: 'length',
  OTHER: 'other',
  LANGUAGE: 'other',
  MALFORMED_FUNCTION_CALL: 'other',
  UNEXPECTED_TOOL_CALL: 'other',
  TOO_MANY_TOOL_CALLS: 'other',
  MALFORMED_RESPONSE: 'other',
  NO_IMAGE: 'other',
  IMAGE_OTHER: 'other',
};

/** There is no word for "stopped to call a tool": it is STOP, and a call that stands there. */
export function decodeFinish(
  raw: string,
  hasCalls: boolean,
): { readonly stopReason: StopReason; readonly rawReason: string } {
  const known = Object.hasOwn(FINISHES, raw) ? (FINISHES[raw] ?? 'other') : 'other';
  return { stopReason: known === 'stop' && hasCalls ? 'tool-calls' : known, rawReason: raw };
}

const ENCODED = {
  stop: 'STOP',
  'tool-calls': 'STOP',
  length: 'MAX_TOKENS',
  'content-filter': 'SAFETY',
  refusal: 'SAFETY',
  pause: 'STOP',
  other: 'OTHER',
} as const satisfies Record<StopReason, string>;

/** The provider's own word where it is one of this dialect's; `refused`: a refusal was said. */
export function encodeFinish(
  { stopReason, rawReason = '' }: Pick<Choice, 'stopReason' | 'rawReason'>,
  refused: boolean,
): string {
  const own = Object.hasOwn(FINISHES, rawReason) ? FINISHES[rawReason] : undefined;
  if (own !== undefined && own === stopReason) return rawReason;
  return ENCODED[refused && stopReason === 'stop' ? 'refusal' : stopReason];
}
