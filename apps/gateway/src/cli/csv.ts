import type { UsageEvent } from '@tollgate/core/usage';
import { usageTotals } from '@tollgate/core/usage';

type Cell = string | number | undefined;

/** Columns of an exported call. Money in whole pico-dollars; no value: unknown, which isn't 0. */
const COLUMNS: readonly (readonly [string, (event: UsageEvent) => Cell])[] = [
  ['call_id', ({ callId }) => callId],
  ['attempt', ({ attempt }) => attempt],
  ['corrects', ({ corrects }) => corrects],
  ['started_at', ({ startedAt }) => new Date(startedAt).toISOString()],
  ['key_id', ({ keyId }) => keyId],
  ['key_name', ({ keyName }) => keyName],
  ['user_id', ({ userId }) => userId],
  ['team_id', ({ teamId }) => teamId],
  ['organisation_id', ({ organisationId }) => organisationId],
  ['tags', ({ tags }) => tags?.join(' ')],
  ['face', ({ face }) => face],
  ['model_asked', ({ modelAsked }) => modelAsked],
  ['provider', ({ provider }) => provider],
  ['model_served', ({ modelServed }) => modelServed],
  ['service_tier', ({ serviceTier }) => serviceTier],
  ['stream', ({ stream }) => (stream ? 1 : 0)],
  ['status', ({ status }) => status],
  ['error_kind', ({ errorKind }) => errorKind],
  ['latency_ms', ({ latencyMs }) => latencyMs],
  ['first_token_ms', ({ timeToFirstTokenMs }) => timeToFirstTokenMs],
  ['provenance', ({ usage }) => usage?.provenance],
  ['input_uncached', ({ usage }) => usage?.input.uncached],
  ['input_cache_read', ({ usage }) => usage?.input.cacheRead],
  ['input_cache_write_5m', ({ usage }) => usage?.input.cacheWrite5m],
  ['input_cache_write_1h', ({ usage }) => usage?.input.cacheWrite1h],
  ['input_audio', ({ usage }) => usage?.input.audio],
  ['input_image', ({ usage }) => usage?.input.image],
  ['output_text', ({ usage }) => usage?.output.text],
  ['output_reasoning', ({ usage }) => usage?.output.reasoning],
  ['output_audio', ({ usage }) => usage?.output.audio],
  ['output_image', ({ usage }) => usage?.output.image],
  ['output_accepted_prediction', ({ usage }) => usage?.output.acceptedPrediction],
  ['output_rejected_prediction', ({ usage }) => usage?.output.rejectedPrediction],
  [
    'total_tokens',
    ({ usage }) => (usage === undefined ? undefined : usageTotals(usage).totalTokens),
  ],
  ['cost_pico_usd', ({ cost }) => cost?.picoUsd ?? undefined],
  [
    'price_id',
    ({ cost }) => (cost !== undefined && cost.picoUsd !== null ? cost.priceId : undefined),
  ],
  ['unpriced', ({ cost }) => (cost?.picoUsd === null ? cost.reason : undefined)],
  ['metadata', ({ metadata }) => (metadata === undefined ? undefined : JSON.stringify(metadata))],
];

/** RFC 4180. What a spreadsheet would run as a formula is text: names come from clients. */
function cell(value: Cell): string {
  if (typeof value === 'number') return String(value);
  const text = value ?? '';
  const harmless = /^[=+@\t]|^-(?!\d+$)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

export const csvHead = `${COLUMNS.map(([name]) => name).join(',')}\r\n`;

export const csvLine = (event: UsageEvent): string =>
  `${COLUMNS.map(([, read]) => cell(read(event))).join(',')}\r\n`;
