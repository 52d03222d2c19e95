import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import {
  type ControlledReply,
  controlledReply,
  dataEvents,
  MockOpenAi,
  openSocket,
  type RunningProcess,
  startProcess,
  streamingChunks,
} from '@tollgate/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const COMMAND = join(import.meta.dirname, '../../../bin/tollgate');
const KEY = 'tg_shutdown0TestKey0000000000000000000000000000';

let folder: string;
let openai: MockOpenAi;
let env: Record<string, string>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'toll gate '));
  openai = await MockOpenAi.start();
  env = {
    TOLLGATE_PORT: '0',
    TOLLGATE_DATA_DIR: join(folder, 'data of mine'),
    TOLLGATE_ADMIN_KEY: KEY,
    OPENAI_API_KEY: openai.apiKey,
    OPENAI_API_URL: openai.baseUrl,
  };
});
afterEach(async () => {
  await openai[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<{ readonly gateway: RunningProcess; readonly url: string }> {
  const gateway = await startProcess(COMMAND, ['start', '--json'], { env, cwd: folder });
  const { url } = JSON.parse(await gateway.waitForLine(/^\{.*"url"/, 20_000));
  return { gateway, url };
}

/** What the ledger holds, asked of the command line. */
async function usage(): Promise<readonly unknown[]> {
  const { stdout } = await run(COMMAND, ['usage', '--json'], {
    env: { ...process.env, ...env },
    cwd: folder,
  });
  return JSON.parse(stdout).rows;
}

const ask = (url: string): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'openai/gpt-4',
      messages: [{ role: 'user', content: 'Hello' }],
      stream: true,
    }),
  });

const chunks = streamingChunks('one two', { input: 11, output: 5 });

/** A stream that has begun and waits in its middle. */
async function running(url: string): Promise<{ reply: ControlledReply; response: Response }> {
  const reply = controlledReply();
  openai.mockChatCompletion(reply.reply);
  const opening = ask(url);
  await reply.send(dataEvents(chunks.slice(0, 2), false).join(''));
  return { reply, response: await opening };
}

/** The line is out before the port is closed: tries again until it is. */
async function untilRefused(url: string): Promise<void> {
  for (;;) {
    const socket = await openSocket(url).catch((error: unknown) => String(error));
    if (typeof socket !== 'string') await socket[Symbol.asyncDispose]();
    // Reset: it was let in before the port was closed, and not yet taken on.
    else if (!socket.includes('ECONNRESET')) return expect(socket).toContain('ECONNREFUSED');
  }
}

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  it('in mid-stream: the stream finishes, its usage is written, and the end is 0', async () => {
    const { gateway, url } = await start();
    await using _stopped = gateway;
    const { reply, response } = await running(url);

    gateway.kill(signal);
    await gateway.waitForLine(`${signal}: finishing`);
    await untilRefused(url);
    await reply.send(dataEvents(chunks.slice(2)).join(''));
    await reply.end();
    const text = await response.text();

    expect(text).toContain('two');
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
    expect(await gateway.waitForEnd(15_000)).toEqual({ code: 0, signal: null });
    expect(await usage()).toMatchObject([
      { requests: 1, inputTokens: 11, outputTokens: 5, failedRequests: 0, estimatedRequests: 0 },
    ]);
  }, 60_000);
});

it('a client that leaves while the gateway ends lets it end, with its call written', async () => {
  const { gateway, url } = await start();
  await using _stopped = gateway;
  const { reply, response } = await running(url);

  gateway.kill('SIGTERM');
  await gateway.waitForLine('SIGTERM: finishing');
  await response.body?.cancel();
  await reply.left;

  expect(await gateway.waitForEnd(15_000)).toEqual({ code: 0, signal: null });
  expect(await usage()).toMatchObject([{ requests: 1, estimatedRequests: 1 }]);
}, 60_000);

it('usage that the ledger would not take waits in the journal for the next start, and is told', async () => {
  const first = await start();
  await using full = first.gateway;
  const { reply, response } = await running(first.url);
  const other = new DatabaseSync(join(folder, 'data of mine', 'tollgate.db'));
  other.exec('begin immediate');

  await reply.send(dataEvents(chunks.slice(2)).join(''));
  await reply.end();
  await response.text();
  full.kill('SIGTERM');

  await full.waitForLine('usage waits in the journal', 30_000);
  expect(await full.waitForEnd(15_000)).toEqual({ code: 0, signal: null });
  other.close();
  const second = await start();
  await using next = second.gateway;
  next.kill('SIGTERM');
  await next.waitForEnd(15_000);
  expect(await usage()).toMatchObject([
    { requests: 1, failedRequests: 0, estimatedRequests: 0, inputTokens: 11, outputTokens: 5 },
  ]);
}, 90_000);

it('a call that its gateway was killed in is booked by the next one, once', async () => {
  const first = await start();
  await using killed = first.gateway;
  const { response } = await running(first.url);
  killed.kill('SIGKILL');
  await killed.waitForEnd(15_000);
  await expect(response.text()).rejects.toThrow();

  for (let turn = 0; turn < 2; turn += 1) {
    const { gateway } = await start();
    await using next = gateway;
    next.kill('SIGTERM');
    await next.waitForEnd(15_000);
  }

  expect(await usage()).toMatchObject([
    { requests: 1, failedRequests: 1, estimatedRequests: 1, outputTokens: 2_000 },
  ]);
}, 90_000);

it('no call goes out while the ledger can not be written, and those that run go on', async () => {
  const { gateway, url } = await start();
  await using _stopped = gateway;
  const { reply, response } = await running(url);
  using other = new DatabaseSync(join(folder, 'data of mine', 'tollgate.db'));
  other.exec('begin immediate');

  const refused = await ask(url);
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(openai.receivedRequests()).toHaveLength(1);
  await reply.send(dataEvents(chunks.slice(2)).join(''));
  await reply.end();
  expect(await response.text()).toContain('two');

  other.exec('rollback');
  openai.mockChatCompletionStream(chunks);
  for (;;) {
    const again = await ask(url);
    if (again.status === 200) break;
    await again.text();
  }
  gateway.kill('SIGTERM');
  expect(await gateway.waitForEnd(15_000)).toEqual({ code: 0, signal: null });
  expect(await usage()).toMatchObject([{ requests: 2, estimatedRequests: 0 }]);
}, 90_000);

it('connections that idle or never asked do not hold the end up', async () => {
  const { gateway, url } = await start();
  await using _stopped = gateway;
  await using silent = await openSocket(url);
  await using idle = await openSocket(url);
  await idle.send('GET /health/live HTTP/1.1\r\nhost: tollgate\r\n\r\n');
  await idle.readUntil('200 OK');

  gateway.kill('SIGTERM');

  expect(await gateway.waitForEnd(8_000)).toEqual({ code: 0, signal: null });
  await silent.readToEnd();
}, 40_000);

it('the process that was started is the gateway itself, and it has no child', async () => {
  const { gateway } = await start();
  await using _stopped = gateway;

  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,args=']);
  const processes = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));

  expect(processes.find(([pid]) => pid === String(gateway.pid))?.join(' ')).toMatch(
    /node.*apps\/gateway\/src\/cli\/main\.ts start/,
  );
  expect(processes.filter(([, parent]) => parent === String(gateway.pid))).toEqual([]);
}, 40_000);

it('a second gateway on one data folder is refused, until the first is gone, however it went', async () => {
  const { gateway } = await start();
  await using _stopped = gateway;

  await using second = await startProcess(COMMAND, ['start'], { env, cwd: folder });
  await second.waitForLine('another gateway runs on the data folder');
  expect(await second.waitForEnd(15_000)).toEqual({ code: 1, signal: null });
  gateway.kill('SIGKILL');
  await gateway.waitForEnd(15_000);

  const third = await start();
  await using _also = third.gateway;
  expect(third.url).toMatch(/^http:/);
}, 60_000);

it('nothing secret is printed or written in plain text', async () => {
  const { gateway, url } = await start();
  await using _stopped = gateway;
  openai.mockChatCompletionStream(chunks);
  await (await ask(url)).text();
  gateway.kill('SIGTERM');
  await gateway.waitForEnd(15_000);

  const printed = [...gateway.stdout, ...gateway.stderr].join('\n');
  for (const secret of [KEY, openai.apiKey, openai.address]) expect(printed).not.toContain(secret);
  const { stdout } = await run('ls', [join(folder, 'data of mine')]);
  for (const name of stdout.trim().split('\n')) {
    const bytes = readFileSync(join(folder, 'data of mine', name), 'latin1');
    expect(bytes.includes(KEY) || bytes.includes(openai.apiKey), name).toBe(false);
  }
}, 40_000);
