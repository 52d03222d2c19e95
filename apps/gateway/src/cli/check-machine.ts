import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Config } from '../config/config.ts';
import type { Upstream } from '../ports/upstream.ts';
import { type Check, failed, fine, warning } from './check.ts';
import { CliFailure } from './context.ts';
import { withStores } from './open-stores.ts';
import { OPERATOR, valueOrFail } from './operator.ts';

const NEEDED_NODE = 26;
const LITTLE_SPACE_BYTES = 256 * 1024 * 1024;
const LIVE_DEADLINES = { connectMs: 1_000, headersMs: 2_000, idleMs: 2_000, totalMs: 3_000 };

export function checkRuntime(version: string = process.versions.node): Check {
  const major = Number.parseInt(version, 10);
  return major >= NEEDED_NODE
    ? fine('runtime', `Node.js ${version}`)
    : failed(
        'runtime',
        `Node.js ${version}, ${NEEDED_NODE} or newer is needed`,
        'run bin/tollgate, which brings its own, in place of a node of your own',
      );
}

export async function checkData(config: Config): Promise<Check> {
  const { dataDir } = config;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.W_OK);
    await withStores(config, async ({ directory }) =>
      valueOrFail(await directory.keys.list(OPERATOR, { limit: 1 })),
    );
    const { bavail, bsize } = statfsSync(dataDir);
    const megabytes = Math.floor((bavail * bsize) / 1_048_576);
    return bavail * bsize > LITTLE_SPACE_BYTES
      ? fine('data', `${dataDir}, ${megabytes} MiB free`)
      : warning(
          'data',
          `${dataDir}, only ${megabytes} MiB free`,
          'make room, or move it with dataDir or TOLLGATE_DATA_DIR',
        );
  } catch (error) {
    const why = error instanceof CliFailure || error instanceof Error ? error.message : 'unknown';
    return failed(
      'data',
      `${dataDir}: ${why}`,
      'make the folder writable for this user, or choose another with dataDir or TOLLGATE_DATA_DIR',
    );
  }
}

export async function checkPort({ server }: Config, upstream: Upstream): Promise<Check> {
  const { host, port } = server;
  const place = `${host}:${port}`;
  if (port === 0) return fine('port', 'any free one');
  const code = await whyNotFree(host, port);
  if (code === undefined) return fine('port', `${place} is free`);
  if (code === 'EADDRINUSE') {
    return (await isTollgateAt(host, port, upstream))
      ? fine('port', `a gateway answers on ${place}`)
      : failed(
          'port',
          `${place} is taken by something else`,
          'stop it, or choose another port with server.port or TOLLGATE_PORT',
        );
  }
  return failed(
    'port',
    `${place} can't be opened (${code})`,
    'choose another with server.host and server.port, or TOLLGATE_HOST and TOLLGATE_PORT',
  );
}

function whyNotFree(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

async function isTollgateAt(host: string, port: number, upstream: Upstream): Promise<boolean> {
  const callable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const authority = callable.includes(':') ? `[${callable}]:${port}` : `${callable}:${port}`;
  const sent = await upstream.send({
    provider: 'gateway',
    url: new URL(`http://${authority}/health/live`),
    method: 'GET',
    headers: {},
    body: undefined,
    deadlines: LIVE_DEADLINES,
    signal: new AbortController().signal,
  });
  if (!sent.ok) return false;
  const body = await sent.value.body.bytes(64 * 1024);
  return (
    sent.value.status === 200 &&
    body.ok &&
    new TextDecoder().decode(body.value).includes('"healthy"')
  );
}
