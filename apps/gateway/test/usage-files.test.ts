import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createHarness, type RunningProcess, startProcess } from '@tollgate/testkit';
import { expect, it } from 'vitest';
import { tempDir } from '../src/adapters/test-support/temp-dir.ts';
import { createApp } from '../src/create-app.ts';

const run = promisify(execFile);
const COMMAND = join(import.meta.dirname, '../../../bin/tollgate');
const KEY = 'tg_files0TestKey00000000000000000000000000000';

/** The ids of the calls in a folder's files, line by line. */
function callsIn(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  const text = names.map((name) => readFileSync(join(folder, name), 'utf8')).join('');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).callId);
}

it('each call that the ledger books is a line, over a restart too, and is told by /health when it waits', async () => {
  using dir = tempDir();
  const folder = dir.path;
  const settings = { config: { outbox: { files: { path: folder } } } };
  await using harness = await createHarness(createApp, { settings });
  const ask = () =>
    harness
      .withToken()
      .post('/v1/chat/completions')
      .send({ model: 'sim/echo', messages: [{ role: 'user', content: 'Hello' }] })
      .expect(200);
  await ask();
  await harness.usage();
  await harness.restart();
  await ask();
  const usage = await harness.usage();

  expect(callsIn(folder)).toEqual(usage.map(({ callId }) => callId));
  expect(usage).toHaveLength(2);
  const { body } = await harness.request().get('/health').expect(200);
  expect(body.checks.outbox).toEqual({ status: 'healthy', pending: 0, dead: 0 });
});

it('no call is missing or twice in the files of a gateway that is killed while it writes', {
  timeout: 120_000,
}, async () => {
  using dir = tempDir();
  const folder = dir.path;
  const env = { TOLLGATE_PORT: '0', TOLLGATE_ADMIN_KEY: KEY };
  writeFileSync(join(folder, 'tollgate.yaml'), 'outbox: { files: { path: ./usage } }\n');
  const start = async (): Promise<{ gateway: RunningProcess; url: string }> => {
    const gateway = await startProcess(COMMAND, ['start', '--json'], { env, cwd: folder });
    const { url } = JSON.parse(await gateway.waitForLine(/^\{.*"url"/, 30_000));
    return { gateway, url };
  };
  const answered: string[] = [];
  const ask = async (url: string): Promise<void> => {
    const reply = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'sim/echo', messages: [{ role: 'user', content: 'Hi' }] }),
    });
    await reply.text();
    answered.push(reply.headers.get('x-tollgate-call') ?? '');
  };

  for (let round = 0; round < 2; round += 1) {
    const { gateway, url } = await start();
    await using killed = gateway;
    const until = answered.length + 40 + 30 * round;
    const clients = Array.from({ length: 8 }, async () => {
      for (;;) await ask(url);
    });
    const ended = Promise.allSettled(clients);
    await expect
      .poll(() => answered.length, { timeout: 30_000, interval: 5 })
      .toBeGreaterThan(until);
    killed.kill('SIGKILL');
    await killed.waitForEnd(15_000);
    await ended;
  }
  const { gateway, url } = await start();
  await using last = gateway;
  const pending = async (): Promise<number> => {
    const health = await fetch(`${url}/health`);
    return JSON.parse(await health.text()).checks.outbox.pending;
  };
  await expect.poll(pending, { timeout: 30_000 }).toBe(0);
  last.kill('SIGTERM');
  await last.waitForEnd(15_000);
  const options = { env: { ...process.env, ...env }, cwd: folder };
  const { stdout } = await run(COMMAND, ['usage', '--by', 'key', '--json'], options);

  const calls = callsIn(join(folder, 'usage'));
  expect(new Set(calls).size).toBe(calls.length);
  expect(calls).toHaveLength(JSON.parse(stdout).rows[0].requests);
  expect(calls).toEqual(expect.arrayContaining(answered.slice(0, 20)));
});
