import { createHash } from 'node:crypto';
import type { ListedProvider } from './price-list-wire.ts';

/** A price list in one version. */
export interface PriceList {
  /** Stands with every cost that it made: `genai-prices@0.1.8`, or `genai-prices:` and a digest. */
  readonly name: string;
  /** Unix milliseconds: calls that were admitted from here on are priced by it. */
  readonly since: number;
  readonly providers: readonly ListedProvider[];
}

/** A published list is known by its content. */
export const digestOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);

export const modelCount = ({ providers }: PriceList): number =>
  providers.reduce((sum, { models }) => sum + models.length, 0);
