import { isToldOf } from '@tollgate/core/budgets';
import { inputTokens, outputTokens, type Usage } from '@tollgate/core/chat';
import type { ZionIncrement } from '@tollgate/core/governance';
import type { UsageEvent } from '@tollgate/core/usage';
import type { OutboxRow } from '../../ports/outbox-store.ts';
import type { SqlValue } from './sql.ts';

/** The channel of the governance service. */
export const ZION_CHANNEL = 'zion';

/** In the settling transaction, with `outboxValues`; an event that waits already stays as it is. */
export const INSERT_OUTBOX_ROW = `
  insert into outbox_items
    (channel, event_id, body, owner, requests, input_tokens, output_tokens, at)
  values (?, ?, ?, ?, ?, ?, ?, ?)
  on conflict (channel, event_id) do nothing`;

export const outboxValues = (row: OutboxRow): readonly SqlValue[] => [
  row.channel,
  row.eventId,
  row.body,
  row.owner ?? null,
  row.requests,
  row.inputTokens,
  row.outputTokens,
  row.at,
];

const counted = (value: number): number => (Number.isSafeInteger(value) && value >= 0 ? value : 0);

/** All that must be told of a settled call: to the governance service, and by these channels. */
export function outboxRows(event: UsageEvent, usageChannels: readonly string[]): OutboxRow[] {
  const counts = {
    requests: event.corrects === undefined ? 1 : 0,
    inputTokens: event.usage === undefined ? 0 : counted(inputTokens(event.usage)),
    outputTokens: event.usage === undefined ? 0 : counted(outputTokens(event.usage)),
  };
  const common = { eventId: eventIdOf(event), at: Math.round(event.startedAt), ...counts };
  const zion = incrementOf(event, common);
  const rows: OutboxRow[] = [];
  if (zion !== undefined) {
    const body = JSON.stringify(zion);
    rows.push({ channel: ZION_CHANNEL, body, owner: zion.email, ...common });
  }
  if (usageChannels.length === 0) return rows;
  const body = JSON.stringify(event);
  for (const channel of usageChannels) rows.push({ channel, body, ...common });
  return rows;
}

/** What tells a usage event from all others. */
export const eventIdOf = ({ callId, attempt }: Pick<UsageEvent, 'callId' | 'attempt'>): string =>
  attempt === 1 ? callId : `${callId}/${attempt}`;

/**
 * Undefined for callers that the governance service doesn't know by e-mail, and for calls that never
 * reached a provider. Of a correction only more can be told: counts are taken back by nobody. The model is the one that was asked for or, on the native face, selected for a
 * tier: never the dated name that a provider answers with.
 */
function incrementOf(
  event: UsageEvent,
  counts: Pick<OutboxRow, 'requests' | 'inputTokens' | 'outputTokens' | 'at'>,
): ZionIncrement | undefined {
  const { user, usage } = event;
  if (user === undefined || !isToldOf(event)) return undefined;
  if (event.corrects !== undefined && !isMore(usage)) return undefined;
  const asked = event.face === 'native' ? withoutProvider(event) : event.modelAsked;
  // A listed path that passes through is booked under its route, which is no model.
  const model = asked.startsWith('/') ? '' : asked;
  return {
    email: user.email,
    ...(counts.inputTokens > 0 ? { aiInputTokens: counts.inputTokens } : {}),
    ...(counts.outputTokens > 0 ? { aiOutputTokens: counts.outputTokens } : {}),
    ...(counts.requests > 0 ? { aiRequests: counts.requests } : {}),
    ...(model === '' ? {} : { model }),
    timestamp: new Date(counts.at).toISOString(),
  };
}

/** Whether a difference takes nothing back, and adds something. */
function isMore(difference: Usage | undefined): boolean {
  if (difference === undefined) return false;
  const input = inputTokens(difference);
  const output = outputTokens(difference);
  return input >= 0 && output >= 0 && input + output > 0;
}

function withoutProvider({ modelAsked, provider }: UsageEvent): string {
  const prefix = `${provider}/`;
  return modelAsked.startsWith(prefix) ? modelAsked.slice(prefix.length) : modelAsked;
}
