import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createHarness, createPostgres, engineTitle, missingPostgres } from '@tollgate/testkit';
import { describe, expect, it, vi } from 'vitest';
import { tempDir } from '../src/adapters/test-support/temp-dir.ts';
import { runCli } from '../src/cli/run.ts';
import { createApp } from '../src/create-app.ts';

const missing = await missingPostgres();

/** Answers PING and INFO as Redis does, and anything else with OK; says this policy of itself. */
async function fakeRedis(policy: string): Promise<AsyncDisposable & { readonly url: string }> {
  const info = `# Memory\r\nloading:0\r\nmaxmemory:100\r\nmaxmemory_policy:${policy}\r\n`;
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      // Each command is an array: `*2\r\n$4\r\ninfo\r\n…`.
      for (const command of data.toString().split(/(?=\*\d+\r\n)/)) {
        if (/\r\ninfo\r\n/i.test(command)) socket.write(`$${info.length}\r\n${info}\r\n`);
        else socket.write('+OK\r\n');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on a port');
  return {
    url: `redis://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

async function checkOf(name: string, storage: object) {
  using folder = tempDir();
  writeFileSync(join(folder.path, 'tollgate.yaml'), JSON.stringify({ storage }));
  const out: string[] = [];
  await runCli(['doctor', '--json'], {
    env: { TOLLGATE_PORT: '0' },
    cwd: folder.path,
    out: (text) => out.push(text),
    err: () => undefined,
  });
  const checks: { name: string }[] = JSON.parse(out.join('')).checks;
  return checks.find((one) => one.name === name);
}

const NOBODY = 'redis://127.0.0.1:1';

describe('doctor, of Redis', () => {
  it('finds one that keeps all well', async () => {
    await using redis = await fakeRedis('noeviction');

    expect(await checkOf('redis', { shared: redis.url })).toMatchObject({ status: 'ok' });
  });

  it('warns of one that drops keys when its memory is full', async () => {
    await using redis = await fakeRedis('allkeys-lru');

    expect(await checkOf('redis', { shared: redis.url })).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('allkeys-lru'),
      advice: expect.stringContaining('maxmemory-policy noeviction'),
    });
  });

  it('says that nobody answers', async () => {
    expect(await checkOf('redis', { shared: NOBODY })).toMatchObject({ status: 'failed' });
  });

  it('asks none where memory serves', async () => {
    expect(await checkOf('redis', {})).toBeUndefined();
    expect(await checkOf('postgres', {})).toBeUndefined();
  });
});

describe('a gateway on a Redis that drops keys', () => {
  it('says so once, at its start', async () => {
    await using redis = await fakeRedis('volatile-lru');
    await using harness = await createHarness(createApp, {
      settings: { config: { storage: { shared: redis.url } } },
    });
    const said = () => harness.logs.filter(({ msg }) => String(msg).includes('drops keys'));

    await vi.waitFor(() => expect(said()).toHaveLength(1), 5_000);

    expect(said()).toMatchObject([{ component: 'redis', detail: 'volatile-lru' }]);
  });
});

describe.skipIf(missing !== undefined)(engineTitle('doctor, of PostgreSQL', missing), () => {
  it('tells what is in it, or that nobody answers, and never its password', async () => {
    await using server = await createPostgres();
    const secret = 'a-password-of-postgres';
    const away = await checkOf('postgres', {
      ledger: `postgres://someone:${secret}@127.0.0.1:1/none`,
    });

    expect(await checkOf('postgres', { ledger: server.url })).toMatchObject({
      detail: expect.stringMatching(/schema|no ledger/),
    });
    expect(away).toMatchObject({ status: 'failed' });
    expect(JSON.stringify(away)).not.toContain(secret);
  });
});
