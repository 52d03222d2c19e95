export { costOf, type Unpriced } from './cost-of.ts';
export type * from './model-price.ts';
export { type PicoUsd, parseUsd, picoUsd, showUsd, writeUsd } from './pico-usd.ts';
export { atPercent, otherTier } from './service-tier.ts';
