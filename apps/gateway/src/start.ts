import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { err, ok, type Result } from '@tollgate/core';
import { systemClock } from './adapters/system/system-clock.ts';
import { compose, type Gateway } from './compose.ts';
import type { Config } from './config/config.ts';
import { createDrain } from './drain.ts';

/** A gateway that listens. */
export interface RunningGateway {
  /** `http://127.0.0.1:8080`, as it can be called from this machine. */
  readonly url: string;
  /** The admin key, when it was made just now: the only time that it is known. */
  readonly newAdminKey: string | undefined;
  readonly dataDir: string;
  /**
   * Takes no new calls, lets running ones finish for a while, writes all usage. Resolves with how
   * many usage events could not be written.
   */
  close(): Promise<number>;
}

/** Starts to serve, or says why it can't. */
export async function startGateway(
  config: Config,
): Promise<Result<RunningGateway, { readonly detail: string }>> {
  const composed = await compose(config, { clock: systemClock });
  if (!composed.ok) return composed;
  const gateway = composed.value;
  const stop = createDrain(gateway.server);
  const { host, port } = config.server;
  const listening = await listen(gateway.server, host, port);
  if (!listening.ok) {
    await gateway.close();
    return err({ detail: withNewKey(listening.error.detail, gateway) });
  }
  const stopMetrics = await listenForMetrics(config, gateway);
  if (!stopMetrics.ok) {
    await stop();
    await gateway.close();
    return err({ detail: withNewKey(stopMetrics.error.detail, gateway) });
  }
  return ok({
    url: urlOf(host, listening.value.port),
    newAdminKey: gateway.newAdminKey,
    dataDir: config.dataDir,
    close: async () => {
      await Promise.all([stop(), stopMetrics.value?.()]);
      return gateway.close();
    },
  });
}

/** The next start can't tell the key any more: it is kept as a hash only. */
const withNewKey = (detail: string, { newAdminKey }: Gateway): string =>
  newAdminKey === undefined
    ? detail
    : `${detail}\nThe admin key was made all the same, and is shown this once: ${newAdminKey}`;

/** Returns how to stop what it started. */
async function listenForMetrics(
  config: Config,
  gateway: Gateway,
): Promise<Result<(() => Promise<void>) | undefined, { readonly detail: string }>> {
  if (config.metricsPort === undefined) return ok(undefined);
  const server = createServer(gateway.metricsListener);
  const stop = createDrain(server);
  const listening = await listen(server, config.server.host, config.metricsPort);
  return listening.ok ? ok(stop) : listening;
}

function listen(
  server: Server,
  host: string,
  port: number,
): Promise<Result<AddressInfo, { readonly detail: string }>> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(err({ detail: whyNot(error, host, port) }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') {
        resolve(err({ detail: `${host}:${port} has no address` }));
      } else resolve(ok(address));
    });
  });
}

function whyNot(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is taken: stop what listens there, or choose another with server.port or TOLLGATE_PORT`;
    case 'EACCES':
      return `port ${port} may not be opened by this user: choose one above 1023 with server.port or TOLLGATE_PORT`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is not an address of this machine: correct server.host or TOLLGATE_HOST`;
    default:
      return `can't listen on ${host}:${port}: ${error.message}`;
  }
}

function urlOf(host: string, port: number): string {
  const callable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${callable.includes(':') ? `[${callable}]` : callable}:${port}`;
}
