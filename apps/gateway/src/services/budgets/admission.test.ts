import { counterOf, createCalibration, indexBudgets } from '@tollgate/core/budgets';
import type { UsageEvent } from '@tollgate/core/usage';
import { expect, it } from 'vitest';
import { createMemoryReservations } from '../../adapters/reservations/memory-reservations.ts';
import { keyBudget } from '../../adapters/test-support/key-budget.ts';
import { createManualClock } from '../../adapters/test-support/manual-clock.ts';
import { usageEvent } from '../../adapters/test-support/usage-event.ts';
import type { LedgerListener } from '../../ports/ledger.ts';
import type { Log } from '../../ports/log.ts';
import { createAdmission } from './admission.ts';
import { createRoom } from './room.ts';

const quiet: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

const BUDGET = keyBudget('1000000 tokens/life');

/** Admission over a ledger whose listener a test calls. */
function arrange() {
  const clock = createManualClock();
  const listeners: LedgerListener[] = [];
  const matching = indexBudgets([BUDGET]);
  const room = createRoom({
    reservations: createMemoryReservations(clock),
    spent: {
      figures: async (counters) => counters.map((counter) => ({ counter, spent: 0n, open: [] })),
      outcomeOf: async () => ({ type: 'open' }),
    },
    chargesOf: () => [],
    clock,
    log: quiet,
  });
  const admission = createAdmission({
    definitions: {
      current: () => [BUDGET],
      newestAt: () => 0,
      matching,
      fresh: () => undefined,
      changed: () => undefined,
    },
    room,
    prices: { priceOf: () => undefined },
    windows: { windowOf: () => undefined },
    calibration: createCalibration(),
    overshoots: { letIn: () => undefined },
    ledger: {
      extend: () => undefined,
      subscribe: (listener) => {
        listeners.push(listener);
        return () => undefined;
      },
    },
    clock,
  });
  const admit = async (event: UsageEvent) => {
    const outcome = await admission.admit({
      call: event,
      budgets: [BUDGET],
      size: { inputBytes: 400 },
      modelMaximum: undefined,
      sentBytes: () => 400,
      unseenInput: () => undefined,
      isWatched: false,
      mayThink: false,
      mayReadAll: false,
      signal: new AbortController().signal,
    });
    if (!outcome.ok) throw new Error(outcome.error.kind);
    return outcome.value;
  };
  const standing = async () => {
    const counter = counterOf(BUDGET, 0);
    return (await room.standing([counter]))?.get(counter.id);
  };
  return { admission, room, admit, standing, listeners };
}

it('turns what a call holds into what it cost once its event is durable', async () => {
  const { admission, room, admit, standing, listeners } = arrange();
  const event = usageEvent();
  const hold = await admit(event);
  const charges = hold.chargesOf(event);
  admission.ended(event, { charges, inputBytes: 400, saidBytes: 20, isKept: true });
  expect((await standing())?.spent).toBe(0n);

  for (const tell of listeners) tell(event, charges);

  expect(await standing()).toMatchObject({ spent: 15n, reserved: 0n });
  await room.close();
});

it('holds nothing for a call whose event the ledger has lost: what it cost is spent', async () => {
  const { admission, room, admit, standing } = arrange();
  const event = usageEvent();
  const hold = await admit(event);
  const charges = hold.chargesOf(event);

  admission.ended(event, { charges, inputBytes: 400, saidBytes: 20, isKept: false });

  expect(await standing()).toMatchObject({ spent: 15n, reserved: 0n });
  await room.close();
});
