import { geminiBody, geminiPath, type ProviderDialectId } from '@tollgate/core/dialects';
import type { JsonObject } from '@tollgate/core/json';
import { endpointUrl } from '@tollgate/core/providers';
import type { ProviderConfig } from '../config/config.ts';

/** What is called at a provider: a chat dialect, or one of the smaller endpoints beside it. */
export type Operation =
  | ProviderDialectId
  | 'openai-completions'
  | 'openai-embeddings'
  | 'openai-count-tokens'
  | 'anthropic-count-tokens'
  | 'gemini-count-tokens';

/** Operations whose address says what others say in the body: which model, and whether to stream. */
type AddressedOperation = 'gemini' | 'gemini-count-tokens';

export const isAddressed = (operation: Operation): operation is AddressedOperation =>
  FAMILY[operation] === 'gemini';

const PATHS = {
  'openai-chat': '/chat/completions',
  'openai-responses': '/responses',
  'openai-completions': '/completions',
  'openai-embeddings': '/embeddings',
  'openai-count-tokens': '/responses/input_tokens',
  'anthropic-messages': '/v1/messages',
  'anthropic-count-tokens': '/v1/messages/count_tokens',
  'cohere-chat': '/v2/chat',
} as const satisfies Record<Exclude<Operation, AddressedOperation>, string>;

/** The smaller endpoints live beside the dialect that they came with. */
const FAMILY = {
  'openai-chat': 'openai-chat',
  'openai-responses': 'openai-responses',
  'openai-completions': 'openai-chat',
  'openai-embeddings': 'openai-chat',
  'openai-count-tokens': 'openai-responses',
  'anthropic-messages': 'anthropic-messages',
  gemini: 'gemini',
  'gemini-count-tokens': 'gemini',
  'cohere-chat': 'cohere-chat',
  'anthropic-count-tokens': 'anthropic-messages',
} as const satisfies Record<Operation, ProviderDialectId>;

export const familyOf = (operation: Operation): ProviderDialectId => FAMILY[operation];

export const speaks = (provider: ProviderConfig, operation: Operation): boolean =>
  provider.dialects.includes(FAMILY[operation]);

const urls = new WeakMap<ProviderConfig, Map<Operation, URL>>();

/** The address of an operation at a provider; kept, since parsing an URL costs a short call dearly. */
export function providerUrl(
  provider: ProviderConfig,
  operation: Operation,
  asked: { readonly model: string; readonly stream?: boolean | undefined },
): URL {
  if (isAddressed(operation)) {
    const generating = asked.stream === true ? 'streamGenerateContent' : 'generateContent';
    const method = operation === 'gemini' ? generating : 'countTokens';
    return beneathBase(provider, FAMILY[operation], geminiPath(asked.model, method));
  }
  let known = urls.get(provider);
  if (known === undefined) {
    known = new Map();
    urls.set(provider, known);
  }
  let url = known.get(operation);
  if (url === undefined) {
    url = beneathBase(provider, FAMILY[operation], PATHS[operation]);
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

/** The headers that every request to a provider carries; its credential among them. */
export function providerHeaders(
  provider: ProviderConfig,
  operation: Operation,
): { readonly [name: string]: string } {
  const isAnthropic = FAMILY[operation] === 'anthropic-messages';
  const versioned = isAnthropic ? versionHeaders(provider) : undefined;
  return {
    'content-type': 'application/json',
    ...authHeaders(provider, FAMILY[operation]),
    ...versioned,
  };
}

/** A body of our own making as it is sent. */
export const bodyText = (operation: Operation, body: JsonObject): string =>
  JSON.stringify(isAddressed(operation) ? geminiBody(body) : body);

/** What a provider understands whose operator names no version. */
const ANTHROPIC_VERSION = '2023-06-01';

/** The version of Anthropic's API that a request of our own making is written in. */
export const versionHeaders = (
  provider: ProviderConfig,
): { readonly 'anthropic-version': string } => ({
  'anthropic-version': provider.anthropicVersion ?? ANTHROPIC_VERSION,
});

export function authHeaders(
  provider: ProviderConfig,
  dialect: ProviderDialectId,
): { readonly [name: string]: string } {
  if (provider.apiKey === undefined) return {};
  switch (provider.authBy?.[dialect] ?? provider.auth) {
    case 'bearer':
      return { authorization: `Bearer ${provider.apiKey.reveal()}` };
    case 'x-api-key':
      return { 'x-api-key': provider.apiKey.reveal() };
    case 'x-goog-api-key':
      return { 'x-goog-api-key': provider.apiKey.reveal() };
    case 'none':
      return {};
  }
}
