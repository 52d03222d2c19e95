import type { Feature } from '@tollgate/core/chat';
import type { Role, Tier, TierConfig } from '@tollgate/core/governance';
import type { ModelPrice } from '@tollgate/core/pricing';
import type { ProviderDescription, SaidWords } from '@tollgate/core/providers';
import type { OutboxConfig } from './outbox-schema.ts';
import type { PriceListConfig } from './price-list-schema.ts';
import type { Secret } from './secret.ts';
import type { StorageConfig } from './storage-schema.ts';

export type Credentials =
  | {
      readonly kind: 'aws';
      readonly accessKeyId: Secret;
      readonly secretAccessKey: Secret;
      readonly sessionToken?: Secret;
    }
  /** A credentials file's path, or its text; what the settings file says is meant from its folder. */
  | { readonly kind: 'google'; readonly source: Secret; readonly isWritten: boolean };

/** A provider that is switched on: a known description with the operator's changes. */
export interface ProviderConfig extends ProviderDescription {
  readonly apiKey: Secret | undefined;
  /** In place of a key: what signs requests, or is exchanged for tokens. */
  readonly proof?: Credentials;
  /** The words in its addresses, as the operator said them. */
  readonly said?: SaidWords;
  /** `http`: called over the network. `simulated`: answered in process, without a network. */
  readonly transport: 'http' | 'simulated';
  /** The version of Anthropic's API for requests that a client's own header doesn't decide. */
  readonly anthropicVersion?: string;
  /** Whose state it keeps: what one account made goes back to no other. */
  readonly account?: string;
  /** What the operator set of losses, the most general first. */
  readonly lossRules?: readonly LossRule[];
}

/** `drop`: go on and say so. `refuse`: 400. `exact`: 400 also where it could only be said otherwise. */
export type LossPolicy = 'drop' | 'refuse' | 'exact';

export interface LossRule {
  /** A model as its provider calls it; `*` at its end stands for any ending. */
  readonly pattern: string;
  readonly policies: { readonly [feature in Feature]?: LossPolicy };
}

export interface LocalKeyConfig {
  readonly name: string;
  readonly key: Secret;
  readonly role: Role;
  readonly models?: readonly string[];
  readonly faces?: readonly string[];
  readonly requestsPerMinute?: number;
}

export type GovernanceConfig =
  | { readonly kind: 'local'; readonly keys: readonly LocalKeyConfig[] }
  | {
      readonly kind: 'zion';
      readonly url: URL;
      readonly apiKey: Secret;
      readonly profileTtlSeconds: number;
      readonly limitsTtlSeconds: number;
      readonly tierTtlSeconds: number;
      /** Local keys work beside Zion's tokens. */
      readonly keys: readonly LocalKeyConfig[];
    };

/** What a model costs, by the operator: the key's price wins over the team's, that over everybody's. */
export interface ConfiguredPrice {
  /** Absent: for everybody else as the list says. */
  readonly price?: ModelPrice;
  /** By ids. */
  readonly teams: ReadonlyMap<string, ModelPrice>;
  readonly keys: ReadonlyMap<string, ModelPrice>;
}

export interface PassthroughRoute {
  readonly method: string;
  readonly path: string;
}

/** The whole configuration, resolved: file, environment and defaults have met, nothing is left to look up. */
export interface Config {
  readonly server: { readonly host: string; readonly port: number };
  readonly dataDir: string;
  readonly governance: GovernanceConfig;
  readonly storage: StorageConfig;
  /** In the order in which they are listed; `sim` is always among them. */
  readonly providers: readonly ProviderConfig[];
  /** Public name to `provider/model`. */
  readonly models: { readonly [alias: string]: string };
  /** By `provider/model`, or `provider/model@tier`: what the operator says a model costs. */
  readonly prices: ReadonlyMap<string, ConfiguredPrice>;
  readonly priceList: PriceListConfig;
  readonly defaultProvider: string | undefined;
  readonly tiers: TierConfig;
  readonly native: { readonly defaultTier: Tier | undefined };
  readonly sessionTtlSeconds: number;
  readonly limits: {
    /** For local keys; absent: none. Zion's users have 100 unless this says otherwise. */
    readonly requestsPerMinute: number | undefined;
    readonly bodyBytes: number;
  };
  readonly media: {
    /** Whether media by URL are fetched for models that take bytes only. */
    readonly fetch: boolean;
    /** `host` or `host:port`, whatever they resolve to. */
    readonly privateHosts: readonly string[];
  };
  readonly outbox: OutboxConfig;
  readonly passthrough: readonly PassthroughRoute[];
  readonly metricsPort: number | undefined;
  readonly adminKey: Secret | undefined;
  readonly secret: Secret | undefined;
  readonly docsKey: Secret | undefined;
  readonly debug: boolean;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Said once at start: settings that were read and are not used yet, for instance. */
  readonly notes: readonly string[];
}
