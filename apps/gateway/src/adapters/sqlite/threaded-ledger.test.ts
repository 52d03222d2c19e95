import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import type { DatabaseSync } from 'node:sqlite';
import type { Worker } from 'node:worker_threads';
import type { Intent, UsageEvent } from '@tollgate/core/usage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ledger } from '../../ports/ledger.ts';
import type { UsageReports } from '../../ports/usage-reports.ts';
import { createManualClock } from '../test-support/manual-clock.ts';
import { tempDir } from '../test-support/temp-dir.ts';
import { usageEvent } from '../test-support/usage-event.ts';
import { databasePath, openDatabase } from './open-database.ts';
import { createSqliteDatabase } from './sqlite-database.ts';
import { createSqliteLedger, type LedgerOptions } from './sqlite-ledger.ts';

let dir: ReturnType<typeof tempDir>;
let db: DatabaseSync;
const open: (Ledger & UsageReports)[] = [];

beforeEach(() => {
  dir = tempDir();
  const opened = openDatabase(dir.path);
  if (!opened.ok) throw new Error(opened.error.detail);
  db = opened.value;
});
afterEach(async () => {
  for (const ledger of open.splice(0)) await ledger.close();
  db.close();
  dir[Symbol.dispose]();
});

function ledgerWith(options: Partial<LedgerOptions> = {}): Ledger & UsageReports {
  const ledger = createSqliteLedger({
    path: databasePath(dir.path),
    db: createSqliteDatabase(db),
    clock: createManualClock(),
    instance: 'gw_1',
    synchronous: 'full',
    ...options,
  });
  open.push(ledger);
  return ledger;
}

const intentOf = (event: UsageEvent): Intent => {
  const { usage: _usage, status: _status, latencyMs: _latency, losses: _losses, ...call } = event;
  return { ...call, estimate: { inputTokens: 3, outputTokens: 4 } };
};
const count = (table: string): unknown =>
  db.prepare(`select count(*) as n from ${table}`).get()?.['n'];

describe('the ledger with threads', () => {
  it('makes intents durable before they resolve, and settles them with their events', async () => {
    const ledger = ledgerWith();
    const events = Array.from({ length: 40 }, () => usageEvent());

    const durable = await Promise.all(events.map((event) => ledger.intend(intentOf(event))));
    expect(durable.every((isDurable) => isDurable)).toBe(true);
    expect(count('intents')).toBe(40);
    for (const event of events) ledger.record(event);

    expect(await ledger.summary({ groupBy: ['key'] })).toMatchObject([
      { keyId: 'key_1', requests: 40, inputTokens: 400 },
    ]);
    expect(await ledger.recent({ limit: 1 })).toEqual(events.slice(-1));
    expect(count('intents')).toBe(0);
  });

  it('does not hold up this thread while another process holds the database', async () => {
    const ledger = ledgerWith({ lateMs: 200 });
    await ledger.flush();
    db.exec('begin immediate');
    const startedAt = performance.now();

    const asked = ledger.intend(intentOf(usageEvent()));
    let turns = 0;
    const isRefused = asked.then((isDurable) => !isDurable);
    while (performance.now() - startedAt < 100) {
      turns += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(turns).toBeGreaterThan(50);
    expect(await isRefused).toBe(true);
    expect(await ledger.status()).toMatchObject({ status: 'unhealthy' });
    db.exec('rollback');

    await expect
      .poll(() => ledger.status(), { timeout: 5_000 })
      .toMatchObject({ status: 'healthy' });
    expect(await ledger.intend(intentOf(usageEvent()))).toBe(true);
  });

  it('books each event once though its thread dies with groups under way', async () => {
    const ledger = ledgerWith();
    const events = Array.from({ length: 300 }, () => usageEvent());
    let durable = 0;
    ledger.subscribe(() => {
      durable += 1;
    });
    const nextThread = async (): Promise<Worker> => (await once(process, 'worker'))[0];

    const first = nextThread();
    for (const event of events.slice(0, 100)) ledger.record(event);
    const dying = ledger.flush().catch(() => undefined);
    await (await first).terminate();
    await dying;
    const second = nextThread();
    for (const event of events.slice(100, 200)) ledger.record(event);
    await ledger.flush();
    await (await second).terminate();
    for (const event of events.slice(200)) ledger.record(event);
    await ledger.flush();

    expect(durable).toBe(300);
    expect(await ledger.summary({ groupBy: [] })).toMatchObject([
      { requests: 300, inputTokens: 3_000 },
    ]);
  });

  it('keeps events while the database refuses them, and books each once', async () => {
    const ledger = ledgerWith();
    await ledger.intend(intentOf(usageEvent()));
    db.exec('alter table calls rename to calls_away');
    const events = Array.from({ length: 5 }, () => usageEvent());
    for (const event of events) ledger.record(event);
    await expect(ledger.flush()).rejects.toThrow(/no such table/);
    db.exec('alter table calls_away rename to calls');

    await ledger.flush();

    expect(await ledger.summary({ groupBy: [] })).toMatchObject([{ requests: 5 }]);
  });

  it('reports that it can not read what is not there, and reads on', async () => {
    const ledger = ledgerWith();
    await ledger.flush();
    db.exec('alter table rollups rename to rollups_away');
    await expect(ledger.summary({ groupBy: [] })).rejects.toThrow(/rollups/);
    db.exec('alter table rollups_away rename to rollups');

    expect(await ledger.summary({ groupBy: [] })).toEqual([]);
  });

  it('can be read by another process while this one writes', async () => {
    const ledger = ledgerWith();
    for (let turn = 0; turn < 3; turn += 1) ledger.record(usageEvent());
    await ledger.flush();

    const script = `
      const { DatabaseSync } = require('node:sqlite');
      const db = new DatabaseSync(process.argv[1] + '/tollgate.db');
      process.stdout.write(String(db.prepare('select count(*) as n from calls').get().n));`;
    db.exec('begin immediate');
    const seen = execFileSync(process.execPath, ['-e', script, dir.path], { encoding: 'utf8' });
    db.exec('rollback');

    expect(seen).toBe('3');
  });
});
