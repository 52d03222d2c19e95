import type { ProviderDialectId } from '../dialects/dialect-id.ts';
import type { Ability } from './ability.ts';
import type { Endpoints } from './endpoint.ts';
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
  /** What the provider's own official client calls its base URL, per dialect. */
  readonly baseUrl: { readonly [dialect in ProviderDialectId]?: string };
  /**
   * What the provider's official client puts between a base URL that names no version and the
   * endpoint (`/v1`, `/openai/v1`). Absent: its base URLs end with the version, or there is none.
   */
  readonly basePath?: string;
  /** Operations that aren't where, or what, they are at their dialect's own provider. */
  readonly endpoints?: Endpoints;
  readonly auth: AuthScheme;
  /** Dialects whose key is sent otherwise than `auth` says. */
  readonly authBy?: { readonly [dialect in ProviderDialectId]?: AuthScheme };
  /** Environment variables that hold a key and switch the provider on, first found wins. */
  readonly keyVariables: readonly string[];
  readonly quirks: Quirks;
  /** What the price list calls it; absent: as it is named here. `free`: its calls cost nothing. */
  readonly pricedAs?: string | { readonly free: true };
  /** Which of the values that clients opt in to something with it knows; absent: none. */
  readonly betas?: Betas;
  /** What its Responses API does besides answering at once; absent: nothing, so Tollgate does it. */
  readonly responses?: ResponsesAbility;
  /** Models known to be served here: what a bare name is resolved by, and listed when the provider can't be asked. */
  readonly models: readonly KnownModel[];
  /** Where it lists its models, if not where its first dialect does; or that it has no list of what it serves. */
  readonly modelList?: { readonly url: string } | 'none';
  /** A bare name that begins with one of these is taken to be served here: `gpt-`, `claude-`. */
  readonly modelPrefixes: readonly string[];
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
