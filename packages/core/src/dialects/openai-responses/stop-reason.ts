import type { Choice, StopReason } from '../../chat/reply.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { WireResponse } from './reply-wire.ts';

const INCOMPLETE: ReadonlyMap<string, StopReason> = new Map([
  ['max_output_tokens', 'length'],
  ['max_tokens', 'length'],
  ['length', 'length'],
  ['content_filter', 'content-filter'],
]);

/** There is no word for calls here: a finished response that holds some waits for their results. */
export function readStop(
  response: WireResponse,
  hasCalls: boolean,
): Pick<Choice, 'stopReason' | 'rawReason'> {
  const reason = response.incomplete_details?.reason;
  if (response.status === 'incomplete' || reason) {
    const rawReason = reason ?? 'incomplete';
    return { stopReason: INCOMPLETE.get(rawReason) ?? 'other', rawReason };
  }
  return { stopReason: hasCalls ? 'tool-calls' : 'stop', rawReason: 'completed' };
}

/** The reasons of this dialect that the hub has no word for. */
const OWN_REASONS: ReadonlySet<string> = new Set(['incomplete', 'max_messages', 'steered']);

export function writeStop({ stopReason, rawReason }: Pick<Choice, 'stopReason' | 'rawReason'>): {
  readonly status: 'completed' | 'incomplete';
  readonly incomplete_details: JsonObject | null;
} {
  const reason = incompleteReason(stopReason, rawReason);
  return reason === undefined
    ? { status: 'completed', incomplete_details: null }
    : { status: 'incomplete', incomplete_details: { reason } };
}

function incompleteReason(stop: StopReason, raw: string | undefined): string | undefined {
  switch (stop) {
    case 'length':
      return 'max_output_tokens';
    case 'content-filter':
    case 'refusal':
      return 'content_filter';
    case 'other':
      return raw !== undefined && OWN_REASONS.has(raw) ? raw : undefined;
    default:
      return undefined;
  }
}
