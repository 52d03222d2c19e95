import type { Budget } from '@tollgate/core/budgets';
import type { DayFigures } from './day-figures.ts';

/** What an audit looks at, one word a check. */
export const AUDIT_CHECKS = [
  'intents',
  'rollups',
  'costs',
  'budgets',
  'outbox',
  'zion',
  'provider',
] as const;
export type AuditCheck = (typeof AUDIT_CHECKS)[number];

/** Two figures that ought to be one, with the calls behind them. */
export interface AuditDifference {
  readonly check: AuditCheck;
  /** Of what: `rollup of 2026-11-26T12:00Z, key app, openai/gpt-5`. */
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  /** Ids of calls behind it, some of them where they are many. */
  readonly calls: readonly string[];
}

/** What is as it may be, and worth knowing: interrupted calls, calls without a price, what waits. */
export interface AuditNote {
  readonly what: string;
  readonly count: number;
  readonly calls: readonly string[];
}

export interface AuditReport {
  readonly calls: number;
  readonly differences: readonly AuditDifference[];
  /** Differences beyond the bound of the list. */
  readonly more: number;
  readonly notes: readonly AuditNote[];
}

/** Somebody else's figures of a time, to be held against ours. */
export interface TheirFigures {
  /** The provider's name here. */
  readonly of: string;
  readonly figures: readonly DayFigures[];
}

export interface Sources {
  /** What providers say themselves. */
  readonly theirs?: readonly TheirFigures[];
  /** What the governance service says. */
  readonly zion?: readonly DayFigures[];
}

export interface Repaired {
  readonly corrections: number;
  readonly rollups: number;
  /** Of budgets. */
  readonly windows: number;
}

/** Whether budgets count what passes. */
export interface RecentAccrual {
  /** How many there are. */
  readonly budgets: number;
  /** The latest ones that they were held against. */
  readonly calls: number;
  /** Those that spent less in a window than these calls alone. */
  readonly behind: readonly Budget[];
}

export interface Books {
  /** Computes every figure that is kept again from the rows; read-only, in one snapshot. */
  audit(sources: Sources): Promise<AuditReport>;
  /** Holds budgets against the latest calls alone; read-only, and soon done. */
  recentAccrual(): Promise<RecentAccrual>;
  /** Puts right what can be put right without touching a row, while no gateway writes. */
  repair(): Promise<Repaired>;
}
