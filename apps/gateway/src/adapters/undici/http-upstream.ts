import { err } from '@tollgate/core';
import type { Clock } from '../../ports/clock.ts';
import type { Upstream, UpstreamRequest } from '../../ports/upstream.ts';
import { createOriginPools, type OriginPool, type PoolOptions } from './origin-pools.ts';
import { UpstreamCall } from './upstream-call.ts';

export interface HttpUpstreamOptions extends Partial<PoolOptions> {
  readonly clock: Clock;
}

const DEFAULTS: PoolOptions = {
  maxConnectionsPerOrigin: 256,
  maxWaitingPerOrigin: 4096,
  maxOrigins: 64,
  maxHeaderBytes: 64 * 1024,
  connectMs: 30_000,
};

function dispatch(entry: OriginPool, request: UpstreamRequest, call: UpstreamCall): void {
  entry.calls += 1;
  entry.pool.dispatch(
    {
      path: request.url.pathname + request.url.search,
      method: request.method,
      headers: { ...request.headers, 'accept-encoding': 'identity' },
      body: request.body ?? null,
    },
    call,
  );
}

/**
 * Providers over HTTP/1.1: one pool of connections an origin, nothing retried, no redirect followed,
 * nothing compressed. Connections and waiting calls are bounded; a call beyond is `provider_failed`.
 */
export function createHttpUpstream(options: HttpUpstreamOptions): Upstream {
  const { clock, ...pool } = options;
  const pools = createOriginPools({ ...DEFAULTS, ...pool });
  let isClosed = false;
  return {
    send(request) {
      if (request.signal.aborted) return Promise.resolve(err({ kind: 'client_closed' }));
      if (isClosed) return Promise.resolve(err({ kind: 'shutting_down', retryAfterSeconds: 1 }));
      const entry = pools.find(request.url.origin);
      if (entry === undefined) {
        const { provider } = request;
        return Promise.resolve(err({ kind: 'provider_failed', provider, overloaded: true }));
      }
      const call = new UpstreamCall(request, clock, () => {
        entry.calls -= 1;
      });
      dispatch(entry, request, call);
      return call.reply;
    },
    close() {
      isClosed = true;
      return pools.close();
    },
  };
}
