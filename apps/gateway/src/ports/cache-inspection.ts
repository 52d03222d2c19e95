/** What `/debug` may show of a governance cache: counts and a few digests, never tokens. */
export interface CacheInspection {
  caches(): {
    readonly [name: string]: { readonly keysCount: number; readonly sampleKeys: readonly string[] };
  };
  /** The cached limits of a user and how long they are believed; -2 when there are none. */
  limitsOf(externalId: string): { readonly limits: unknown; readonly ttlSeconds: number };
}
