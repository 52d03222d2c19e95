import { createLog } from '../adapters/log/create-log.ts';
import { createSimulatedUpstream } from '../adapters/sim/simulated-upstream.ts';
import { systemClock } from '../adapters/system/system-clock.ts';
import { createHttpUpstream } from '../adapters/undici/http-upstream.ts';
import { createUpstreamOf } from '../compose-upstreams.ts';
import type { ProviderConfig } from '../config/config.ts';
import type { Upstream } from '../ports/upstream.ts';

/** Ways for one command: to anywhere, and to providers with their proof. */
export interface OpenUpstreams {
  readonly http: Upstream;
  readonly upstreamOf: (provider: ProviderConfig) => Upstream;
}

/** Connections for one command, closed afterwards. */
export async function withUpstreams<T>(use: (open: OpenUpstreams) => Promise<T>): Promise<T> {
  const clock = systemClock;
  const http = createHttpUpstream({ clock });
  const simulated = createSimulatedUpstream({ clock });
  const log = createLog({ level: 'error' });
  try {
    return await use({ http, upstreamOf: createUpstreamOf({ http, simulated, clock, log }) });
  } finally {
    await Promise.all([http.close(), simulated.close()]);
    log.flush();
  }
}

export { systemClock };
