import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../config/secret.ts';
import type { Log } from '../../ports/log.ts';
import type { Outbox } from '../../ports/outbox.ts';
import { createOutboxSender } from '../outbox/outbox-sender.ts';
import { createOutboxStore } from '../sql/sql-outbox-store.ts';
import { openDatabase } from '../sqlite/open-database.ts';
import { createSqliteDatabase } from '../sqlite/sqlite-database.ts';
import { createIds } from '../system/create-ids.ts';
import { createManualClock, type ManualClock } from '../test-support/manual-clock.ts';
import {
  createScriptedUpstream,
  type ScriptedUpstream,
} from '../test-support/scripted-upstream.ts';
import { tempDir } from '../test-support/temp-dir.ts';
import { usageEvent, ZION_USER } from '../test-support/usage-event.ts';
import { sqliteLedger } from '../test-support/with-ledger.ts';
import { createZionChannel } from './zion-channel.ts';
import { createZionClient } from './zion-client.ts';

const PATH = '/api/v1/usage/external/batch-increment';
const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };

let dir: ReturnType<typeof tempDir>;
let db: DatabaseSync;
let clock: ManualClock;
let zion: ScriptedUpstream;
let outboxes: Outbox[];

beforeEach(() => {
  dir = tempDir();
  const opened = openDatabase(dir.path);
  if (!opened.ok) throw new Error(opened.error.detail);
  db = opened.value;
  clock = createManualClock();
  zion = createScriptedUpstream();
  outboxes = [];
});
afterEach(async () => {
  for (const outbox of outboxes) await outbox.close();
  db.close();
  dir[Symbol.dispose]();
});

const store = () => createOutboxStore(createSqliteDatabase(db));

async function counts(): Promise<{ readonly waiting: number; readonly dead: number }> {
  const [{ waiting = 0, dead = 0 } = {}] = await store().states();
  return { waiting, dead };
}

function start(sender?: string): Outbox {
  const client = createZionClient({
    upstream: zion,
    clock,
    url: new URL('http://zion.internal'),
    apiKey: new Secret('service-key'),
  });
  const outbox = createOutboxSender({
    store: store(),
    ...(sender !== undefined && { sender }),
    channel: createZionChannel({ client, log: quiet }),
    clock,
    ids: createIds(),
    log: quiet,
  });
  outboxes.push(outbox);
  return outbox;
}

async function record(...emails: string[]): Promise<void> {
  const ledger = sqliteLedger(db);
  for (const email of emails) ledger.record(usageEvent({ user: { ...ZION_USER, email } }));
  await ledger.close();
}

interface Sent {
  readonly key: string | undefined;
  readonly emails: readonly string[];
}

const sent = (): readonly Sent[] =>
  zion.requests.map(({ headers, body }) => ({
    key: headers['idempotency-key'],
    emails: JSON.parse(String(body)).increments.map((item: { email: string }) => item.email),
  }));

const counted = (items: number, ...failed: number[]) => ({
  status: 200,
  body: {
    success: true,
    data: {
      processed: items - failed.length,
      failed: failed.length,
      results: Array.from({ length: items }, (_item, place) => ({
        success: !failed.includes(place),
      })),
    },
  },
});
const taken = {
  status: 200,
  body: { success: true, data: { processed: 1, failed: 0, results: [] } },
};

/** Lets what is under way come to its end, without moving the clock. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('usage on its way to Zion', () => {
  it('sends what Zion expects, zero counts left out, with the service key and a key of the batch', async () => {
    const ledger = sqliteLedger(db);
    const usage = {
      input: { uncached: 10, cacheRead: 2 },
      output: {},
      provenance: 'provider',
    } as const;
    ledger.record(usageEvent({ user: ZION_USER, usage }));
    await ledger.close();
    zion.script(PATH, taken);

    await start().flush(1000);

    const [request] = zion.requests;
    expect(JSON.parse(String(request?.body))).toEqual({
      increments: [
        {
          email: 'test@test.com',
          aiInputTokens: 12,
          aiRequests: 1,
          model: 'gpt-4o-mini',
          timestamp: '2026-11-23T12:00:00.000Z',
        },
      ],
    });
    expect(request).toMatchObject({
      method: 'POST',
      headers: {
        'x-api-key': 'service-key',
        'idempotency-key': expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
    expect(await counts()).toEqual({ waiting: 0, dead: 0 });
  });

  it('sends a while after it was woken, and what an earlier run left at its start', async () => {
    await record('a');
    zion.script(PATH, taken);
    const outbox = start();
    clock.advance(100);
    await settle();

    await record('b');
    outbox.wake();
    clock.advance(99);
    await settle();
    expect(sent().map(({ emails }) => emails)).toEqual([['a']]);

    clock.advance(1);
    await settle();
    expect(sent().map(({ emails }) => emails)).toEqual([['a'], ['b']]);
  });

  it('sends no more than a thousand items at once, each batch under its own key', async () => {
    await record(...Array.from({ length: 2500 }, (_item, n) => `u${n}`));
    zion.script(PATH, taken);

    await start().flush(10_000);

    expect(sent().map(({ emails }) => emails.length)).toEqual([1000, 1000, 500]);
    expect(new Set(sent().map(({ key }) => key)).size).toBe(3);
  });

  it('repeats a batch that got no answer under the same key, with the same items, after a restart too', async () => {
    await record('a', 'b');
    zion.script(PATH, 'down', { status: 503 }, taken);
    const first = start();
    await first.flush(1000);
    await record('c');
    await first.flush(1000);
    await first.close();

    await start().flush(1000);

    const [one, two, three, four] = sent();
    expect(one?.emails).toEqual(['a', 'b']);
    expect(two).toEqual(one);
    expect(three).toEqual(one);
    expect(four?.emails).toEqual(['c']);
    expect(four?.key).not.toBe(one?.key);
  });

  it('waits longer after each failure, up to a bound, and not at all after a success', async () => {
    await record('a');
    zion.script(PATH, 'down');
    const outbox = start();
    const attempts: number[] = [];
    for (let second = 0; second < 600; second += 1) {
      const before = zion.requests.length;
      clock.advance(1000);
      await settle();
      if (zion.requests.length > before) attempts.push(second);
    }
    const gaps = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(61);
    expect(gaps.slice(-3).every((gap) => gap >= 29)).toBe(true);
    expect(gaps[0]).toBeLessThanOrEqual(2);

    zion.script(PATH, taken);
    await outbox.flush(1000);
    await record('b');
    const before = zion.requests.length;
    outbox.wake();
    clock.advance(100);
    await settle();
    expect(zion.requests.length).toBe(before + 1);
  });

  it('sends on under a new key only the items that Zion refused, matched by place', async () => {
    await record('same', 'same', 'same');
    zion.script(PATH, counted(3, 1), taken);
    const outbox = start();

    await outbox.flush(1000);
    expect(await counts()).toEqual({ waiting: 1, dead: 0 });
    await outbox.flush(1000);

    const [one, two] = sent();
    expect(two?.emails).toEqual(['same']);
    expect(two?.key).not.toBe(one?.key);
    expect(await counts()).toEqual({ waiting: 0, dead: 0 });
  });

  it('finds the one item that makes Zion refuse a batch, and keeps it as dead', async () => {
    const emails = Array.from({ length: 50 }, (_item, n) => `u${n}`);
    await record(...emails);
    const arrived: string[] = [];
    const refuse = zion.send.bind(zion);
    zion.send = (request) => {
      const batch: string[] = JSON.parse(String(request.body)).increments.map(
        (item: { email: string }) => item.email,
      );
      const isPoisoned = batch.includes('u17');
      if (!isPoisoned) arrived.push(...batch);
      zion.script(PATH, isPoisoned ? { status: 400 } : taken);
      return refuse(request);
    };
    const outbox = start();

    for (let turn = 0; turn < 30; turn += 1) await outbox.flush(1000);

    expect(arrived.toSorted()).toEqual(emails.filter((email) => email !== 'u17').toSorted());
    expect(await counts()).toEqual({ waiting: 0, dead: 1 });
  });

  it('keeps as dead, and sends no second time, a batch of which Zion does not tell what it counted', async () => {
    await record('same', 'same', 'other');
    const vague = {
      success: true,
      data: { processed: 2, failed: 1, results: [{ success: false, email: 'same' }] },
    };
    zion.script(PATH, { status: 200, body: vague });

    await start().flush(1000);

    expect(zion.requests).toHaveLength(1);
    expect(await counts()).toEqual({ waiting: 0, dead: 3 });
  });

  it('ends a flush at its deadline, and sends the batch again later under its key', async () => {
    await record('a');
    zion.script(PATH, 'hang', taken);
    const outbox = start();
    const flushed = outbox.flush(500);
    await settle();

    clock.advance(500);
    await flushed;
    clock.advance(100);
    await settle();

    const [one, two] = sent();
    expect(two).toEqual(one);
    expect(await counts()).toEqual({ waiting: 0, dead: 0 });
  });

  it('cuts what is under way when it closes, and loses nothing', async () => {
    await record('a');
    zion.script(PATH, 'hang');
    const outbox = start();
    clock.advance(100);
    await settle();

    await outbox.close();

    expect(await counts()).toEqual({ waiting: 1, dead: 0 });
    expect(clock.waiting()).toBe(0);
  });

  it('leaves Zion alone for as long as it asks, whatever is recorded or flushed meanwhile', async () => {
    await record('a');
    zion.script(PATH, { status: 429, headers: { 'retry-after': '120' } }, taken);
    const outbox = start();
    await outbox.flush(1000);
    await record('b');
    outbox.wake();
    clock.advance(119_000);
    await outbox.flush(1000);
    await settle();
    expect(sent()).toHaveLength(1);

    clock.advance(1_000);
    await settle();

    const [first, again, next] = sent();
    expect(again).toEqual(first);
    expect(next?.emails).toEqual(['b']);
    expect(await counts()).toEqual({ waiting: 0, dead: 0 });
  });

  it('believes nobody who asks to be left alone for more than an hour', async () => {
    await record('a');
    zion.script(PATH, { status: 503, headers: { 'retry-after': '999999999' } }, taken);
    await start().flush(1000);

    clock.advance(3_600_000);
    await settle();

    expect(await counts()).toEqual({ waiting: 0, dead: 0 });
  });

  it('gives up a batch whose replies make no sense, and sends it under its own key when asked to', async () => {
    await record('a', 'b');
    zion.script(PATH, 'down', 'down', { status: 200, body: 'a page of a proxy' });
    const outbox = start();
    for (let turn = 0; turn < 4; turn += 1) await outbox.flush(1000);
    expect(await counts()).toEqual({ waiting: 2, dead: 0 });
    await outbox.flush(1000);
    expect(await counts()).toEqual({ waiting: 0, dead: 2 });

    zion.script(PATH, taken);
    expect(await store().resend({ channel: 'zion' })).toBe(2);
    await outbox.flush(1000);

    expect(new Set(sent().map(({ key }) => key)).size).toBe(1);
    expect(sent().at(-1)?.emails).toEqual(['a', 'b']);
    expect(await counts()).toEqual({ waiting: 0, dead: 0 });
  });

  it('finds by itself what another process has asked to be sent again', async () => {
    await record('a');
    zion.script(PATH, { status: 400 });
    const outbox = start();
    for (let turn = 0; turn < 5; turn += 1) await outbox.flush(1000);
    expect(await counts()).toEqual({ waiting: 0, dead: 1 });
    await outbox.flush(1000);

    zion.script(PATH, taken);
    await store().resend({ channel: 'zion' });
    clock.advance(10_000);
    await settle();

    expect(await counts()).toEqual({ waiting: 0, dead: 0 });
  });

  it('takes over the batch of a gateway that died, under the same key, and only then', async () => {
    await record('a');
    zion.script(PATH, 'hang', taken);
    start('dies');
    clock.advance(100);
    await settle();
    expect(sent()).toHaveLength(1);

    const other = start('lives');
    clock.advance(80_000);
    await other.flush(1000);
    await settle();
    expect(sent()).toHaveLength(1);

    clock.advance(20_000);
    await settle();

    expect(sent()).toHaveLength(2);
    expect(sent()[1]).toEqual(sent()[0]);
    expect(await counts()).toEqual({ waiting: 0, dead: 0 });
  });

  it('loses nothing of an hour without Zion, and comes back with one batch at a time', async () => {
    let inFlight = 0;
    let most = 0;
    let isBack = false;
    const answer = zion.send.bind(zion);
    zion.send = async (request) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      zion.script(PATH, isBack ? taken : 'down');
      const reply = await answer(request);
      inFlight -= 1;
      return reply;
    };
    const outbox = start();
    for (let minute = 0; minute < 60; minute += 1) {
      await record(...Array.from({ length: 50 }, (_item, n) => `${minute}-${n}`));
      outbox.wake();
      for (let second = 0; second < 60; second += 1) {
        clock.advance(1000);
        await settle();
      }
    }
    const tries = zion.requests.length;
    isBack = true;
    for (let second = 0; second < 60; second += 1) {
      clock.advance(1000);
      await settle();
    }

    // Once a minute and a half at the most often: half a minute at least lies between two tries.
    expect(tries).toBeLessThan(130);
    const told = sent().slice(tries);
    expect(told.flatMap(({ emails }) => emails)).toHaveLength(3000);
    expect(new Set(told.flatMap(({ emails }) => emails)).size).toBe(3000);
    expect(told.length).toBeLessThan(6);
    expect(most).toBe(1);
    expect(await counts()).toEqual({ waiting: 0, dead: 0 });
  });
});
