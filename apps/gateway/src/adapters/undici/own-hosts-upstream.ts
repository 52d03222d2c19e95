import type { Upstream } from '../../ports/upstream.ts';
import { createGuardedUpstream } from './guarded-upstream.ts';
import { createHttpUpstream, type HttpUpstreamOptions } from './http-upstream.ts';

export interface OwnHostsOptions extends HttpUpstreamOptions {
  /** `host` or `host:port` of the operator's own, for which no address is refused. */
  readonly privateHosts: readonly string[];
}

/** Reaches public addresses, and the hosts that the operator named. */
export function createOwnHostsUpstream({ privateHosts, ...http }: OwnHostsOptions): Upstream {
  const guarded = createGuardedUpstream(http);
  const own = createHttpUpstream({ maxConnectionsPerOrigin: 8, maxWaitingPerOrigin: 64, ...http });
  const isOwn = ({ host, hostname }: URL): boolean =>
    privateHosts.includes(host) || privateHosts.includes(hostname);
  return {
    send: (request) => (isOwn(request.url) ? own : guarded).send(request),
    close: async () => {
      await Promise.all([guarded.close(), own.close()]);
    },
  };
}
