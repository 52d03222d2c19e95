import type { Usage } from '../chat/usage.ts';

/**
 * Prices of the classes of tokens that usage is counted in, in pico-dollars a token: a price of 1 USD
 * a million tokens is 1,000,000. Whole numbers; absent: nobody knows the price, which isn't 0.
 */
export interface TokenPrices {
  readonly input: Usage['input'];
  readonly output: Usage['output'];
}

/** Prices of all tokens of a call whose input is longer than this. */
export interface PriceTier extends TokenPrices {
  readonly aboveInputTokens: number;
}

/** What a model costs at a provider. */
export interface ModelPrice {
  readonly base: TokenPrices;
  /** Ascending; the last one that applies wins, for every token of the call. */
  readonly tiers?: readonly PriceTier[];
  /** Pico-dollars, for each call. */
  readonly request?: number;
  /** Pico-dollars for each use of a tool that the provider runs, by its name in the usage. */
  readonly serverTools?: { readonly [name: string]: number };
}
