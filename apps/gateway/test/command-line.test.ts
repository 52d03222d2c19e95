import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type RunningProcess, startProcess, startServer } from '@tollgate/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';

const run = promisify(execFile);
const COMMAND = join(import.meta.dirname, '../../../bin/tollgate');

let folder: string;
/** `bin/tollgate` as it is found on a PATH: a link, from a folder with a space. */
let tollgate: string;
let env: Record<string, string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'toll gate '));
  tollgate = join(folder, 'bin', 'tollgate');
  mkdirSync(join(folder, 'bin'));
  symlinkSync(COMMAND, tollgate);
  env = { TOLLGATE_PORT: '0', TOLLGATE_DATA_DIR: join(folder, 'data') };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const start = (...options: string[]): Promise<RunningProcess> =>
  startProcess(tollgate, ['start', ...options], { env, cwd: folder });

const cli = async (...args: string[]): Promise<string> =>
  (await run(tollgate, args, { env: { ...process.env, ...env }, cwd: folder })).stdout.trim();

/** Types the line that the banner shows into a shell. */
async function paste(gateway: RunningProcess): Promise<unknown> {
  const line = await gateway.waitForLine(/^ {2}curl /);
  const { stdout } = await run('sh', ['-c', line], { cwd: tmpdir() });
  return JSON.parse(stdout);
}

const echo = (url: string, key: string): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: '{"model":"sim/echo","messages":[{"role":"user","content":"Hello"}]}',
  });

it('serves the pasted line, ends with 0 on SIGTERM with all usage written, and starts again in 3 s', async () => {
  await using first = await start();
  expect(await paste(first)).toMatchObject({
    choices: [{ message: { content: 'You said: Hello' }, finish_reason: 'stop' }],
  });
  expect(await first.waitForLine('Admin key')).toMatch(/tg_\S+/);
  first.kill('SIGTERM');
  expect(await first.waitForEnd()).toEqual({ code: 0, signal: null });
  expect(JSON.parse(await cli('usage', '--json')).rows).toMatchObject([{ requests: 1 }]);

  const startedAt = performance.now();
  await using second = await start();
  await second.waitForLine('Tollgate listens on');
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  expect(await second.waitForLine('Admin key')).not.toMatch(/tg_/);
  expect(await paste(second)).toMatchObject({ object: 'chat.completion' });
  second.kill('SIGINT');
  expect(await second.waitForEnd()).toEqual({ code: 0, signal: null });
}, 40_000);

it('makes and revokes keys that hold in a running gateway within a second', async () => {
  await using gateway = await start('--json');
  const { url } = JSON.parse(await gateway.waitForLine(/^\{/));
  const { key } = JSON.parse(await cli('keys', 'create', '--name', 'app', '--json'));

  expect(await untilStatus(() => echo(url, key), 200)).toBe(200);
  await cli('keys', 'revoke', 'app');
  expect(await untilStatus(() => echo(url, key), 401)).toBe(401);
  expect(JSON.parse(await cli('usage', '--by', 'key', '--json')).rows).toMatchObject([
    { keyName: 'app' },
  ]);
}, 40_000);

it('makes budgets that hold in a running gateway within a second', async () => {
  await using gateway = await start('--json');
  const { url } = JSON.parse(await gateway.waitForLine(/^\{/));
  const { key } = JSON.parse(await cli('keys', 'create', '--name', 'app', '--json'));

  expect((await echo(url, key)).status).toBe(200);
  await cli('budgets', 'create', '1 requests/day', '--key', 'app');

  expect(await untilStatus(() => echo(url, key), 429)).toBe(429);
}, 40_000);

it('says what to do when its port is taken, shows the key it made, and ends with 1', async () => {
  await using other = await startServer((_req, res) => void res.end());
  env = { ...env, TOLLGATE_PORT: String(other.port) };

  await using gateway = await start();

  expect(await gateway.waitForEnd()).toEqual({ code: 1, signal: null });
  expect(gateway.stderr.join('\n')).toContain('TOLLGATE_PORT');
  expect(gateway.stderr.join('\n')).toMatch(/shown this once: tg_\S+/);
}, 20_000);

it('tells every mistake of its configuration before it listens', async () => {
  env = { ...env, TOLLGATE_PORT: 'http', TOLLGATE_LOG_LEVEL: 'loud' };

  await using gateway = await start();

  expect(await gateway.waitForEnd()).toEqual({ code: 1, signal: null });
  expect(gateway.stderr).toEqual([
    'TOLLGATE_PORT: expected a number, got a text',
    'TOLLGATE_LOG_LEVEL: expected one of "debug", "info", "warn", "error", "silent"',
  ]);
  expect(gateway.stdout).toEqual([]);
}, 20_000);

/** Asks again until the answer is as wanted, for a second at most. */
async function untilStatus(ask: () => Promise<Response>, wanted: number): Promise<number> {
  const deadline = performance.now() + 1_000;
  for (;;) {
    const response = await ask();
    await response.arrayBuffer();
    if (response.status === wanted || performance.now() > deadline) return response.status;
  }
}
