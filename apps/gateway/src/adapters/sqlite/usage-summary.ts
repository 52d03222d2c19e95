import type { DatabaseSync } from 'node:sqlite';
import type { UsageQuery, UsageRow } from '../../ports/usage-reports.ts';

const GROUPS = {
  day: { columns: "date(started_at / 1000, 'unixepoch') as day", by: 'day' },
  key: { columns: 'key_id, max(key_name) as key_name', by: 'key_id' },
  // With its provider: two of them may serve models of one name, at different prices.
  model: {
    columns: "coalesce(provider || '/', '') || coalesce(model_served, model_asked) as model",
    by: 'model',
  },
} as const;

const sum = (columns: readonly string[]): string =>
  `sum(${columns.map((column) => `coalesce(${column}, 0)`).join(' + ')})`;

const INPUT = [
  'input_uncached',
  'input_cache_read',
  'input_cache_write_5m',
  'input_cache_write_1h',
  'input_audio',
  'input_image',
];
const OUTPUT = [
  'output_text',
  'output_reasoning',
  'output_audio',
  'output_image',
  'output_accepted_prediction',
  'output_rejected_prediction',
];

/** A sum of pico-dollars would overflow at nine million dollars: micro-dollars and the rest don't. */
const MICRO = 1_000_000n;

const MEASURES = `
  count(*) as requests,
  ${sum(INPUT)} as input_tokens,
  ${sum(['input_cache_read'])} as cached_input_tokens,
  ${sum(['input_cache_write_5m', 'input_cache_write_1h'])} as cache_write_tokens,
  ${sum(OUTPUT)} as output_tokens,
  ${sum(['output_reasoning'])} as reasoning_tokens,
  sum(coalesce(provenance in ('estimate', 'interrupted'), 0)) as estimated_requests,
  sum(status = 'failed') as failed_requests,
  sum(coalesce(cost_pico, 0) / ${MICRO}) as cost_micro,
  sum(coalesce(cost_pico, 0) % ${MICRO}) as cost_remainder,
  count(unpriced) as unpriced_requests`;

/** Sums of the ledger. Integers are read as BigInt, since a sum may pass what a number holds exactly. */
export function summarize(db: DatabaseSync, query: UsageQuery): readonly UsageRow[] {
  const groups = [...new Set(query.groupBy)].map((name) => GROUPS[name]);
  const conditions = ['1'];
  const values: (string | number)[] = [];
  const where = (condition: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    conditions.push(condition);
    values.push(value);
  };
  where('started_at >= ?', query.from);
  where('started_at < ?', query.to);
  where('key_id = ?', query.keyId);

  const by = groups.map((group) => group.by).join(', ');
  const statement = db.prepare(`
    select ${[...groups.map((group) => group.columns), MEASURES].join(', ')}
    from calls where ${conditions.join(' and ')}
    ${by === '' ? 'having count(*) > 0' : `group by ${by} order by ${by}`}`);
  statement.setReadBigInts(true);
  return statement.all(...values).map((row) => ({
    ...(row['day'] === undefined ? {} : { day: String(row['day']) }),
    ...(row['key_id'] === undefined
      ? {}
      : { keyId: String(row['key_id']), keyName: String(row['key_name']) }),
    ...(row['model'] === undefined ? {} : { model: String(row['model']) }),
    requests: Number(row['requests']),
    inputTokens: Number(row['input_tokens']),
    cachedInputTokens: Number(row['cached_input_tokens']),
    cacheWriteTokens: Number(row['cache_write_tokens']),
    outputTokens: Number(row['output_tokens']),
    reasoningTokens: Number(row['reasoning_tokens']),
    estimatedRequests: Number(row['estimated_requests']),
    failedRequests: Number(row['failed_requests']),
    costPicoUsd: String(bigint(row['cost_micro']) * MICRO + bigint(row['cost_remainder'])),
    unpricedRequests: Number(row['unpriced_requests']),
  }));
}

const bigint = (value: unknown): bigint => (typeof value === 'bigint' ? value : 0n);
