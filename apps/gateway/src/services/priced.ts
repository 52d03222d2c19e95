import { costOf } from '@tollgate/core/pricing';
import type { Cost, UsageEvent } from '@tollgate/core/usage';
import type { BookedPrice, PriceBook } from '../ports/price-book.ts';

export interface PricedEvent {
  readonly event: UsageEvent;
  readonly price: BookedPrice | undefined;
}

/** An event with what it cost, by the price of the model that served, else of the one `asked` for. */
export function priced(event: UsageEvent, prices: PriceBook, asked: string): PricedEvent {
  const { usage, provider, modelServed = asked } = event;
  if (usage === undefined || provider === undefined) return { event, price: undefined };
  const price = prices.priceOf(provider, [modelServed, asked], event.startedAt);
  if (price === undefined) {
    return { event: { ...event, cost: unpriced('no price for the model') }, price };
  }
  const cost = costOf(usage, price.price);
  if (!cost.ok) return { event: { ...event, cost: unpriced(cost.error) }, price: undefined };
  return { event: { ...event, cost: { picoUsd: String(cost.value), priceId: price.id } }, price };
}

const unpriced = (reason: string): Cost => ({ picoUsd: null, reason });
