import type { Usage } from '@tollgate/core/chat';
import type { UsageEvent } from '@tollgate/core/usage';

/** One value a column of `calls`, in the order of COLUMNS. */
export const COLUMNS = [
  'call_id',
  'started_at',
  'key_id',
  'key_name',
  'user_id',
  'user_external_id',
  'user_email',
  'face',
  'model_asked',
  'provider',
  'model_served',
  'stream',
  'attempt',
  'status',
  'error_kind',
  'latency_ms',
  'first_token_ms',
  'provenance',
  'input_uncached',
  'input_cache_read',
  'input_cache_write_5m',
  'input_cache_write_1h',
  'input_audio',
  'input_image',
  'output_text',
  'output_reasoning',
  'output_audio',
  'output_image',
  'server_tools',
  'losses',
  'output_accepted_prediction',
  'output_rejected_prediction',
  'cost_pico',
  'price_id',
  'unpriced',
] as const;

type Value = string | number | bigint | null;

/** Counts are exact or unknown: what no counter can have counted is not stored as if it had. */
const count = (value: number | undefined): number | null =>
  value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : null;

const whole = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : Math.round(value);

const json = (value: object | undefined): string | null =>
  value === undefined || Object.keys(value).length === 0 ? null : JSON.stringify(value);

export function toRow(event: UsageEvent): Value[] {
  const { user, usage, cost } = event;
  return [
    event.callId,
    whole(event.startedAt) ?? 0,
    event.keyId,
    event.keyName,
    user?.id ?? null,
    user?.externalId ?? null,
    user?.email ?? null,
    event.face,
    event.modelAsked,
    event.provider ?? null,
    event.modelServed ?? null,
    event.stream ? 1 : 0,
    whole(event.attempt) ?? 1,
    event.status,
    event.errorKind ?? null,
    whole(event.latencyMs) ?? 0,
    whole(event.timeToFirstTokenMs),
    usage?.provenance ?? null,
    count(usage?.input.uncached),
    count(usage?.input.cacheRead),
    count(usage?.input.cacheWrite5m),
    count(usage?.input.cacheWrite1h),
    count(usage?.input.audio),
    count(usage?.input.image),
    count(usage?.output.text),
    count(usage?.output.reasoning),
    count(usage?.output.audio),
    count(usage?.output.image),
    json(usage?.serverTools),
    json(event.losses),
    count(usage?.output.acceptedPrediction),
    count(usage?.output.rejectedPrediction),
    ...costColumns(cost),
  ];
}

function costColumns(cost: UsageEvent['cost']): Value[] {
  if (cost === undefined) return [null, null, null];
  if (cost.picoUsd === null) return [null, null, cost.reason];
  return [BigInt(cost.picoUsd), cost.priceId, null];
}

type Row = { readonly [column: string]: unknown };

// The row is our own writing, read back with its integers as BigInt: its columns have the types that
// `toRow` gave them.
const text = (row: Row, column: string): string => String(row[column] ?? '');
const number = (row: Row, column: string): number => Number(row[column] ?? 0);

/** An object with one field, or none when the column is null: for spreading. */
function field<Name extends string, T>(
  name: Name,
  value: unknown,
  read: (value: unknown) => T,
): { [key in Name]?: T } {
  if (value === null || value === undefined) return {};
  const one: { [key in Name]?: T } = {};
  one[name] = read(value);
  return one;
}

function usageOf(row: Row): Usage | undefined {
  if (row['provenance'] === null) return undefined;
  return {
    input: {
      ...field('uncached', row['input_uncached'], Number),
      ...field('cacheRead', row['input_cache_read'], Number),
      ...field('cacheWrite5m', row['input_cache_write_5m'], Number),
      ...field('cacheWrite1h', row['input_cache_write_1h'], Number),
      ...field('audio', row['input_audio'], Number),
      ...field('image', row['input_image'], Number),
    },
    output: {
      ...field('text', row['output_text'], Number),
      ...field('reasoning', row['output_reasoning'], Number),
      ...field('audio', row['output_audio'], Number),
      ...field('image', row['output_image'], Number),
      ...field('acceptedPrediction', row['output_accepted_prediction'], Number),
      ...field('rejectedPrediction', row['output_rejected_prediction'], Number),
    },
    ...field('serverTools', row['server_tools'], (value) => JSON.parse(String(value))),
    provenance: text(row, 'provenance') as Usage['provenance'],
  };
}

function costOf(row: Row): UsageEvent['cost'] {
  if (row['unpriced'] !== null) return { picoUsd: null, reason: text(row, 'unpriced') };
  if (row['cost_pico'] === null) return undefined;
  return { picoUsd: text(row, 'cost_pico'), priceId: text(row, 'price_id') };
}

export function fromRow(row: Row): UsageEvent {
  const usage = usageOf(row);
  const cost = costOf(row);
  return {
    callId: text(row, 'call_id'),
    startedAt: number(row, 'started_at'),
    keyId: text(row, 'key_id'),
    keyName: text(row, 'key_name'),
    ...field('user', row['user_id'], (id) => ({
      id: String(id),
      externalId: text(row, 'user_external_id'),
      email: text(row, 'user_email'),
    })),
    face: text(row, 'face'),
    modelAsked: text(row, 'model_asked'),
    ...field('provider', row['provider'], String),
    ...field('modelServed', row['model_served'], String),
    stream: number(row, 'stream') === 1,
    attempt: number(row, 'attempt'),
    ...(usage === undefined ? {} : { usage }),
    ...(cost === undefined ? {} : { cost }),
    status: text(row, 'status') as UsageEvent['status'],
    ...field(
      'errorKind',
      row['error_kind'],
      (kind) => kind as NonNullable<UsageEvent['errorKind']>,
    ),
    latencyMs: number(row, 'latency_ms'),
    ...field('timeToFirstTokenMs', row['first_token_ms'], Number),
    losses: row['losses'] === null ? [] : JSON.parse(text(row, 'losses')),
  };
}
