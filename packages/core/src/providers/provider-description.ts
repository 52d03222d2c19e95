import type { ProviderDialectId } from '../dialects/dialect-id.ts';
import type { Ability } from './ability.ts';
import type { Endpoints } from './endpoint.ts';
import type { Operation } from './operation.ts';
import type { Quirks } from './quirks.ts';

/** How a provider's key is sent. */
export type AuthScheme = 'bearer' | 'x-api-key' | 'x-goog-api-key' | 'api-key' | 'none';

/** A known provider, as data. A configured provider is one of these with the operator's changes. */
export interface ProviderDescription {
  readonly name: string;
  /** In order of preference. */
  readonly dialects: readonly ProviderDialectId[];
  /** Dialects that only some of its models are spoken to in: those with such names. */
  readonly dialectModels?: { readonly [dialect in ProviderDialectId]?: RegExp };
  /** What the provider's own official client calls its base URL, per dialect; words in braces are the operator's. */
  readonly baseUrl: { readonly [dialect in ProviderDialectId]?: string };
  /**
   * What the provider's official client puts between a base URL that names no version and the
   * endpoint (`/v1`, `/openai/v1`). Absent: its base URLs end with the version, or there is none.
   */
  readonly basePath?: string;
  /** Operations that aren't where, or what, they are at their dialect's own provider. */
  readonly endpoints?: Endpoints;
  /** Operations of its dialects that it doesn't have. */
  readonly lacks?: readonly Operation[];
  /** All its dialects are at one address, at one of the operator's own too. */
  readonly isOneHost?: true;
  /** The words in its addresses that the operator says, with the environment variables that say them too. */
  readonly words?: { readonly [word in AddressWord]?: AddressWordSource };
  /** What `{host}` stands for, where one of those words decides. */
  readonly host?: {
    readonly by: AddressWord;
    readonly named: { readonly [value: string]: string };
    readonly otherwise: string;
  };
  /** What is otherwise where the operator says a word, or has a key in place of credentials. */
  readonly variants?: readonly ProviderVariant[];
  readonly auth: AuthScheme;
  /** Dialects whose key is sent otherwise than `auth` says. */
  readonly authBy?: { readonly [dialect in ProviderDialectId]?: AuthScheme };
  /** Environment variables that hold a key and switch the provider on, first found wins. */
  readonly keyVariables: readonly string[];
  /** What proves who calls where there is no key: AWS's signatures, or Google's tokens. */
  readonly credentials?: 'aws' | 'google';
  /** The service that AWS's signatures name. */
  readonly signedAs?: string;
  readonly quirks: Quirks;
  /** What the price list calls it; absent: as it is named here. `free`: its calls cost nothing. */
  readonly pricedAs?: string | { readonly free: true };
  /**
   * What tokens cost in other tiers of service than its standard one, in percent of that: where one
   * rule holds for all its models and classes of tokens. A tier that isn't named has no known price.
   */
  readonly tierPercent?: { readonly [tier: string]: number };
  /** Which of the values that clients opt in to something with it knows; absent: none. */
  readonly betas?: Betas;
  /** What its Responses API does besides answering at once; absent: nothing, so Tollgate does it. */
  readonly responses?: ResponsesAbility;
  /** Models known to be served here: what a bare name is resolved by, and listed when the provider can't be asked. */
  readonly models: readonly KnownModel[];
  /** Other makers' models, served here under names in which the maker's own is the first group. */
  readonly resold?: readonly { readonly name: RegExp; readonly models: readonly KnownModel[] }[];
  /** Where it lists its models, if not where its first dialect does; or that it has no list of what it serves. */
  readonly modelList?: { readonly url: string } | 'none';
  /** A bare name that begins with one of these is taken to be served here: `gpt-`, `claude-`. */
  readonly modelPrefixes: readonly string[];
}

/** What stands in braces in an address, as the settings file calls it. */
export type AddressWord = 'resource' | 'region' | 'project' | 'location' | 'apiVersion';

interface AddressWordSource {
  readonly variables: readonly string[];
  readonly fallback?: string;
}

interface ProviderVariant {
  readonly when: AddressWord | 'key';
  readonly change: Partial<
    Pick<ProviderDescription, 'dialects' | 'baseUrl' | 'basePath' | 'endpoints' | 'modelList'>
  >;
}

/** By header: values, and with a `*` at their end what they begin with. */
export interface Betas {
  readonly [header: string]: readonly string[];
}

export interface ResponsesAbility {
  /** It keeps responses, and goes on from one by `previous_response_id`. */
  readonly keeps: boolean;
  /** It takes `background`. */
  readonly background: boolean;
}

export interface KnownModel {
  readonly id: string;
  /** Unix seconds. */
  readonly created?: number;
  readonly ability?: Ability;
}
