export { costOf, type Unpriced } from './cost-of.ts';
export type * from './model-price.ts';
export { type PicoUsd, parseUsd, picoUsd, showUsd } from './pico-usd.ts';
