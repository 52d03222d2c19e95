import { Pool } from 'undici';

export interface PoolOptions {
  readonly maxConnectionsPerOrigin: number;
  /** Calls of one origin that may wait for a connection; one more is refused. */
  readonly maxWaitingPerOrigin: number;
  /** Beyond it the origin unused for longest is closed; its running calls finish. */
  readonly maxOrigins: number;
  readonly maxHeaderBytes: number;
  readonly connectMs: number;
  /** Runs at each connect, on every address that the name resolves to. */
  readonly lookup?: typeof import('node:dns').lookup;
}

export interface OriginPool {
  readonly pool: Pool;
  /** Calls that were handed to the pool and have not been settled by it. */
  calls: number;
}

export interface OriginPools {
  /** The origin's pool, or undefined when it is full. */
  find(origin: string): OriginPool | undefined;
  close(): Promise<void>;
}

function createPool(origin: string, options: PoolOptions): Pool {
  return new Pool(origin, {
    connections: options.maxConnectionsPerOrigin,
    pipelining: 1,
    allowH2: false,
    maxHeaderSize: options.maxHeaderBytes,
    keepAliveTimeout: 15_000,
    keepAliveMaxTimeout: 120_000,
    // Deadlines are the call's own (CallDeadlines), so that one timer serves them all.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout: options.connectMs,
      ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
    },
  });
}

/** One pool of connections an origin, made when first asked for. */
export function createOriginPools(options: PoolOptions): OriginPools {
  const pools = new Map<string, OriginPool>();
  const closing = new Set<Promise<void>>();

  const retire = (entry: OriginPool): void => {
    const closed = entry.pool.close().finally(() => closing.delete(closed));
    closing.add(closed);
  };
  const open = (origin: string): OriginPool => {
    for (const [oldest, entry] of pools) {
      if (pools.size < options.maxOrigins) break;
      pools.delete(oldest);
      retire(entry);
    }
    return { pool: createPool(origin, options), calls: 0 };
  };
  let latest: { readonly origin: string; readonly entry: OriginPool } | undefined;

  return {
    find(origin) {
      let entry = latest?.origin === origin ? latest.entry : pools.get(origin);
      if (entry === undefined) entry = open(origin);
      if (latest?.entry !== entry) {
        // Set again, so that the map's order is the order of use.
        pools.delete(origin);
        pools.set(origin, entry);
        latest = { origin, entry };
      }
      const bound = options.maxConnectionsPerOrigin + options.maxWaitingPerOrigin;
      return entry.calls < bound ? entry : undefined;
    },
    async close() {
      for (const entry of pools.values()) retire(entry);
      pools.clear();
      latest = undefined;
      await Promise.all(closing);
    },
  };
}
