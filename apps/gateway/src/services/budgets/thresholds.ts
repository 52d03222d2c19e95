import {
  type Budget,
  type Counter,
  counterOf,
  factsOf,
  passedThresholds,
  showBudget,
} from '@tollgate/core/budgets';
import type { UsageEvent } from '@tollgate/core/usage';
import type { Clock } from '../../ports/clock.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { Log } from '../../ports/log.ts';
import type { SpentStore } from '../../ports/spent-store.ts';
import type { Webhooks } from '../../ports/webhooks.ts';
import type { BudgetDefinitions } from './definitions.ts';
import type { Room } from './room.ts';

export interface ThresholdDeps {
  readonly definitions: BudgetDefinitions;
  readonly room: Pick<Room, 'standing'>;
  readonly spent: Pick<SpentStore, 'figures'>;
  readonly webhooks: Webhooks;
  readonly ledger: Pick<Ledger, 'subscribe'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Tells, once a window, that a budget has come to a share of its limit. */
export interface Thresholds {
  /** Resolves when what was durable before is told. */
  idle(): Promise<void>;
  close(): void;
}

/** Budgets that are looked at together when a gateway starts. */
const AT_A_TIME = 100;

/**
 * Looks at a budget after each of its calls is durable; of many at once, one looks for all. What a
 * gateway that died did not tell is told by the next that starts: the id says what was told before.
 */
export function createThresholds(deps: ThresholdDeps): Thresholds {
  const { definitions, room, spent, webhooks, clock, log } = deps;
  /** Counters of which a look is under way; true: something was booked since it began. */
  const looking = new Map<string, boolean>();
  const running = new Set<Promise<void>>();
  /** Per budget the window that was told of last, and how far: no more than a budget each. */
  const toldOf = new WeakMap<Budget, { readonly counter: string; readonly percent: number }>();
  let isClosed = false;

  const tell = async (budget: Budget, counter: Counter, amount: bigint): Promise<void> => {
    const told = toldOf.get(budget);
    const above = told?.counter === counter.id ? told.percent : 0;
    for (const percent of passedThresholds(budget, amount)) {
      if (percent <= above) continue;
      const { id, scope, measure, limit } = budget;
      const { start, end } = counter.window;
      await webhooks.tell({
        kind: 'budget.threshold',
        // A limit that was changed has thresholds of its own.
        id: `${counter.id}/${limit}/${percent}`,
        at: clock.now(),
        budgetId: id,
        budget: showBudget(budget),
        scope,
        percent,
        measure,
        spent: String(amount),
        limit: String(limit),
        windowStartsAt: start,
        ...(end === undefined ? undefined : { resetsAt: end }),
      });
      toldOf.set(budget, { counter: counter.id, percent });
    }
  };

  const look = async (budget: Budget, counter: Counter): Promise<void> => {
    while (looking.has(counter.id)) {
      looking.set(counter.id, false);
      const standing = await room.standing([counter]);
      await tell(budget, counter, standing?.get(counter.id)?.spent ?? 0n);
      if (looking.get(counter.id) === false) looking.delete(counter.id);
    }
  };

  const inBackground = (work: Promise<void>): Promise<void> => {
    const ended = work
      .catch((error: unknown) =>
        log.warn({ detail: String(error) }, 'a budget’s threshold can’t be told'),
      )
      .finally(() => running.delete(ended));
    running.add(ended);
    return ended;
  };

  const lookAfter = (event: UsageEvent): void => {
    if (definitions.current().length === 0) return;
    for (const budget of definitions.matching(factsOf(event))) {
      if (budget.thresholds.length === 0) continue;
      const counter = counterOf(budget, event.startedAt);
      const isLooking = looking.has(counter.id);
      looking.set(counter.id, true);
      if (isLooking) continue;
      void inBackground(look(budget, counter).finally(() => looking.delete(counter.id)));
    }
  };

  const lookAtAll = async (): Promise<void> => {
    const now = clock.now();
    const budgets = definitions.current().filter(({ thresholds }) => thresholds.length > 0);
    for (let from = 0; from < budgets.length && !isClosed; from += AT_A_TIME) {
      const some = budgets.slice(from, from + AT_A_TIME);
      const figures = await spent.figures(some.map((budget) => counterOf(budget, now)));
      const amounts = new Map(figures.map((one) => [one.counter.id, one.spent]));
      for (const budget of some) {
        const counter = counterOf(budget, now);
        await tell(budget, counter, amounts.get(counter.id) ?? 0n);
      }
    }
  };

  const stop = deps.ledger.subscribe(lookAfter);
  void inBackground(lookAtAll());
  return {
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
    close: () => {
      isClosed = true;
      stop();
    },
  };
}
