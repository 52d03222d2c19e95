import { counterId } from '@tollgate/core/budgets';
import { eventOfLost, type Intent, type UsageEvent } from '@tollgate/core/usage';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onEngine, testedEngines } from '../../../../test/support/engines.ts';
import { createPostgresWriter } from '../../postgres/postgres-ledger.ts';
import { usageEvent } from '../../test-support/usage-event.ts';
import { createSqlSpentStore } from '../spent-store.ts';
import type { SqlDatabase } from '../sql.ts';
import type { LedgerBatch, TextCharge } from './batch.ts';
import { lostIntents } from './lost-intents.ts';
import { type BatchWriter, createBatchWriter } from './settle.ts';
import { createUsageReports } from './usage-reports.ts';

const COUNTER = {
  id: counterId({ budgetId: 'bud_1', windowStart: 0 }),
  budgetId: 'bud_1',
  window: { start: 0 },
};
const chargeOf = (amount: bigint): TextCharge[] => [
  { budgetId: 'bud_1', windowStart: 0, amount: String(amount) },
];

/** What is so, by adding up everything. */
class Model {
  made = 0;
  /** Alive, by their place; each start has a new name. */
  readonly gateways = ['gw_a0', 'gw_b0'];
  readonly open = new Map<string, { readonly gateway: string; held: bigint }>();
  /** Booked, and what each costs with its corrections. */
  readonly settled = new Map<string, bigint>();
  rows = 0;
}

interface Subject {
  readonly db: SqlDatabase;
  readonly writers: Map<string, BatchWriter>;
}

type Command = fc.AsyncCommand<Model, Subject>;

const nth = <T>(all: Iterable<T>, index: number): T | undefined => {
  const list = [...all];
  return list[index % Math.max(1, list.length)];
};
const callIdOf = (number: number): string =>
  `019ab000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const eventOf = (callId: string): UsageEvent => usageEvent({ callId, keyId: 'key_1' });
const intentOf = (callId: string): Omit<Intent, 'claims'> => {
  const {
    usage: _usage,
    status: _status,
    latencyMs: _late,
    losses: _losses,
    ...call
  } = eventOf(callId);
  return { ...call, estimate: { inputTokens: 3, outputTokens: 4 } };
};

/** `times`: a gateway that does not know whether it was written writes again. */
async function write(
  { db, writers }: Subject,
  { by, batch, times = 1 }: { by: string; batch: Partial<LedgerBatch>; times?: number },
): Promise<void> {
  const create = db.engine === 'postgres' ? createPostgresWriter : createBatchWriter;
  const writer = writers.get(by) ?? create(db, { instance: by, heartbeatMs: 0 });
  writers.set(by, writer);
  const nothing = { intents: [], extended: [], withdrawn: [], events: [] };
  for (let time = 0; time < times; time += 1) {
    await writer.write({ at: Date.now(), ...nothing, ...batch });
  }
}

const command = (
  name: string,
  run: (model: Model, subject: Subject) => Promise<void>,
  check: (model: Model) => boolean = () => true,
): Command => ({
  check,
  toString: () => name,
  run: async (model, subject) => {
    await run(model, subject);
    const spent = createSqlSpentStore(subject.db, createUsageReports(subject.db));
    const [figures] = await spent.figures([COUNTER]);
    const all = [...model.settled.values()];
    expect(figures?.spent).toBe(all.reduce((sum, one) => sum + one, 0n));
    expect(new Map(figures?.open.map(({ callId, amount }) => [callId, amount]))).toEqual(
      new Map([...model.open].map(([callId, { held }]) => [callId, held])),
    );
    const [rows] = await subject.db.all('select count(*) as n from calls');
    expect(Number(rows?.['n'])).toBe(model.rows);
  },
});

/** Calls of gateways that live: the dead do nothing any more. */
const running = ({ open, gateways }: Model) =>
  [...open].filter(([, { gateway }]) => gateways.includes(gateway));
const some = (model: Model): boolean => running(model).length > 0;
const twice = (isTwice: boolean): { times: number } => ({ times: isTwice ? 2 : 1 });

const intend = (place: number, held: bigint, isTwice: boolean): Command =>
  command(`intend by ${place} ${held}`, async (model, subject) => {
    model.made += 1;
    const callId = callIdOf(model.made);
    const by = model.gateways[place] ?? '';
    const intents = [{ intent: intentOf(callId), claims: chargeOf(held) }];
    await write(subject, { by, batch: { intents }, ...twice(isTwice) });
    model.open.set(callId, { gateway: by, held });
  });

const extend = (which: number, to: bigint): Command =>
  command(
    `extend ${which} to ${to}`,
    async (model, subject) => {
      const [callId = '', call] = nth(running(model), which) ?? [];
      const claims = chargeOf(to);
      const extended = [{ callId, estimate: { inputTokens: 3, outputTokens: 9 }, claims }];
      await write(subject, { by: call?.gateway ?? '', batch: { extended } });
      if (call !== undefined) call.held = to;
    },
    some,
  );

const settle = (which: number, cost: bigint, isTwice: boolean): Command =>
  command(
    `settle ${which} at ${cost}`,
    async (model, subject) => {
      const [callId = '', call] = nth(running(model), which) ?? [];
      const events = [{ event: eventOf(callId), charges: chargeOf(cost) }];
      const by = call?.gateway ?? '';
      await write(subject, { by, batch: { events }, ...twice(isTwice) });
      model.open.delete(callId);
      model.settled.set(callId, cost);
      model.rows += 1;
    },
    some,
  );

/** Of a call that was booked already: by another gateway, or by this one before. */
const settleAgain = (which: number, place: number, cost: bigint): Command =>
  command(
    `settle again ${which}`,
    async (model, subject) => {
      const callId = nth(model.settled.keys(), which) ?? '';
      const events = [{ event: eventOf(callId), charges: chargeOf(cost) }];
      await write(subject, { by: model.gateways[place] ?? '', batch: { events } });
    },
    (model) => model.settled.size > 0,
  );

const withdraw = (which: number): Command =>
  command(
    `withdraw ${which}`,
    async (model, subject) => {
      const [callId = '', call] = nth(running(model), which) ?? [];
      await write(subject, { by: call?.gateway ?? '', batch: { withdrawn: [callId] } });
      model.open.delete(callId);
    },
    some,
  );

const correct = (which: number, by: bigint, isTwice: boolean): Command =>
  command(
    `correct ${which} by ${by}`,
    async (model, subject) => {
      const [callId = '', cost = 0n] = nth(model.settled, which) ?? [];
      model.made += 1;
      const event = { ...eventOf(callIdOf(model.made)), corrects: callId };
      const batch = { events: [{ event, charges: chargeOf(by) }] };
      await write(subject, { by: model.gateways[0] ?? '', batch, ...twice(isTwice) });
      model.settled.set(callId, cost + by);
      model.rows += 1;
    },
    (model) => model.settled.size > 0,
  );

/** It dies with what it had open, is not heard of for long, and another starts in its place. */
const crash = (place: number): Command =>
  command(`crash ${place}`, async (model, { db }) => {
    await db.run('delete from instances where id = ?', model.gateways[place] ?? '');
    model.made += 1;
    model.gateways[place] = `${model.gateways[place]?.slice(0, 4)}${model.made}`;
  });

/** Both look for lost calls, at once. */
const sweep = command('sweep', async (model, subject) => {
  const found = await Promise.all(
    model.gateways.map((instance) => lostIntents(subject.db, { instance, aliveSince: 0 })),
  );
  const dead = [...model.open].filter(([, { gateway }]) => !model.gateways.includes(gateway));
  const idsOf = (lost: readonly { callId: string }[]) => lost.map(({ callId }) => callId).sort();
  for (const lost of found) expect(idsOf(lost)).toEqual(dead.map(([callId]) => callId).sort());
  await Promise.all(
    model.gateways.map((by, place) => {
      const events = (found[place] ?? []).map(({ claims = [], ...intent }) => ({
        event: eventOfLost(intent, Date.now()),
        charges: claims.map((claim) => ({ ...claim, amount: String(claim.amount) })),
        isLost: true,
      }));
      return write(subject, { by, batch: { events } });
    }),
  );
  for (const [callId, { held }] of dead) {
    model.open.delete(callId);
    model.settled.set(callId, held);
    model.rows += 1;
  }
});

const index = fc.nat({ max: 20 });
const place = fc.constantFrom(0, 1);
const amount = fc.bigInt(0n, 2n ** 60n);
const isTwice = fc.boolean();
const COMMANDS: fc.Arbitrary<Command>[] = [
  fc.tuple(place, amount, isTwice).map((all) => intend(...all)),
  fc.tuple(place, amount, isTwice).map((all) => intend(...all)),
  fc.tuple(index, amount).map((all) => extend(...all)),
  fc.tuple(index, amount, isTwice).map((all) => settle(...all)),
  fc.tuple(index, place, amount).map((all) => settleAgain(...all)),
  index.map(withdraw),
  fc.tuple(index, fc.bigInt(-(2n ** 60n), 2n ** 60n), isTwice).map((all) => correct(...all)),
  place.map(crash),
  fc.constant(sweep),
];

for (const engine of await testedEngines()) {
  const { missing } = engine;
  describe.skipIf(missing !== undefined)(onEngine('calls and what they hold', engine), () => {
    it('agree with a trivial reference, however two gateways, repeats and crashes interleave', async () => {
      await using opened = await engine.open();
      await fc.assert(
        fc.asyncProperty(fc.commands(COMMANDS, { maxCommands: 40, size: 'max' }), async (all) => {
          for (const table of ['calls', 'intents', 'budget_spend', 'rollups', 'instances']) {
            await opened.db.run(`delete from ${table}`);
          }
          const real = { db: opened.db, writers: new Map() };
          await fc.asyncModelRun(() => ({ model: new Model(), real }), all);
        }),
        { numRuns: 80 },
      );
    }, 120_000);
  });
}
