import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenedEngine, onEngine, testedEngines } from '../../../test/support/engines.ts';
import type { OutboxRow, OutboxStore } from '../../ports/outbox-store.ts';
import { createManualClock, type ManualClock } from '../test-support/manual-clock.ts';
import { createOutboxStore } from './sql-outbox-store.ts';

const LEASE_MS = 60_000;
const NOON = Date.UTC(2026, 10, 23, 12);

const row = (eventId: string, changes: Partial<OutboxRow> = {}): OutboxRow => ({
  channel: 'zion',
  eventId,
  body: `{"event":"${eventId}"}`,
  owner: 'a@b.c',
  requests: 1,
  inputTokens: 10,
  outputTokens: 5,
  at: NOON,
  ...changes,
});

for (const engine of await testedEngines()) {
  const { missing } = engine;
  describe.skipIf(missing !== undefined)(onEngine('the outbox', engine), () => {
    let opened: OpenedEngine;
    let clock: ManualClock;
    let store: OutboxStore;
    let keys: number;
    beforeEach(async () => {
      opened = await engine.open();
      clock = createManualClock(NOON);
      store = createOutboxStore(opened.db);
      keys = 0;
    });
    afterEach(() => opened[Symbol.asyncDispose]());

    const add = async (...ids: readonly string[]): Promise<void> => {
      for (const id of ids) await store.add(row(id));
    };
    const claim = (sender: string, maxItems = 1000, channel = 'zion') => {
      keys += 1;
      const newKey = `${sender}-${keys}`;
      const now = clock.now();
      return store.claim({ channel, sender, maxItems, leaseMs: LEASE_MS, newKey, now });
    };
    const claimed = async (sender: string, maxItems?: number) => {
      const batch = await claim(sender, maxItems);
      if (batch === undefined) throw new Error(`nothing for ${sender}`);
      return batch;
    };
    const ids = (batch: Awaited<ReturnType<typeof claim>>): readonly string[] | undefined =>
      batch?.items.map(({ eventId }) => eventId);

    it('fixes items, order and key before the first sending, and gives the same until it is settled', async () => {
      await add('one', 'two');
      const first = await claimed('a');
      await add('three');

      expect(await claimed('a')).toEqual(first);
      expect(first.items.map(({ body }) => body)).toEqual(['{"event":"one"}', '{"event":"two"}']);

      const outcomes = ['sent', 'sent'] as const;
      expect(await store.settle(first, { sender: 'a', outcomes })).toBe(true);
      const next = await claimed('a');
      expect(ids(next)).toEqual(['three']);
      expect(next.idempotencyKey).not.toBe(first.idempotencyKey);
    });

    it('takes an event once while it waits, and channels apart', async () => {
      expect(await store.add(row('one'))).toBe(true);
      expect(await store.add(row('one'))).toBe(false);
      expect(await store.add(row('one', { channel: 'files' }))).toBe(true);
      expect(ids(await claim('a', 1000, 'files'))).toEqual(['one']);
    });

    it('gives each item to one of many senders that ask at once', async () => {
      await add(...Array.from({ length: 40 }, (_item, n) => `e${n}`));

      const batches = await Promise.all(
        Array.from({ length: 8 }, (_sender, n) => claim(`s${n}`, 5)),
      );

      const given = batches.flatMap((batch) => ids(batch) ?? []);
      expect(new Set(given).size).toBe(given.length);
      // Who came between two others may have found nothing free, and asks again.
      for (let turn = 0; given.length < 40 && turn < 40; turn += 1) {
        given.push(...(ids(await claim(`late${turn}`, 5)) ?? []));
      }
      expect(given.toSorted()).toEqual(
        Array.from({ length: 40 }, (_item, n) => `e${n}`).toSorted(),
      );
    });

    it('leaves a batch to its sender until the lease is over, then to one other, under the same key', async () => {
      await add('one');
      const first = await claimed('dies');
      expect(await claim('b')).toBeUndefined();

      clock.advance(LEASE_MS);
      const taken = await Promise.all([claim('b'), claim('c')]);

      const [second, ...others] = taken.filter((batch) => batch !== undefined);
      expect(others).toEqual([]);
      expect(second).toEqual(first);
      const outcomes = ['sent'] as const;
      expect(await store.settle(first, { sender: 'dies', outcomes })).toBe(false);
      expect((await store.states())[0]?.waiting).toBe(1);
    });

    it('leaves a batch to others at once when its sender is dead, by its heartbeat or its absence', async () => {
      let aliveSince = 0;
      store = createOutboxStore(opened.db, { aliveSince: async () => aliveSince });
      await opened.db.run(
        "insert into instances (id, started_at, heartbeat_at) values ('living', 0, 0)",
      );
      await add('one');
      const first = await claimed('living');
      expect(await claim('other')).toBeUndefined();

      aliveSince = Number.MAX_SAFE_INTEGER;
      expect(await claimed('unheard')).toEqual(first);
      aliveSince = 0;
      expect(await claimed('other')).toEqual(first);
    });

    it('leaves a batch to others at once when its sender closes', async () => {
      await add('one');
      const first = await claimed('a');
      await store.release('zion', 'a');

      expect(await claimed('b')).toEqual(first);
    });

    it('keeps in sum, by owner and day, what was acknowledged, and knows what was not', async () => {
      await add('one', 'two', 'three');
      await store.add(row('other', { owner: 'x@y.z', inputTokens: 2 ** 40 }));
      await store.add(row('later', { at: NOON + 86_400_000 }));
      const batch = await claimed('a');
      const outcomes = batch.items.map(({ eventId }) => (eventId === 'two' ? 'again' : 'sent'));
      await store.settle(batch, { sender: 'a', outcomes });
      await add('four');
      const second = await claimed('a');
      await store.settle(second, { sender: 'a', outcomes: ['sent', 'failed'] });

      const day = 'select owner, day, requests, input_tokens from outbox_acknowledged';
      const rows = await opened.db.all(`${day} order by owner, day`);
      const midnight = BigInt(Date.UTC(2026, 10, 23));
      expect(rows.map((found) => ({ ...found }))).toEqual([
        { owner: 'a@b.c', day: midnight, requests: 3n, input_tokens: 30n },
        { owner: 'a@b.c', day: midnight + 86_400_000n, requests: 1n, input_tokens: 10n },
        { owner: 'x@y.z', day: midnight, requests: 1n, input_tokens: BigInt(2 ** 40) },
      ]);
      const open = { requests: 1, inputTokens: 10, outputTokens: 5 };
      expect(await store.unacknowledged('zion', 'a@b.c')).toEqual(open);
      const none = { requests: 0, inputTokens: 0, outputTokens: 0 };
      expect(await store.unacknowledged('zion', 'x@y.z')).toEqual(none);
    });

    it('has an item that is refused by itself five times wait as dead, and sends it again when asked', async () => {
      await add('poison');
      for (let time = 0; time < 5; time += 1) {
        const batch = await claimed('a');
        await store.settle(batch, { sender: 'a', outcomes: ['failed'] });
      }

      expect(await claim('a')).toBeUndefined();
      const letters = await store.deadLetters({ limit: 10 });
      expect(letters).toMatchObject([{ eventId: 'poison', reason: 'refused', channel: 'zion' }]);
      expect(await store.states()).toEqual([{ channel: 'zion', waiting: 0, dead: 1 }]);

      expect(await store.resend({ ids: letters.map(({ id }) => id) })).toBe(1);
      expect(ids(await claim('a'))).toEqual(['poison']);
      expect(await store.resend({ ids: letters.map(({ id }) => id) })).toBe(0);
    });

    it('keeps a batch that was given up as it is, and sends it again as a whole under its key', async () => {
      await add('one', 'two');
      const batch = await claimed('a');
      await store.noteUnusable(batch.id);
      await store.bury(batch.id, 'unreadable');
      await add('three');

      expect(ids(await claim('a'))).toEqual(['three']);
      const [first] = await store.deadLetters({ channel: 'zion', limit: 1 });
      expect(first).toMatchObject({ eventId: 'one', reason: 'unreadable' });

      expect(await store.resend({ ids: [first?.id ?? 0] })).toBe(2);
      await store.release('zion', 'a');
      const again = await claimed('b');
      expect(again).toEqual({ ...batch, unusable: 0 });
    });

    it('sends all of a channel’s dead again, and those of no other', async () => {
      for (const channel of ['zion', 'files']) {
        await store.add(row('one', { channel }));
        const batch = await claim('a', 10, channel);
        await store.settle(batch ?? { id: 0, idempotencyKey: '', unusable: 0, items: [] }, {
          sender: 'a',
          outcomes: ['dead'],
        });
      }

      expect(await store.resend({ channel: 'files' })).toBe(1);

      expect(await store.states()).toEqual([
        { channel: 'files', waiting: 1, dead: 0, oldestAt: NOON },
        { channel: 'zion', waiting: 0, dead: 1 },
      ]);
    });

    it('gives up what nobody took for too long, but for a batch that is fixed, and forgets the oldest beyond a bound', async () => {
      await add('old');
      await claimed('a');
      await add('older');
      await store.add(row('new', { at: NOON + 1000 }));

      expect(await store.expire('zion', NOON + 1)).toBe(1);
      expect(await store.deadLetters({ limit: 10 })).toMatchObject([
        { eventId: 'older', reason: 'expired' },
      ]);
      expect(await store.trim('zion', 2)).toBe(0);
      expect(await store.trim('zion', 1)).toBe(1);
      expect(await store.states()).toEqual([
        { channel: 'zion', waiting: 2, dead: 0, oldestAt: NOON },
      ]);
    });

    it('puts an event in once, ever, for all who want it, also when two tell it at once', async () => {
      const rows = ['one', 'two'].map((channel) => row('50 %', { channel }));

      const event = { id: '50 %', at: NOON };

      const told = await Promise.all([store.addOnce(event, rows), store.addOnce(event, rows)]);
      const batch = await claim('a', 10, 'one');
      if (batch !== undefined) await store.settle(batch, { sender: 'a', outcomes: ['sent'] });

      expect(told.toSorted()).toEqual([false, true]);
      expect(await store.addOnce(event, rows)).toBe(false);
      expect(await store.states()).toMatchObject([{ channel: 'two', waiting: 1 }]);
    });

    it('keeps how far a channel has come with what it was settled by, or not at all', async () => {
      await add('one');
      const batch = await claimed('a');
      const cursor = { name: 'files:1', value: 'far' };
      const by = { outcomes: ['sent'] as const, cursor };
      await store.settle(batch, { sender: 'other', ...by });
      expect(await store.cursor('files:1')).toBeUndefined();

      await store.settle(batch, { sender: 'a', ...by });

      expect(await store.cursor('files:1')).toBe('far');
    });
  });
}
