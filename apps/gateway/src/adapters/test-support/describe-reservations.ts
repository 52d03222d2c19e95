import type { CounterId, Reserved } from '@tollgate/core/budgets';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reservations } from '../../ports/reservations.ts';
import {
  type Amounts,
  COUNTERS,
  chargesOf,
  claimsOf,
  LEASE_MS,
  ReservationModel,
} from './reservation-model.ts';

/** Reservations under test. */
export interface ReservationsSubject {
  readonly reservations: Reservations;
  /** Time goes on. */
  pass(ms: number): Promise<void>;
  /** All that is held is lost: a crash, or a flush of what is shared. */
  lose(): Promise<void>;
  close(): Promise<void>;
}

type Command = fc.AsyncCommand<ReservationModel, ReservationsSubject>;

const command = (
  name: string,
  run: (model: ReservationModel, subject: ReservationsSubject) => Promise<void>,
  check: (model: ReservationModel) => boolean = () => true,
): Command => ({
  check,
  toString: () => name,
  run: async (model, subject) => {
    await run(model, subject);
    for (const { id, limit, mayOutgrow } of COUNTERS) {
      if (mayOutgrow) continue;
      expect(model.committed(id)).toBeLessThanOrEqual(limit + (model.excess.get(id) ?? 0n));
    }
  },
});

/** Loads what is not known, as a gateway would; idle counters may have been forgotten. */
async function untilKnown(
  model: ReservationModel,
  { reservations }: ReservationsSubject,
  ask: () => Promise<Reserved>,
): Promise<Reserved> {
  for (;;) {
    const answer = await ask();
    if (answer.type !== 'unknown') return answer;
    for (const counter of answer.counters) {
      expect(model.knows(counter) && !model.isIdle(counter)).toBe(false);
      model.spent.delete(counter);
    }
    const figures = model.figures(answer.counters);
    await reservations.load(figures, LEASE_MS);
    model.load(figures);
  }
}

const nth = <T>(all: Iterable<T>, index: number): T | undefined => {
  const list = [...all];
  return list[index % Math.max(1, list.length)];
};

const amounts = fc
  .array(fc.tuple(fc.constantFrom(...COUNTERS.map(({ id }) => id)), fc.bigInt(1n, 4n)), {
    minLength: 1,
    maxLength: 3,
  })
  .map((pairs): Amounts => new Map(pairs));
const index = fc.nat({ max: 20 });

const reserve = (callId: string, wanted: Amounts): Command =>
  command(
    `reserve ${callId} ${shown(wanted)}`,
    async (model, subject) => {
      const claims = claimsOf(wanted);
      const answer = await untilKnown(model, subject, () =>
        subject.reservations.reserve(callId, claims, LEASE_MS),
      );
      const lacking = model.lacking(callId, claims);
      expect(answer).toEqual(
        lacking.length > 0 ? { type: 'refused', lacking } : { type: 'reserved' },
      );
      if (lacking.length > 0) return;
      model.hold(callId, wanted);
      model.unsent.add(callId);
    },
    (model) => !model.open.has(callId) && !model.settled.has(callId) && !model.held.has(callId),
  );

const send = (which: number): Command =>
  command(
    `send ${which}`,
    async (model) => {
      const callId = nth(model.unsent, which) ?? '';
      model.unsent.delete(callId);
      model.open.set(callId, new Map(model.held.get(callId)));
    },
    (model) => model.unsent.size > 0,
  );

const giveBack = (which: number): Command =>
  command(
    `release ${which}`,
    async (model, { reservations }) => {
      const callId = nth(model.unsent, which) ?? '';
      await reservations.release(callId);
      model.unsent.delete(callId);
      model.letGo(callId);
    },
    (model) => model.unsent.size > 0,
  );

/** A running call that reservations know of asks for more; the ledger hears of it where it was granted. */
const extend = (which: number, by: bigint): Command =>
  command(
    `extend ${which} by ${by}`,
    async (model, subject) => {
      const callId = nth(model.open.keys(), which) ?? '';
      const held = model.open.get(callId) ?? new Map();
      const raised = new Map([...held].map(([id, amount]) => [id, amount + by]));
      const claims = claimsOf(raised);
      const isLower = by <= 0n;
      const answer = await untilKnown(model, subject, () =>
        subject.reservations.extend(callId, claims),
      );
      const lacking = model.lacking(
        callId,
        claims.filter(({ mayOutgrow }) => !mayOutgrow && !isLower),
      );
      expect(answer).toEqual(
        lacking.length > 0 ? { type: 'refused', lacking } : { type: 'reserved' },
      );
      if (lacking.length > 0 || isLower) return;
      model.hold(callId, raised);
      model.open.set(callId, raised);
    },
    (model) => model.open.size > 0,
  );

/** Its event becomes durable; reservations are not told yet. */
const book = (which: number, more: bigint): Command =>
  command(
    `book ${which} ${more}`,
    async (model) => {
      const callId = nth(model.open.keys(), which) ?? '';
      const held = model.open.get(callId) ?? new Map<CounterId, bigint>();
      const cost = new Map([...held].map(([id, amount]) => [id, max(0n, amount + more)]));
      model.open.delete(callId);
      model.settled.set(callId, cost);
      model.untold.add(callId);
      if (more <= 0n) return;
      for (const id of cost.keys()) model.excess.set(id, (model.excess.get(id) ?? 0n) + more);
    },
    (model) => model.open.size > 0,
  );

const tell = (which: number, isAgain: boolean): Command =>
  command(
    `tell ${which}${isAgain ? ' again' : ''}`,
    async (model, { reservations }) => {
      const callId = nth(isAgain ? model.told : model.untold, which) ?? '';
      const cost = model.settled.get(callId) ?? new Map();
      await reservations.settle(callId, chargesOf(cost));
      model.settle(callId, cost);
      model.untold.delete(callId);
      model.told.add(callId);
    },
    (model) => (isAgain ? model.told : model.untold).size > 0,
  );

/** Another gateway reads figures now and loads them later, when they may be old. */
const readFigures = command('read', async (model) => {
  model.read = model.figures(COUNTERS.map(({ id }) => id));
});
const loadFigures = command('load', async (model, { reservations }) => {
  await reservations.load(model.read, LEASE_MS);
  model.load(model.read);
});

const pass = (ms: number): Command =>
  command(`pass ${ms}`, async (model, subject) => {
    await subject.pass(ms);
    model.now += ms;
    model.read = [];
  });

const lose = command('lose', async (model, subject) => {
  await subject.lose();
  model.loseAll();
});

/** Each call whose lease is over is looked up in the ledger. */
const sweep = command('sweep', async (model, { reservations }) => {
  const over = await reservations.expired(1_000);
  expect([...over].sort()).toEqual([...model.expired()].sort());
  for (const callId of over) {
    const cost = model.settled.get(callId);
    if (cost !== undefined) {
      await reservations.settle(callId, chargesOf(cost));
      model.settle(callId, cost);
    } else if (model.open.has(callId) || model.unsent.has(callId)) {
      await reservations.renew([callId], LEASE_MS);
      model.leases.set(callId, model.now + LEASE_MS);
    } else {
      await reservations.release(callId);
      model.letGo(callId);
    }
  }
});

const max = (one: bigint, other: bigint): bigint => (one > other ? one : other);
const shown = (some: Amounts): string => [...some].map(([id, n]) => `${id}:${n}`).join(' ');

const COMMANDS: fc.Arbitrary<Command>[] = [
  fc.tuple(fc.nat({ max: 40 }), amounts).map(([call, wanted]) => reserve(`call_${call}`, wanted)),
  index.map(send),
  index.map(send),
  index.map(giveBack),
  fc.tuple(index, fc.bigInt(-1n, 3n)).map(([which, by]) => extend(which, by)),
  fc.tuple(index, fc.bigInt(-4n, 1n)).map(([which, more]) => book(which, more)),
  index.map((which) => tell(which, false)),
  index.map((which) => tell(which, true)),
  fc.constantFrom(readFigures, loadFigures, sweep),
  fc.constantFrom(1_000, LEASE_MS).map(pass),
  fc.constant(lose),
];

/** Reservations are this, whatever holds them: memory, or what several gateways share. */
export function describeReservations(
  name: string,
  make: () => Promise<ReservationsSubject>,
  { runs = 300, missing }: { readonly runs?: number; readonly missing?: string | undefined } = {},
): void {
  describe.skipIf(missing !== undefined)(`reservations in ${name}`, () => {
    it('agree with a trivial reference, however calls, crashes and old figures interleave', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.commands(COMMANDS, { maxCommands: 80, size: 'max' }),
          async (commands) => {
            const subject = await make();
            const model = new ReservationModel();
            try {
              await fc.asyncModelRun(() => ({ model, real: subject }), [...commands, ...quiet()]);
              const ids = COUNTERS.map(({ id }) => id).filter((id) => model.knows(id));
              for (const standing of await subject.reservations.standing(ids)) {
                const { counter, spent, reserved } = standing;
                const [truth] = model.figures([counter]);
                const open = truth?.open.reduce((sum, { amount }) => sum + amount, 0n) ?? 0n;
                const unsent = model.committed(counter) - (truth?.spent ?? 0n) - open;
                expect({ spent, reserved }).toEqual({
                  spent: truth?.spent,
                  reserved: open + unsent,
                });
              }
            } finally {
              await subject.close();
            }
          },
        ),
        { numRuns: runs },
      );
    }, 120_000);

    it('hear of corrections, up and down and never below nothing, where they know the counter', async () => {
      const subject = await make();
      try {
        const { reservations } = subject;
        const [known, unknown] = COUNTERS;
        const [figures] = new ReservationModel().figures([known.id]);
        if (figures === undefined) throw new Error('the model has no counter');
        const spent = 5_000_000_000_000n;
        await reservations.load([{ ...figures, spent }], LEASE_MS);
        const stands = async () => (await reservations.standing([known.id, unknown.id])) ?? [];
        for (const [by, now] of [
          [3_000_000_001n, 5_003_000_000_001n],
          [-5_000_000_000_000n, 3_000_000_001n],
          [-4_000_000_000n, 0n],
        ] as const) {
          await reservations.correct(
            chargesOf(
              new Map([
                [known.id, by],
                [unknown.id, by],
              ]),
            ),
          );
          expect(await stands()).toEqual([{ counter: known.id, spent: now, reserved: 0n }]);
        }
      } finally {
        await subject.close();
      }
    });

    it('let exactly as many through as there is room for, all at once', async () => {
      const subject = await make();
      try {
        const [first] = claimsOf(new Map([[COUNTERS[0].id, 1n]]));
        if (first === undefined) throw new Error('the model has no counter');
        const claims = [{ ...first, limit: 100n }];
        await subject.reservations.load(new ReservationModel().figures([COUNTERS[0].id]), LEASE_MS);
        const answers = await Promise.all(
          Array.from({ length: 1_000 }, (_, at) =>
            subject.reservations.reserve(`call_${at}`, claims, LEASE_MS),
          ),
        );
        expect(answers.filter(({ type }) => type === 'reserved')).toHaveLength(100);
        expect(answers.at(-1)).toEqual({
          type: 'refused',
          lacking: [{ counter: COUNTERS[0].id, limit: 100n, spent: 0n, reserved: 100n, asked: 1n }],
        });
      } finally {
        await subject.close();
      }
    });
  });
}

/** All news arrives, and every lease ends and is looked into. */
const quiet = (): readonly Command[] => [
  ...Array.from({ length: 100 }, () => tell(0, false)),
  pass(LEASE_MS),
  sweep,
];
