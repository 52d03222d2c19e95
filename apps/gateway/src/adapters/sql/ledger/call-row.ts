import type { Usage } from '@tollgate/core/chat';
import type { UsageEvent } from '@tollgate/core/usage';
import type { SqlRow, SqlValue } from '../sql.ts';
import { callIdOf } from './call-id.ts';
import { INPUT_COLUMNS, OUTPUT_COLUMNS, storedCost, tokenCounts } from './measures.ts';

/** What a row of `calls` holds, in the order of `callRow`. */
export const CALL_COLUMNS = [
  'call_id',
  'attempt',
  'corrects',
  'started_at',
  'caller',
  'route',
  'stream',
  'status',
  'error_kind',
  'latency_ms',
  'first_token_ms',
  'provenance',
  ...INPUT_COLUMNS,
  ...OUTPUT_COLUMNS,
  'server_tools',
  'cost_pico',
  'price',
  'unpriced',
  'losses',
  'metadata',
] as const;

/** Its id as bytes, and the numbers of the texts that a row shares with others. */
export interface SharedTexts {
  readonly id: Uint8Array;
  readonly caller: number;
  readonly route: number;
  readonly price: number | null;
  /** The row that it corrects, by its `seq`. */
  readonly corrects: bigint | null;
}

const whole = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : Math.round(value);

export const startOf = (event: { readonly startedAt: number }): number =>
  whole(event.startedAt) ?? 0;

export const attemptOf = (event: { readonly attempt: number }): number => whole(event.attempt) ?? 1;

const json = (value: object | undefined): string | null =>
  value === undefined || Object.keys(value).length === 0 ? null : JSON.stringify(value);

export function callRow(event: UsageEvent, shared: SharedTexts): SqlValue[] {
  const { usage } = event;
  const cost = storedCost(event.cost);
  return [
    shared.id,
    attemptOf(event),
    shared.corrects,
    startOf(event),
    shared.caller,
    shared.route,
    event.stream ? 1 : 0,
    event.status,
    event.errorKind ?? null,
    whole(event.latencyMs) ?? 0,
    whole(event.timeToFirstTokenMs),
    usage?.provenance ?? null,
    ...tokenCounts(usage, event.corrects !== undefined),
    json(usage?.serverTools),
    cost.pico,
    shared.price,
    cost.unpriced,
    json(event.losses),
    json(event.metadata),
  ];
}

/** Rows of `calls` with the texts that they share: what `readCall` reads. */
export const SELECT_CALLS = `
  select calls.*, callers.key_id, callers.key_name, callers.user_id, callers.team_id,
    callers.organisation_id, callers.governed_id, callers.governed_external_id,
    callers.governed_email, callers.tags, callers.face,
    routes.model_asked, routes.provider, routes.model_served, routes.service_tier,
    routes.model_sent,
    prices.id as price_id, corrected.call_id as corrected_id
  from calls
  join callers on callers.id = calls.caller
  join routes on routes.id = calls.route
  left join prices on prices.seq = calls.price
  left join calls as corrected on corrected.seq = calls.corrects`;

// The row is our own writing, read back with its integers as BigInt: its columns have the types that
// were written.
const text = (row: SqlRow, column: string): string => String(row[column] ?? '');
const number = (row: SqlRow, column: string): number => Number(row[column] ?? 0);

/** An object with one field, or none when the column is null or empty: for spreading. */
export function field<Name extends string, T>(
  name: Name,
  value: unknown,
  read: (value: unknown) => T,
): { [key in Name]?: T } {
  if (value === null || value === undefined || value === '') return {};
  const one: { [key in Name]?: T } = {};
  one[name] = read(value);
  return one;
}

const parsed = (value: unknown) => JSON.parse(String(value));

function usageOf(row: SqlRow): Usage | undefined {
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
    ...field('serverTools', row['server_tools'], parsed),
    provenance: text(row, 'provenance') as Usage['provenance'],
  };
}

function costOf(row: SqlRow): UsageEvent['cost'] {
  if (row['unpriced'] !== null) return { picoUsd: null, reason: text(row, 'unpriced') };
  if (row['cost_pico'] === null) return undefined;
  return { picoUsd: text(row, 'cost_pico'), priceId: text(row, 'price_id') };
}

/** Who called, and for what: of a row that was joined with `callers` and `routes`. */
export const readShared = (row: SqlRow) => ({
  keyId: text(row, 'key_id'),
  keyName: text(row, 'key_name'),
  ...field('user', row['governed_id'], (id) => ({
    id: String(id),
    externalId: text(row, 'governed_external_id'),
    email: text(row, 'governed_email'),
  })),
  ...field('userId', row['user_id'], String),
  ...field('teamId', row['team_id'], String),
  ...field('organisationId', row['organisation_id'], String),
  ...field('tags', row['tags'], parsed),
  ...field('metadata', row['metadata'], parsed),
  face: text(row, 'face'),
  modelAsked: text(row, 'model_asked'),
  ...field('provider', row['provider'], String),
  ...field('modelServed', row['model_served'], String),
  ...field('serviceTier', row['service_tier'], String),
});

export function readCall(row: SqlRow): UsageEvent {
  const usage = usageOf(row);
  const cost = costOf(row);
  return {
    callId: callIdOf(row['call_id']),
    startedAt: number(row, 'started_at'),
    ...readShared(row),
    ...field('modelSent', row['model_sent'], String),
    stream: number(row, 'stream') === 1,
    attempt: number(row, 'attempt'),
    ...field('corrects', row['corrected_id'], callIdOf),
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
    losses: row['losses'] === null ? [] : parsed(row['losses']),
  };
}
