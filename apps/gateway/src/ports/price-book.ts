import type { ModelPrice } from '@tollgate/core/pricing';

/** A price, and what it is kept and found by: its content decides its id. */
export interface BookedPrice {
  readonly id: string;
  /** Where it comes from, for a report: `configuration`, or a price list and its version. */
  readonly source: string;
  readonly price: ModelPrice;
}

/** What models cost. A price that isn't known is undefined, never one that is near. */
export interface PriceBook {
  priceOf(call: PricedCall): BookedPrice | undefined;
}

/** What decides the price of a call. */
export interface PricedCall {
  readonly provider: string;
  /** Names of the model, of which the first that has a price counts: the operator’s before the list’s. */
  readonly models: readonly string[];
  /** When it was admitted, in Unix milliseconds: what prices become later is not for it. */
  readonly at: number;
  /** Of service; absent: the provider's standard one. */
  readonly tier?: string | undefined;
  /** Whose it is: some keys and teams have prices of their own. */
  readonly keyId?: string | undefined;
  readonly teamId?: string | undefined;
}
