import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createHarness } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../src/adapters/test-support/temp-dir.ts';
import { createApp } from '../src/create-app.ts';

const BODY = { model: 'sim/echo', messages: [{ role: 'user', content: 'Hi' }] };

const startOn = (folder: string) =>
  createApp({
    config: { dataDir: folder },
    env: {},
    clock: { now: Date.now, monotonic: () => performance.now(), schedule: () => ({ cancel() {} }) },
    onLog: () => undefined,
  });

describe('a ledger that can not be written', () => {
  it('refuses new calls with 503 and Retry-After, says so, and takes them again by itself', async () => {
    await using harness = await createHarness(createApp);
    await harness.withToken().post('/v1/chat/completions').send(BODY).expect(200);
    await harness.waitForUsage(1);
    // As a disk that is full, read-only or hung would: whoever wants to write waits in vain.
    const other = new DatabaseSync(join(harness.dataDir, 'tollgate.db'));
    other.exec('begin immediate');

    const refused = await harness.withToken().post('/v1/chat/completions').send(BODY);
    const health = await harness.request().get('/health');

    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBe('1');
    expect(health.body.checks.ledger.status).toBe('unhealthy');
    other.exec('rollback');
    other.close();
    await expect
      .poll(async () => (await harness.request().get('/health')).body.checks.ledger.status, {
        timeout: 10_000,
      })
      .toBe('healthy');
    await harness.withToken().post('/v1/chat/completions').send(BODY).expect(200);
    expect(await harness.waitForUsage(2)).toHaveLength(2);
  });
});

describe('a gateway that starts on a damaged ledger', () => {
  it('refuses one that is no database, and names the backup command', async () => {
    using folder = tempDir();
    writeFileSync(
      join(folder.path, 'tollgate.db'),
      'not a database at all, but long enough to be read'.repeat(50),
    );

    await expect(startOn(folder.path)).rejects.toThrow(/is damaged .*"tollgate db backup"/);
  });

  it('refuses one with a broken page', async () => {
    using folder = tempDir();
    const app = await startOn(folder.path);
    await app.close();
    const path = join(folder.path, 'tollgate.db');
    const db = new DatabaseSync(path);
    db.exec('pragma wal_checkpoint(truncate)');
    const root = Number(
      db.prepare("select rootpage from sqlite_master where name = 'calls'").get()?.['rootpage'],
    );
    const size = Number(db.prepare('pragma page_size').get()?.['page_size']);
    db.close();
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(size, 0xa5), 0, size, (root - 1) * size);
    closeSync(file);

    await expect(startOn(folder.path)).rejects.toThrow(/is damaged .*docs\/operations\.md/);
  });

  it('refuses one that a newer program wrote, and says so', async () => {
    using folder = tempDir();
    const app = await startOn(folder.path);
    await app.close();
    const db = new DatabaseSync(join(folder.path, 'tollgate.db'));
    db.exec("insert into schema_version values (999, 'later')");
    db.close();

    await expect(startOn(folder.path)).rejects.toThrow(/written by a newer Tollgate \(schema 999/);
  });
});
