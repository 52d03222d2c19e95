import { isAvailable, type ModelHealth, recordFailure } from './model-health.ts';

interface ModelName {
  readonly provider: string;
  readonly model: string;
}

/** What is known of the models' health in this process. Forgotten at its end. */
export interface HealthBook {
  isAvailable(name: ModelName, now: number): boolean;
  /** Unix milliseconds; 0 for a model that has not failed. */
  availableAt(name: ModelName): number;
  failed(
    name: ModelName,
    failure: { readonly now: number; readonly isProviderFault: boolean },
  ): void;
  succeeded(name: ModelName): void;
}

/** Far more than any tier configuration names; beyond it the longest known failure is forgotten. */
const MOST_MODELS = 1000;

export function createHealthBook(): HealthBook {
  const entries = new Map<string, ModelHealth>();
  const keyOf = ({ provider, model }: ModelName): string => `${provider}/${model}`;
  return {
    isAvailable: (name, now) => isAvailable(entries.get(keyOf(name)), now),
    availableAt: (name) => entries.get(keyOf(name))?.unavailableUntil ?? 0,
    failed(name, failure) {
      const key = keyOf(name);
      const health = recordFailure(entries.get(key), failure);
      if (health === undefined) return;
      entries.delete(key);
      entries.set(key, health);
      const [oldest] = entries.keys();
      if (entries.size > MOST_MODELS && oldest !== undefined) entries.delete(oldest);
    },
    succeeded: (name) => {
      entries.delete(keyOf(name));
    },
  };
}
