import type { ProviderDialectId } from '../dialects/dialect-id.ts';
import type { Ability } from './ability.ts';
import type { Quirks } from './quirks.ts';

/** How a provider's key is sent. */
export type AuthScheme = 'bearer' | 'x-api-key' | 'x-goog-api-key' | 'none';

/** A known provider, as data. A configured provider is one of these with the operator's changes. */
export interface ProviderDescription {
  readonly name: string;
  /** In order of preference. */
  readonly dialects: readonly ProviderDialectId[];
  /** What the provider's own official client calls its base URL, per dialect. */
  readonly baseUrl: { readonly [dialect in ProviderDialectId]?: string };
  /**
   * What the provider's official client puts between a base URL that names no version and the
   * endpoint (`/v1`, `/openai/v1`). Absent: its base URLs end with the version, or there is none.
   */
  readonly basePath?: string;
  readonly auth: AuthScheme;
  /** Dialects whose key is sent otherwise than `auth` says. */
  readonly authBy?: { readonly [dialect in ProviderDialectId]?: AuthScheme };
  /** Environment variables that hold a key and switch the provider on, first found wins. */
  readonly keyVariables: readonly string[];
  readonly quirks: Quirks;
  /** What the price list calls it; absent: as it is named here. `free`: its calls cost nothing. */
  readonly pricedAs?: string | { readonly free: true };
  /** Models known to be served here: what a bare name is resolved by, and listed when the provider can't be asked. */
  readonly models: readonly KnownModel[];
  /** A bare name that begins with one of these is taken to be served here: `gpt-`, `claude-`. */
  readonly modelPrefixes: readonly string[];
}

export interface KnownModel {
  readonly id: string;
  /** Unix seconds. */
  readonly created?: number;
  readonly ability?: Ability;
}
