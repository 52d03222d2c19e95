import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BookkeepingProvider, engineTitle } from '@tollgate/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMAND, command, type Environment, ledgerLines, start } from './chaos/started-gateway.ts';
import { fullDisk, missingLimits } from './chaos/troubles.ts';

const run = promisify(execFile);
const KEY = 'tg_fullDisk0TestKey0000000000000000000000000000';
const WORDS = 30;
/** The journal has room, and the ledger none. */
const ROOM = 65_536;

let folder: string;
let provider: BookkeepingProvider;
let env: Environment;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'toll gate '));
  provider = await BookkeepingProvider.start({
    plan: (model) => (model === 'slow' ? { words: WORDS, pauseMs: 50 } : { words: 5, pauseMs: 0 }),
  });
  const settings = join(folder, 'settings.yaml');
  const openai = { apiKey: 'k', baseUrl: `${provider.url}/v1`, dialect: 'openai-chat' };
  writeFileSync(settings, JSON.stringify({ providers: { openai } }));
  env = {
    TOLLGATE_PORT: '0',
    TOLLGATE_DATA_DIR: join(folder, 'data'),
    TOLLGATE_ADMIN_KEY: KEY,
    TOLLGATE_CONFIG: settings,
  };
});
afterEach(async () => {
  await provider[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (url: string, model: string, stream = false): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: `openai/${model}`,
      stream,
      messages: [{ role: 'user', content: 'Count.' }],
    }),
  });

const missing = await missingLimits();

describe.skipIf(missing !== undefined)(engineTitle('a disk that is full', missing), () => {
  it('lets no new call out and those that run go on, and what they used outlives a kill', async () => {
    const first = await start(env, folder);
    await using killed = first.gateway;
    expect((await ask(first.url, 'before')).status).toBe(200);
    const running = await ask(first.url, 'slow', true);
    const disk = fullDisk(ROOM);
    await disk.begin(killed);

    await expect.poll(async () => (await ask(first.url, 'meanwhile')).status).toBe(503);
    const refused = await ask(first.url, 'meanwhile');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await (await fetch(`${first.url}/health`)).json()).toMatchObject({
      checks: { ledger: { status: 'unhealthy' } },
    });
    expect(await running.text()).toContain('[DONE]');
    const journal = join(folder, 'data', 'unbooked-usage.log');
    await expect.poll(() => statSync(journal).size, { timeout: 5_000 }).toBeGreaterThan(0);
    killed.kill('SIGKILL');
    await killed.waitForEnd();

    const { gateway, url } = await start(env, folder);
    await using next = gateway;
    expect((await ask(url, 'after')).status).toBe(200);
    next.kill('SIGTERM');
    await next.waitForEnd(20_000);
    const lines = await ledgerLines(env, folder);
    expect(lines.filter(({ model }) => model === 'openai/slow')).toMatchObject([
      { requests: 1, outputTokens: WORDS, estimatedRequests: 0 },
    ]);
    expect(await command(env, folder, ['audit'])).toMatchObject({ differences: [], more: 0 });
  }, 90_000);
});

describe('a data folder that this user may not write', () => {
  it('is refused at start, and said to be', async () => {
    const { gateway } = await start(env, folder);
    gateway.kill('SIGTERM');
    await gateway.waitForEnd(20_000);
    const data = join(folder, 'data');
    for (const name of readdirSync(data)) chmodSync(join(data, name), 0o444);
    chmodSync(data, 0o555);
    chmodSync(folder, 0o755);
    // Root may write whatever it reads.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

    const started = run(COMMAND, ['start'], {
      env: { ...process.env, ...env },
      cwd: '/',
      ...nobody,
    });

    await expect(started).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/can't be (used|written|read or made).*toll gate/),
    });
    chmodSync(data, 0o755);
  }, 60_000);
});
