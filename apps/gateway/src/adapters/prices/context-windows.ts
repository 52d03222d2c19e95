import { calcPrice } from '@pydantic/genai-prices';
import type { ProviderConfig } from '../../config/config.ts';
import type { ContextWindows } from '../../ports/context-windows.ts';

/**
 * As the bundled list has them. Where that names a price of longer inputs than the window holds, somebody
 * may send these: then the window isn't known.
 */
export function createContextWindows(providers: readonly ProviderConfig[]): ContextWindows {
  const listedAs = new Map(providers.map((one) => [one.name, one.pricedAs ?? one.name]));
  return {
    windowOf: (provider, model) => {
      const providerId = listedAs.get(provider);
      if (typeof providerId !== 'string') return undefined;
      const found = calcPrice({}, model, { providerId });
      const window = found?.model.context_window;
      if (found === null || window === undefined) return undefined;
      const isLonger = Object.values(found.model_price).some(
        (price) => typeof price === 'object' && price.tiers.some(({ start }) => start >= window),
      );
      return isLonger ? undefined : window;
    },
  };
}
