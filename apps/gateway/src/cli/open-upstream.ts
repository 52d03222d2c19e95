import { systemClock } from '../adapters/system/system-clock.ts';
import { createHttpUpstream } from '../adapters/undici/http-upstream.ts';
import type { Upstream } from '../ports/upstream.ts';

/** A way to providers for one command; its connections are closed afterwards. */
export async function withUpstream<T>(use: (upstream: Upstream) => Promise<T>): Promise<T> {
  const upstream = createHttpUpstream({ clock: systemClock });
  try {
    return await use(upstream);
  } finally {
    await upstream.close();
  }
}

export { systemClock };
