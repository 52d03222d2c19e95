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
  /**
   * The price at an instant (Unix milliseconds) of a provider's model, by the first name that has one.
   * `tier`: of service; absent: the provider's standard one.
   */
  priceOf(
    provider: string,
    models: readonly string[],
    at: number,
    tier?: string,
  ): BookedPrice | undefined;
}
