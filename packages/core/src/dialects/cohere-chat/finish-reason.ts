import type { Choice, StopReason } from '../../chat/reply.ts';

/** The last two are words of the earlier API, which some deployments still say. */
const DECODED: ReadonlyMap<string, StopReason> = new Map([
  ['COMPLETE', 'stop'],
  ['STOP_SEQUENCE', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['TOOL_CALL', 'tool-calls'],
  ['ERROR_LIMIT', 'length'],
  ['ERROR_TOXIC', 'content-filter'],
]);

/** Reasons that are failures: what came before them is no answer. */
const FAILURES: ReadonlyMap<string, number> = new Map([
  ['ERROR', 500],
  ['TIMEOUT', 504],
]);

/** The status that a reason stands for, when it is a failure. */
export const failureStatus = (raw: string | null | undefined): number | undefined =>
  FAILURES.get(raw ?? '');

export function decodeStop(
  raw: string | null | undefined,
  hasCalls: boolean,
): Pick<Choice, 'stopReason' | 'rawReason'> {
  if (raw == null || raw === '') return { stopReason: hasCalls ? 'tool-calls' : 'other' };
  return { stopReason: DECODED.get(raw) ?? 'other', rawReason: raw };
}

const ENCODED = {
  stop: 'COMPLETE',
  length: 'MAX_TOKENS',
  'tool-calls': 'TOOL_CALL',
  'content-filter': 'ERROR_TOXIC',
  refusal: 'ERROR_TOXIC',
  pause: 'COMPLETE',
  other: 'COMPLETE',
} as const satisfies Record<StopReason, string>;

/** The provider's own word where it is one of this dialect's. */
export function encodeStop(
  stop: Pick<Choice, 'stopReason' | 'rawReason' | 'stopSequence'>,
): string {
  const { stopReason, rawReason, stopSequence } = stop;
  if (rawReason !== undefined && DECODED.get(rawReason) === stopReason) return rawReason;
  if (stopReason === 'stop' && stopSequence !== undefined) return 'STOP_SEQUENCE';
  return ENCODED[stopReason];
}
