import { err } from '@tollgate/core';
import type { Upstream } from '../../ports/upstream.ts';
import { createHttpUpstream, type HttpUpstreamOptions } from './http-upstream.ts';
import { createGuardedLookup, isGuardedUrl } from './ssrf-guard.ts';

/**
 * For a URL that came in a request: it reaches public addresses only, whatever the name resolves to at
 * the moment of connecting. Configured providers don't go through it; they may be local.
 */
export function createGuardedUpstream(options: HttpUpstreamOptions): Upstream {
  const upstream = createHttpUpstream({
    maxConnectionsPerOrigin: 8,
    maxWaitingPerOrigin: 64,
    maxOrigins: 32,
    ...options,
    lookup: createGuardedLookup(options.lookup),
  });
  return {
    send(request) {
      if (isGuardedUrl(request.url)) return upstream.send(request);
      const detail = 'the URL does not lead to a public address';
      return Promise.resolve(err({ kind: 'invalid_request', detail }));
    },
    close: () => upstream.close(),
  };
}
