import type { ProviderDialectId } from '@tollgate/core/dialects';
import { editTopLevel, type JsonObject } from '@tollgate/core/json';
import {
  bodyFor,
  dialectsFor,
  endpointOf,
  endpointUrl,
  familyOf,
  hasOneAddress,
  misplacedFields,
  type Operation,
  pathOf,
} from '@tollgate/core/providers';
import type { ProviderConfig } from '../config/config.ts';
import type { Destination } from './destination.ts';
import { headerFields, versionHeaders } from './dialect-headers.ts';

/** Whether an operation can be asked for of the model there. */
export const speaks = ({ provider, model }: Destination, operation: Operation): boolean =>
  provider.lacks?.includes(operation) !== true &&
  dialectsFor(provider, model).includes(familyOf(operation));

const urls = new WeakMap<ProviderConfig, Map<Operation, URL>>();

/** The address of an operation at a provider; kept, since parsing an URL costs a short call dearly. */
export function providerUrl(
  provider: ProviderConfig,
  operation: Operation,
  asked: { readonly model: string; readonly stream?: boolean | undefined },
): URL {
  const endpoint = endpointOf(provider, operation);
  const made = (): URL => beneathBase(provider, familyOf(operation), pathOf(endpoint, asked));
  if (!hasOneAddress(endpoint)) return made();
  let known = urls.get(provider);
  if (known === undefined) {
    known = new Map();
    urls.set(provider, known);
  }
  let url = known.get(operation);
  if (url === undefined) {
    url = made();
    known.set(operation, url);
  }
  return url;
}

/** An address beneath what the provider's own client calls its base URL. */
export function beneathBase(
  provider: ProviderConfig,
  dialect: ProviderDialectId,
  path: string,
): URL {
  const url = endpointUrl(provider, dialect, path);
  // The configuration holds a checked address for each dialect that it lists.
  if (url === undefined)
    throw new Error(`providers.${provider.name} has no address for ${dialect}`);
  return new URL(url);
}

/** What is sent: the headers, our credential among them, and the body as it stands at this endpoint. */
export function providerRequest(
  provider: ProviderConfig,
  operation: Operation,
  {
    body,
    headers: own = {},
  }: { readonly body: string | JsonObject | undefined; readonly headers?: Headers | undefined },
): { readonly headers: Headers; readonly body: string | undefined } {
  const endpoint = endpointOf(provider, operation);
  const told = { ...versionHeaders(provider, operation), ...own };
  const { fields, headers } = headerFields(endpoint, told);
  return {
    headers: {
      'content-type': 'application/json',
      ...authHeaders(provider, familyOf(operation)),
      ...headers,
    },
    body: body === undefined ? undefined : sentBody(body),
  };

  function sentBody(said: string | JsonObject): string {
    return typeof said === 'string'
      ? passingBody(said, fields, misplacedFields(endpoint, operation))
      : JSON.stringify({ ...bodyFor(endpoint, said), ...fields });
  }
}

/** A body that passes keeps its text: only what stands elsewhere here is taken out or put in. */
function passingBody(
  text: string,
  fields: JsonObject,
  misplaced: ReturnType<typeof misplacedFields>,
): string {
  const edits = { ...Object.fromEntries(misplaced.map((field) => [field, undefined])), ...fields };
  return Object.keys(edits).length === 0 ? text : editTopLevel(text, edits);
}

interface Headers {
  readonly [name: string]: string;
}

export function authHeaders(provider: ProviderConfig, dialect: ProviderDialectId): Headers {
  if (provider.apiKey === undefined) return {};
  const scheme = provider.authBy?.[dialect] ?? provider.auth;
  if (scheme === 'none') return {};
  const key = provider.apiKey.reveal();
  return scheme === 'bearer' ? { authorization: `Bearer ${key}` } : { [scheme]: key };
}
