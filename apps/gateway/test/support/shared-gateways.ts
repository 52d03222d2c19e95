import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BookkeepingProvider,
  type BreakableLink,
  createPostgres,
  listenOnLoopback,
  realClock,
  startBreakableLink,
  TEST_ADMIN_KEY,
} from '@tollgate/testkit';
import { type App, createApp } from '../../src/create-app.ts';

const REDIS = new URL(process.env['TOLLGATE_TEST_REDIS'] ?? 'redis://127.0.0.1:6379');

export interface SharedGateway {
  readonly url: string;
  readonly dataDir: string;
  readonly app: App;
  ask(
    path: string,
    request?: { readonly key?: string; readonly body?: unknown; readonly method?: string },
  ): Promise<Response>;
  close(): Promise<void>;
}

export interface StartOptions {
  /** Of one that was closed: the gateway after it; or one made beforehand. Absent: a folder of its own, which goes with it. */
  readonly dataDir?: string;
  readonly secret?: string;
  readonly storage?: { readonly [setting: string]: unknown };
  /** Beside the storage and the bookkeeping provider. */
  readonly providers?: { readonly [name: string]: unknown };
  readonly config?: { readonly [setting: string]: unknown };
}

/**
 * A schema of PostgreSQL and keys of Redis of one's own, each behind a link that can be broken.
 * `given`: in place of that schema, and closed with all.
 */
export async function sharedGateways(
  plan: (model: string) => { words: number; pauseMs: number },
  given?: { readonly url: string } & AsyncDisposable,
) {
  const ends: (() => PromiseLike<unknown>)[] = [];
  const database = given ?? (await createPostgres());
  ends.push(() => database[Symbol.asyncDispose]());
  const provider = await BookkeepingProvider.start({ plan });
  ends.push(() => provider[Symbol.asyncDispose]());
  const direct = new URL(database.url);
  const postgres = await linkTo(direct, 5432);
  const redis = await linkTo(REDIS, 6379);
  ends.push(
    () => postgres.link[Symbol.asyncDispose](),
    () => redis.link[Symbol.asyncDispose](),
  );
  // Keys of Redis are named by it.
  const ours = randomBytes(16).toString('hex');

  const start = async ({
    dataDir: given,
    secret = ours,
    storage = {},
    providers = {},
    config = {},
  }: StartOptions = {}): Promise<SharedGateway> => {
    const dataDir = given ?? mkdtempSync(join(tmpdir(), 'tollgate shared '));
    const app = await createApp({
      config: {
        ...config,
        providers: {
          ...providers,
          openai: { apiKey: 'k', baseUrl: `${provider.url}/v1`, dialect: 'openai-chat' },
        },
        prices: { 'openai/counted': { inputUsdPerMTok: 1, outputUsdPerMTok: 10 } },
        storage: { ledger: postgres.url, shared: redis.url, deadAfterSeconds: 2, ...storage },
      },
      env: {
        TOLLGATE_DATA_DIR: dataDir,
        TOLLGATE_ADMIN_KEY: TEST_ADMIN_KEY,
        TOLLGATE_SECRET: secret,
      },
      clock: realClock(),
      onLog: () => undefined,
    });
    const server = await listenOnLoopback(app.server);
    let isOpen = true;
    const close = async (): Promise<void> => {
      if (!isOpen) return;
      isOpen = false;
      await server.close();
      await app.close();
      if (given === undefined) rmSync(dataDir, { recursive: true, force: true });
    };
    ends.push(close);
    return {
      url: server.url,
      dataDir,
      app,
      close,
      ask: (
        path,
        { key = TEST_ADMIN_KEY, body, method = body === undefined ? 'GET' : 'POST' } = {},
      ) =>
        fetch(server.url + path, {
          method,
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        }),
    };
  };

  return {
    start,
    provider,
    /** Past the links. */
    databaseUrl: database.url,
    postgres: postgres.link,
    redis: redis.link,
    [Symbol.asyncDispose]: async () => {
      postgres.link.set('open');
      redis.link.set('open');
      for (const end of ends.reverse()) await end();
    },
  };
}

async function linkTo(
  direct: URL,
  standardPort: number,
): Promise<{ readonly url: string; readonly link: BreakableLink }> {
  const port = Number(direct.port === '' ? standardPort : direct.port);
  const link = await startBreakableLink({ host: direct.hostname, port });
  const url = new URL(direct);
  url.hostname = '127.0.0.1';
  url.port = String(link.port);
  return { url: url.href, link };
}
