import { writeUsd } from '../pricing/pico-usd.ts';
import { type BudgetTerms, DEFAULT_THRESHOLDS, type Measure } from './budget.ts';

/** An amount of what a budget counts, exactly: dollars in decimals, all else whole. */
export const showAmount = (measure: Measure, amount: bigint): string =>
  measure === 'usd' ? writeUsd(amount) : String(amount);

/** The word that an amount is followed by. */
export const unitOf = (measure: Measure): string => (measure === 'usd' ? 'USD' : measure);

/** A budget as it is written: `parseBudget` reads the same of it. */
export function showBudget(terms: BudgetTerms): string {
  const { measure, limit, per, timeZone, isHard, onExhausted, allowsUnpriced } = terms;
  const thresholds = terms.thresholds.join(',');
  const words = [
    `${showAmount(measure, limit)} ${unitOf(measure)}${measure === 'concurrent' ? '' : `/${per}`}`,
    isHard ? 'hard' : '',
    timeZone === 'UTC' ? '' : `in ${timeZone}`,
    onExhausted.type === 'finish-running' ? 'finish-running' : '',
    onExhausted.type === 'cheaper' ? `cheaper:${onExhausted.model}` : '',
    allowsUnpriced ? 'unpriced' : '',
    thresholds === DEFAULT_THRESHOLDS.join(',') ? '' : `warn:${thresholds || 'never'}`,
  ];
  return words.filter((word) => word !== '').join(' ');
}
