import { type BudgetScope, type BudgetTerms, parseBudget, showBudget } from '../budgets/index.ts';
import type { GatewayError } from '../chat/error.ts';
import { err, ok, type Result } from '../result.ts';
import type { AtVersion, Stored } from './stored.ts';

/** A budget as it is kept and told: its terms in the text that people write, as in `20 USD/month hard`. */
export interface StoredBudget extends Stored {
  readonly scope: BudgetScope;
  readonly budget: string;
  /**
   * Computed, not kept: by how much calls like those of this window may pass it, in what it counts, as
   * text. Absent: none came yet, or nobody limits what one of them may think.
   */
  readonly mayPassBy?: string;
}

export interface NewBudget {
  readonly scope: BudgetScope;
  readonly budget: string;
}

/** Absent: unchanged. What is counted, by which period and where it begins, stays: else its sums would mean something else. */
export interface BudgetPatch extends AtVersion {
  readonly budget?: string;
}

/** A budget's text in its one spelling, or what is wrong with it. */
export function tidyBudget(text: string): Result<string, GatewayError> {
  const terms = readTerms(text);
  return terms.ok ? ok(showBudget(terms.value)) : terms;
}

export function changedBudget(
  standing: StoredBudget,
  { budget = standing.budget }: BudgetPatch,
): Result<StoredBudget, GatewayError> {
  const before = readTerms(standing.budget);
  const after = readTerms(budget);
  if (!before.ok) return before;
  if (!after.ok) return after;
  if (countsAlike(before.value, after.value)) {
    return ok({ ...standing, budget: showBudget(after.value), version: standing.version + 1 });
  }
  const detail = `A budget keeps what it counts, its period and its time zone ("${standing.budget}"): delete it and make another.`;
  return err({ kind: 'invalid_request', path: 'budget', detail });
}

const countsAlike = (one: BudgetTerms, other: BudgetTerms): boolean =>
  one.measure === other.measure && one.per === other.per && one.timeZone === other.timeZone;

function readTerms(text: string): Result<BudgetTerms, GatewayError> {
  const terms = parseBudget(text);
  if (terms.ok) return terms;
  return err({ kind: 'invalid_request', path: 'budget', detail: terms.error });
}
