import { MockZion } from '@tollgate/testkit';
import { expect, it } from 'vitest';
import { Secret } from '../../config/secret.ts';
import type { Log } from '../../ports/log.ts';
import { createOutboxSender } from '../outbox/outbox-sender.ts';
import { createOutboxStore } from '../sql/sql-outbox-store.ts';
import { openDatabase } from '../sqlite/open-database.ts';
import { createSqliteDatabase } from '../sqlite/sqlite-database.ts';
import { createSqliteLedger } from '../sqlite/sqlite-ledger.ts';
import { createIds } from '../system/create-ids.ts';
import { systemClock } from '../system/system-clock.ts';
import { tempDir } from '../test-support/temp-dir.ts';
import { usageEvent, ZION_USER } from '../test-support/usage-event.ts';
import { createHttpUpstream } from '../undici/http-upstream.ts';
import { createZionChannel } from './zion-channel.ts';
import { createZionClient } from './zion-client.ts';

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
const EVENTS = 10_000;
/** What was promised; on this clock a shared machine has twice of it. */
const PROMISED_MS = 5_000;

it(`tells Zion ${EVENTS} events within 5 s of its return, each once`, {
  timeout: 60_000,
}, async () => {
  using folder = tempDir();
  await using zion = await MockZion.start();
  const opened = openDatabase(folder.path);
  if (!opened.ok) throw new Error(opened.error.detail);
  const ledger = createSqliteLedger(opened.value, { clock: systemClock });
  for (let n = 0; n < EVENTS; n += 1) ledger.record(usageEvent({ user: ZION_USER }));
  await ledger.close();
  const db = createSqliteDatabase(opened.value);
  const upstream = createHttpUpstream({ clock: systemClock });
  const store = createOutboxStore(db, systemClock);
  const url = new URL(zion.url);
  const apiKey = new Secret(zion.apiKey);
  const client = createZionClient({ upstream, clock: systemClock, url, apiKey });
  const outbox = createOutboxSender({
    store,
    channel: createZionChannel({ client, log: quiet }),
    clock: systemClock,
    ids: createIds(),
    log: quiet,
  });
  zion.mockBatchIncrementServerError();
  zion.mockBatchIncrementLostReply();
  await outbox.flush(10_000);
  await outbox.flush(10_000);

  const startedAt = performance.now();
  await outbox.flush(30_000);
  const tookMs = performance.now() - startedAt;

  process.stderr.write(`${EVENTS} events told in ${Math.round(tookMs)} ms\n`);
  expect(await store.states()).toEqual([]);
  expect(zion.sumIncrements().aiRequests).toBe(EVENTS);
  expect(tookMs).toBeLessThan(2 * PROMISED_MS);
  await outbox.close();
  await upstream.close();
  await db.close();
});
