import { costOf, otherTier } from '@tollgate/core/pricing';
import type { Cost, UsageEvent } from '@tollgate/core/usage';
import type { BookedPrice, PriceBook } from '../ports/price-book.ts';

export interface PricedEvent {
  readonly event: UsageEvent;
  readonly price: BookedPrice | undefined;
}

/**
 * An event with what it cost, by the price of the model that served, else of the one `asked` for, in the
 * tier that served: another tier's price is never taken for it.
 */
export function priced(event: UsageEvent, prices: PriceBook, asked: string): PricedEvent {
  const { usage, provider, modelServed = asked, startedAt, keyId, teamId } = event;
  if (usage === undefined || provider === undefined) return { event, price: undefined };
  const tier = otherTier(event.serviceTier);
  const call = { provider, models: [modelServed, asked], at: startedAt, keyId, teamId };
  const price = prices.priceOf({ ...call, tier });
  if (price === undefined) {
    const isModelKnown = tier !== undefined && prices.priceOf(call) !== undefined;
    const what = isModelKnown ? `tier ${tier}` : 'model';
    return { event: { ...event, cost: unpriced(`no price for the ${what}`) }, price };
  }
  const cost = costOf(usage, price.price);
  if (!cost.ok) return { event: { ...event, cost: unpriced(cost.error) }, price: undefined };
  return { event: { ...event, cost: { picoUsd: String(cost.value), priceId: price.id } }, price };
}

const unpriced = (reason: string): Cost => ({ picoUsd: null, reason });
