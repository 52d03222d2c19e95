import type { Choice, StopReason } from '../../chat/reply.ts';

const DECODED: ReadonlyMap<string, StopReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool-calls'],
  ['pause_turn', 'pause'],
  ['refusal', 'refusal'],
]);

export interface Stop {
  readonly stopReason: StopReason;
  readonly rawReason?: string;
  readonly stopSequence?: string;
}

export const decodeStop = (
  raw: string | null | undefined,
  sequence: string | null | undefined,
): Stop => ({
  stopReason: DECODED.get(raw ?? '') ?? 'other',
  ...(raw == null ? {} : { rawReason: raw }),
  ...(sequence == null ? {} : { stopSequence: sequence }),
});

const ENCODED = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
  other: 'end_turn',
} as const satisfies Record<StopReason, string>;

/** The provider's own word where it is one of this dialect's; `refused`: a refusal was said. */
export function encodeStop(
  stop: Pick<Choice, 'stopReason' | 'rawReason' | 'stopSequence'>,
  refused: boolean,
): { readonly stop_reason: string; readonly stop_sequence: string | null } {
  const sequence = stop.stopSequence ?? null;
  const isOwn = stop.rawReason !== undefined && DECODED.get(stop.rawReason) === stop.stopReason;
  if (isOwn && stop.rawReason !== undefined) {
    return { stop_reason: stop.rawReason, stop_sequence: sequence };
  }
  if (stop.stopReason === 'stop') {
    const reason = sequence === null ? 'end_turn' : 'stop_sequence';
    return { stop_reason: refused ? 'refusal' : reason, stop_sequence: sequence };
  }
  return { stop_reason: ENCODED[stop.stopReason], stop_sequence: sequence };
}
