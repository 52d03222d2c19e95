import { err, ok, type Result } from '../result.ts';
import type { Endpoint, Endpoints } from './endpoint.ts';
import type { AddressWord, ProviderDescription } from './provider-description.ts';

export type SaidWords = { readonly [word in AddressWord]?: string };

type Placeable = Pick<ProviderDescription, 'baseUrl' | 'endpoints' | 'modelList' | 'host'>;

/** A provider with the operator's words in its addresses; else the first word that is missing. */
export function placed<T extends Placeable>(provider: T, said: SaidWords): Result<T, AddressWord> {
  const missing: AddressWord[] = [];
  const word = (name: string): string => {
    if (name === 'host' && provider.host !== undefined) {
      const { by, named, otherwise } = provider.host;
      return named[said[by] ?? ''] ?? fill(otherwise);
    }
    if (!isWord(name)) return `{${name}}`;
    const value = said[name];
    if (value === undefined) missing.push(name);
    return value ?? '';
  };
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => word(name));

  const filled = {
    ...provider,
    baseUrl: mapped(provider.baseUrl, fill),
    ...(provider.endpoints === undefined
      ? undefined
      : { endpoints: filledEndpoints(provider.endpoints, fill) }),
    ...(typeof provider.modelList === 'object'
      ? { modelList: { url: fill(provider.modelList.url) } }
      : undefined),
  };
  const [first] = missing;
  return first === undefined ? ok(filled) : err(first);
}

const WORDS: readonly string[] = [
  'resource',
  'region',
  'project',
  'location',
  'apiVersion',
] satisfies readonly AddressWord[];

const isWord = (name: string): name is AddressWord => WORDS.includes(name);

const filledEndpoints = (endpoints: Endpoints, fill: (text: string) => string): Endpoints =>
  mapped(
    endpoints,
    ({ path, streamPath, ...endpoint }: Endpoint): Endpoint => ({
      ...endpoint,
      path: fill(path),
      ...(streamPath === undefined ? undefined : { streamPath: fill(streamPath) }),
    }),
  );

const mapped = <Name extends string, Value>(
  record: { readonly [name in Name]?: Value },
  change: (value: Value) => Value,
): { readonly [name in Name]?: Value } => {
  const changed: { [name in Name]?: Value } = {};
  for (const name in record) {
    const value = record[name];
    if (value !== undefined) changed[name] = change(value);
  }
  return changed;
};
