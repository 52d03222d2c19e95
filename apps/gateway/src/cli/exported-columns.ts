import type { UsageEvent } from '@tollgate/core/usage';
import { usageTotals } from '@tollgate/core/usage';

export type Cell = string | number | undefined;

/** What a column holds: text, a whole number, yes or no (1 or 0), or an instant in ISO 8601. */
type Kind = 'text' | 'count' | 'flag' | 'instant';

export interface ExportedColumn {
  readonly name: string;
  readonly kind: Kind;
  readonly read: (event: UsageEvent) => Cell;
}

/** Columns of an exported call. Money in whole pico-dollars; no value: unknown, which isn't 0. */
export const EXPORTED: readonly ExportedColumn[] = [
  { name: 'call_id', kind: 'text', read: ({ callId }) => callId },
  { name: 'attempt', kind: 'count', read: ({ attempt }) => attempt },
  { name: 'corrects', kind: 'text', read: ({ corrects }) => corrects },
  {
    name: 'started_at',
    kind: 'instant',
    read: ({ startedAt }) => new Date(startedAt).toISOString(),
  },
  { name: 'key_id', kind: 'text', read: ({ keyId }) => keyId },
  { name: 'key_name', kind: 'text', read: ({ keyName }) => keyName },
  { name: 'user_id', kind: 'text', read: ({ userId }) => userId },
  { name: 'team_id', kind: 'text', read: ({ teamId }) => teamId },
  { name: 'organisation_id', kind: 'text', read: ({ organisationId }) => organisationId },
  { name: 'tags', kind: 'text', read: ({ tags }) => tags?.join(' ') },
  { name: 'face', kind: 'text', read: ({ face }) => face },
  { name: 'model_asked', kind: 'text', read: ({ modelAsked }) => modelAsked },
  { name: 'provider', kind: 'text', read: ({ provider }) => provider },
  { name: 'model_served', kind: 'text', read: ({ modelServed }) => modelServed },
  { name: 'service_tier', kind: 'text', read: ({ serviceTier }) => serviceTier },
  { name: 'stream', kind: 'flag', read: ({ stream }) => (stream ? 1 : 0) },
  { name: 'status', kind: 'text', read: ({ status }) => status },
  { name: 'error_kind', kind: 'text', read: ({ errorKind }) => errorKind },
  { name: 'latency_ms', kind: 'count', read: ({ latencyMs }) => latencyMs },
  { name: 'first_token_ms', kind: 'count', read: ({ timeToFirstTokenMs }) => timeToFirstTokenMs },
  { name: 'provenance', kind: 'text', read: ({ usage }) => usage?.provenance },
  { name: 'input_uncached', kind: 'count', read: ({ usage }) => usage?.input.uncached },
  { name: 'input_cache_read', kind: 'count', read: ({ usage }) => usage?.input.cacheRead },
  { name: 'input_cache_write_5m', kind: 'count', read: ({ usage }) => usage?.input.cacheWrite5m },
  { name: 'input_cache_write_1h', kind: 'count', read: ({ usage }) => usage?.input.cacheWrite1h },
  { name: 'input_audio', kind: 'count', read: ({ usage }) => usage?.input.audio },
  { name: 'input_image', kind: 'count', read: ({ usage }) => usage?.input.image },
  { name: 'output_text', kind: 'count', read: ({ usage }) => usage?.output.text },
  { name: 'output_reasoning', kind: 'count', read: ({ usage }) => usage?.output.reasoning },
  { name: 'output_audio', kind: 'count', read: ({ usage }) => usage?.output.audio },
  { name: 'output_image', kind: 'count', read: ({ usage }) => usage?.output.image },
  {
    name: 'output_accepted_prediction',
    kind: 'count',
    read: ({ usage }) => usage?.output.acceptedPrediction,
  },
  {
    name: 'output_rejected_prediction',
    kind: 'count',
    read: ({ usage }) => usage?.output.rejectedPrediction,
  },
  {
    name: 'total_tokens',
    kind: 'count',
    read: ({ usage }) => (usage === undefined ? undefined : usageTotals(usage).totalTokens),
  },
  { name: 'cost_pico_usd', kind: 'count', read: ({ cost }) => cost?.picoUsd ?? undefined },
  {
    name: 'price_id',
    kind: 'text',
    read: ({ cost }) => (cost !== undefined && cost.picoUsd !== null ? cost.priceId : undefined),
  },
  {
    name: 'unpriced',
    kind: 'text',
    read: ({ cost }) => (cost?.picoUsd === null ? cost.reason : undefined),
  },
  {
    name: 'metadata',
    kind: 'text',
    read: ({ metadata }) => (metadata === undefined ? undefined : JSON.stringify(metadata)),
  },
];
