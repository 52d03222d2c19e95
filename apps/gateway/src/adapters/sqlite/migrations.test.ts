import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { createUsageReports } from '../sql/ledger/usage-reports.ts';
import { tempDir } from '../test-support/temp-dir.ts';
import { sqliteLedger } from '../test-support/with-ledger.ts';
import { NARROW_LEDGER } from './migration-narrow-ledger.ts';
import { MIGRATIONS } from './migrations.ts';
import { databasePath, openDatabase } from './open-database.ts';
import { createSqliteDatabase } from './sqlite-database.ts';

/** Rows as they were written by the program that knew so many steps. */
const CALL = {
  call_id: '019ab000-0000-7000-8000-0000000000a1',
  started_at: Date.UTC(2026, 10, 23, 12, 7),
  key_id: 'key_1',
  key_name: 'app',
  user_id: null,
  user_external_id: null,
  user_email: null,
  face: 'openai',
  model_asked: 'fast',
  provider: 'openai',
  model_served: 'gpt-4o-mini',
  stream: 1,
  attempt: 1,
  status: 'failed',
  error_kind: 'client_closed',
  latency_ms: 120,
  first_token_ms: 33,
  provenance: 'estimate',
  input_uncached: 1,
  input_cache_read: 2,
  input_cache_write_5m: 3,
  input_cache_write_1h: 4,
  input_audio: 5,
  input_image: 6,
  output_text: 7,
  output_reasoning: 8,
  output_audio: 9,
  output_image: 10,
  server_tools: '{"web_search":2}',
  losses: '["seed"]',
};
const OTHER = {
  ...CALL,
  call_id: '019ab000-0000-7000-8000-0000000000a2',
  started_at: Date.UTC(2026, 10, 24),
  user_id: 'user_9',
  user_external_id: 'ext_9',
  user_email: 'a@b.c',
  provider: null,
  model_served: null,
  status: 'ok',
  error_kind: null,
  provenance: null,
  losses: null,
};
const PRICED = { cost_pico: 9_223_372_036_854_775_807n, price_id: 'price_1' };
const INTENT = {
  callId: '019ab000-0000-7000-8000-0000000000b1',
  startedAt: Date.UTC(2026, 10, 24, 1),
  keyId: 'key_2',
  keyName: 'ci',
  face: 'native',
  modelAsked: 'm',
  provider: 'p',
  modelServed: 'm',
  stream: true,
  attempt: 1,
  estimate: { inputTokens: 3, outputTokens: 4 },
};

const insert = (
  db: DatabaseSync,
  table: string,
  row: Record<string, string | number | bigint | null>,
) => {
  const names = Object.keys(row);
  db.prepare(
    `insert into ${table} (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
  ).run(...Object.values(row));
};

/** The database of a program of that version, with what it would have booked. */
function earlier(dataDir: string, version: number): void {
  const db = new DatabaseSync(databasePath(dataDir));
  db.exec(
    'create table schema_version (version integer primary key, applied_at text not null) strict',
  );
  for (const [index, step] of MIGRATIONS.slice(0, version).entries()) {
    db.exec(step);
    db.prepare("insert into schema_version values (?, 'then')").run(index + 1);
  }
  const hasPrices = version >= 3;
  if (hasPrices) insert(db, 'prices', { id: 'price_1', source: 'configuration', price: '{}' });
  if (version >= 1) {
    insert(db, 'calls', { ...CALL, ...(hasPrices ? PRICED : {}) });
    insert(db, 'calls', { ...OTHER, ...(hasPrices ? { unpriced: 'nobody knows' } : {}) });
  }
  if (version >= 4) {
    insert(db, 'intents', { call_id: INTENT.callId, intent: JSON.stringify(INTENT) });
  }
  db.close();
}

const NARROW = MIGRATIONS.indexOf(NARROW_LEDGER) + 1;

describe.each(Array.from({ length: NARROW - 1 }, (_none, index) => index + 1))(
  'a data folder of schema %i',
  (version) => {
    it('keeps its calls, its totals and its open intents', async () => {
      using dir = tempDir();
      earlier(dir.path, version);

      const opened = openDatabase(dir.path);
      if (!opened.ok) throw new Error(opened.error.detail);
      using _closed = { [Symbol.dispose]: () => opened.value.close() };
      const reports = createUsageReports(createSqliteDatabase(opened.value));

      const cost = version >= 3 ? String(PRICED.cost_pico) : '0';
      expect(await reports.summary({ groupBy: ['day', 'key', 'model'] })).toEqual([
        {
          day: '2026-11-23',
          keyId: 'key_1',
          keyName: 'app',
          model: 'openai/gpt-4o-mini',
          requests: 1,
          inputTokens: 21,
          cachedInputTokens: 2,
          cacheWriteTokens: 7,
          outputTokens: 34,
          reasoningTokens: 8,
          estimatedRequests: 1,
          failedRequests: 1,
          costPicoUsd: cost,
          unpricedRequests: 0,
        },
        expect.objectContaining({
          day: '2026-11-24',
          model: 'fast',
          requests: 1,
          unpricedRequests: version >= 3 ? 1 : 0,
        }),
      ]);
      expect(await reports.find(CALL.call_id)).toMatchObject({
        callId: CALL.call_id,
        modelServed: 'gpt-4o-mini',
        usage: { serverTools: { web_search: 2 }, provenance: 'estimate' },
        ...(version >= 3 ? { cost: { picoUsd: cost, priceId: 'price_1' } } : {}),
        losses: ['seed'],
      });
      expect(await reports.find(OTHER.call_id)).toMatchObject({
        user: { id: 'user_9', externalId: 'ext_9', email: 'a@b.c' },
      });
      const lost = await sqliteLedger(opened.value).lost();
      expect(lost).toEqual(version >= 4 ? [INTENT] : []);
    });

    it('goes on where it ended: the same caller, route and price, in the order of time', async () => {
      using dir = tempDir();
      earlier(dir.path, version);
      const opened = openDatabase(dir.path);
      if (!opened.ok) throw new Error(opened.error.detail);
      using _closed = { [Symbol.dispose]: () => opened.value.close() };
      const ledger = sqliteLedger(opened.value);
      const known = await ledger.find(CALL.call_id);
      if (known === undefined) throw new Error('the call was kept');
      const count = (table: string) =>
        opened.value.prepare(`select count(*) as n from ${table}`).get()?.['n'];
      const before = [count('callers'), count('routes'), count('prices')];

      const next = { ...known, callId: '019ab000-0000-7000-8000-0000000000c1' };
      ledger.record(next);
      ledger.record(known);
      await ledger.flush();

      expect((await ledger.recent({ limit: 5 })).map(({ callId }) => callId)).toEqual([
        next.callId,
        OTHER.call_id,
        CALL.call_id,
      ]);
      expect([count('callers'), count('routes'), count('prices')]).toEqual(before);
      expect(await ledger.summary({ groupBy: [] })).toMatchObject([{ requests: 3 }]);
    });
  },
);
