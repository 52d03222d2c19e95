import {
  type Budget,
  type Calibration,
  createCalibration,
  quotaChargesOf,
} from '@tollgate/core/budgets';
import { createSqlBudgetStore } from './adapters/sql/budget-store.ts';
import { ZION_CHANNEL } from './adapters/sql/outbox-rows.ts';
import { createSqlSpentStore } from './adapters/sql/spent-store.ts';
import type { SqlDatabase } from './adapters/sql/sql.ts';
import type { Clock } from './ports/clock.ts';
import type { ContextWindows } from './ports/context-windows.ts';
import type { Ledger } from './ports/ledger.ts';
import type { Log } from './ports/log.ts';
import type { OutboxStore } from './ports/outbox-store.ts';
import type { PriceBook } from './ports/price-book.ts';
import type { Reservations } from './ports/reservations.ts';
import type { UsageReports } from './ports/usage-reports.ts';
import type { UserUsage } from './ports/user-usage.ts';
import type { Webhooks } from './ports/webhooks.ts';
import { type Admission, createAdmission } from './services/budgets/admission.ts';
import { createBudgetDefinitions } from './services/budgets/definitions.ts';
import { createOvershoots, type Overshoots } from './services/budgets/overshoots.ts';
import { createRoom, type Room } from './services/budgets/room.ts';
import { createThresholds } from './services/budgets/thresholds.ts';
import { createUserUsage } from './services/budgets/user-usage.ts';

export interface BudgetParts {
  readonly db: SqlDatabase;
  readonly reservations: Reservations;
  readonly ledger: Ledger & UsageReports;
  readonly prices: PriceBook;
  readonly windows: ContextWindows;
  readonly webhooks: Webhooks;
  readonly outbox: OutboxStore;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Budgets {
  /** As they are now. */
  fresh(): Promise<readonly Budget[]>;
  /** This process has changed one. */
  changed(): void;
  readonly admission: Admission;
  readonly calibration: Calibration;
  readonly overshoots: Overshoots;
  readonly standing: Room['standing'];
  /** What was counted of a governance service's users. */
  readonly userUsage: UserUsage;
  /** Resolves when it waits to be told what budgets have come to. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** What limits calls: definitions, what is spent, what running calls hold, and who is let in. */
export async function composeBudgets(parts: BudgetParts): Promise<Budgets> {
  const { db, reservations, ledger, prices, windows, webhooks, outbox, clock, log } = parts;
  const store = createSqlBudgetStore(db);
  const definitions = await createBudgetDefinitions({ store, clock, log });
  const spent = createSqlSpentStore(db, ledger);
  const room = createRoom({
    reservations,
    spent,
    chargesOf: (event) => admission.chargesOf(event).concat(quotaChargesOf(event)),
    clock,
    log,
  });
  const calibration = createCalibration();
  const overshoots = createOvershoots(definitions);
  const admission = createAdmission({
    definitions,
    room,
    prices,
    windows,
    calibration,
    overshoots,
    ledger,
    clock,
  });
  // After admission, which settles what a call held when its event is durable: the same event, one listener on.
  const thresholds = createThresholds({ definitions, room, spent, webhooks, ledger, clock, log });
  return {
    fresh: async () => {
      await definitions.fresh();
      return definitions.current();
    },
    changed: definitions.changed,
    admission,
    calibration,
    overshoots,
    standing: room.standing,
    userUsage: createUserUsage({ room, outbox, channel: ZION_CHANNEL, log }),
    idle: thresholds.idle,
    close: async () => {
      thresholds.close();
      await room.close();
    },
  };
}
