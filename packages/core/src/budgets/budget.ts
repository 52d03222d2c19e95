/** What a budget counts. Classes of tokens are those of `Usage`; `usd` is money. */
export const MEASURES = [
  'requests',
  'tokens',
  'input tokens',
  'uncached input tokens',
  'cache read tokens',
  'cache write tokens',
  'output tokens',
  'reasoning tokens',
  'audio tokens',
  'image tokens',
  'usd',
  'concurrent',
] as const;
export type Measure = (typeof MEASURES)[number];

export const PERIODS = ['minute', 'hour', 'day', 'week', 'month', 'life'] as const;
export type Period = (typeof PERIODS)[number];

export const SCOPE_KINDS = ['key', 'user', 'team', 'organisation', 'model', 'tag'] as const;

/** Whose calls a budget counts. A model is a name, `provider/model`, or such a pattern with a trailing `*`. */
export interface BudgetScope {
  readonly kind: (typeof SCOPE_KINDS)[number];
  readonly id: string;
}

/** What happens to calls that a budget has no room for. */
export type OnExhausted =
  | { readonly type: 'refuse' }
  /** New calls are refused; those that run may pass the limit. */
  | { readonly type: 'finish-running' }
  /** New calls go to this model, where a budget doesn't forbid that too. */
  | { readonly type: 'cheaper'; readonly model: string };

/** What a budget says, whoever it is for: all that its text form holds. */
export interface BudgetTerms {
  readonly measure: Measure;
  /** Whole and not negative, below 2^63; of `usd` in pico-dollars. */
  readonly limit: bigint;
  /** Of `concurrent` always `life`: what runs now has no window. */
  readonly per: Period;
  /** IANA name: where days, weeks (from Monday on) and months begin. */
  readonly timeZone: string;
  /** Reserves all that a call may cost, so that the limit is never passed. */
  readonly isHard: boolean;
  readonly onExhausted: OnExhausted;
  /** A budget in dollars refuses models without a price, unless this says that they cost it nothing. */
  readonly allowsUnpriced: boolean;
  /** Per cent of the limit at which somebody is told; ascending. */
  readonly thresholds: readonly number[];
}

/** `bud_…`. */
export type BudgetId = string;

export interface Budget extends BudgetTerms {
  readonly id: BudgetId;
  readonly scope: BudgetScope;
  /** Unix milliseconds: calls that were admitted before are not counted. */
  readonly createdAt: number;
}

export const DEFAULT_THRESHOLDS: readonly number[] = [50, 80, 100];

export const isTokens = (measure: Measure): boolean => measure.endsWith('tokens');
