export const WEBHOOK_KINDS = ['usage.recorded', 'budget.threshold'] as const;
export type WebhookKind = (typeof WEBHOOK_KINDS)[number];

/** A budget has come to a share of its limit. */
export interface BudgetThreshold {
  readonly kind: 'budget.threshold';
  /** The same whoever tells it, so that it is told once: budget, window and threshold. */
  readonly id: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly budgetId: string;
  /** As it is written: `20 USD/month`. */
  readonly budget: string;
  readonly scope: { readonly kind: string; readonly id: string };
  readonly percent: number;
  readonly measure: string;
  /** Whole, as decimal text; of money in pico-dollars. */
  readonly spent: string;
  readonly limit: string;
  /** Unix milliseconds. */
  readonly windowStartsAt: number;
  /** Unix milliseconds; absent: never. */
  readonly resetsAt?: number;
}

/** What is told through here; `usage.recorded` is put in by the ledger, in the commit of its call. */
export type WebhookEvent = BudgetThreshold;

/** Tells the operator's endpoints, in their own time. */
export interface Webhooks {
  /** Resolves when it is durable that they will be told; an event that was told before is not told again. */
  tell(event: WebhookEvent): Promise<void>;
}
