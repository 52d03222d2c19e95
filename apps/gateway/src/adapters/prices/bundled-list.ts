import { waitForUpdate } from '@pydantic/genai-prices';
import type { PriceList } from './price-list.ts';

/** Its version as it stands in the lockfile; said with every cost that it made. */
export const BUNDLED_LIST = 'genai-prices@0.1.8';

/** The list that came with the program. Its package tells it whole in this one way. */
export const bundledList: PriceList = {
  name: BUNDLED_LIST,
  since: Number.NEGATIVE_INFINITY,
  providers: (await waitForUpdate()) ?? [],
};
