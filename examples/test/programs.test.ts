import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import {
  MockOpenAi,
  MockZion,
  startProcess,
  TEST_OPENAI_API_KEY,
  TEST_TOKEN,
  TEST_ZION_API_KEY,
} from '@tollgate/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { codeBlocks } from './support/code-blocks.ts';
import { type Gateway, ROOT, startGateway } from './support/start-gateway.ts';

const run = promisify(execFile);
const EXAMPLES = join(ROOT, 'examples');
const read = (name: string): string => readFileSync(join(EXAMPLES, name), 'utf8');

describe('the programs', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway();
  }, 60_000);
  afterAll(() => gateway[Symbol.asyncDispose]());

  const runExample = async (command: string, ...args: string[]): Promise<readonly string[]> => {
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, TOLLGATE_URL: gateway.url, TOLLGATE_KEY: gateway.key };
    const { stdout } = await run(command, args, { cwd: ROOT, env });
    return stdout.trim().split('\n');
  };

  it('openai-client.ts gets a whole answer, a stream and a tool call', async () => {
    expect(await runExample(process.execPath, 'examples/openai-client.ts')).toEqual([
      'whole: You said: Hello',
      'streamed: You said: Hello, piece by piece',
      'tool: weather {"city":"city"}',
    ]);
  }, 30_000);

  it('typed-client.ts gets typed events and a typed failure', async () => {
    expect(await runExample(process.execPath, 'examples/typed-client.ts')).toEqual([
      'reasoning: The user said 1 words. I will say them back.',
      'text: You said: Hello',
      'refused: provider_rate_limited again in 1 s',
    ]);
  }, 30_000);

  it('curl.sh is answered on every face', async () => {
    const lines = await runExample('sh', 'examples/curl.sh');

    const answers = lines.flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
    expect(answers).toMatchObject([
      { object: 'list' },
      { object: 'chat.completion' },
      { object: 'response', status: 'completed' },
      {
        data: [{ object: 'embedding', embedding: [0, expect.any(Number), expect.any(Number), 0] }],
      },
      { object: 'chat.completion' },
      { result: { data: { model: 'sim/echo' } } },
      { result: { data: expect.arrayContaining([expect.objectContaining({ id: 'sim/echo' })]) } },
      { status: 'healthy' },
    ]);
    expect(lines).toContain('data: [DONE]');
  }, 30_000);
});

it('what the client’s own page shows is a program that runs', async () => {
  await using gateway = await startGateway();
  const page = readFileSync(join(ROOT, 'packages/client/README.md'), 'utf8');
  const program = codeBlocks(page)
    .map(({ text }) => text)
    .join('\n')
    .replaceAll('http://127.0.0.1:8080', gateway.url)
    .replaceAll('tg_…', gateway.key);

  await using running = await startProcess(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-'],
    { cwd: EXAMPLES, input: program },
  );

  expect(await running.waitForEnd(20_000)).toEqual({ code: 0, signal: null });
  expect(running.stderr).toEqual([]);
  expect(running.stdout.join('')).toBe('You said: Hello');
}, 40_000);

describe('the settings', () => {
  it('tollgate.yaml is no mistake', async () => {
    const { stdout } = await run(
      join(ROOT, 'bin/tollgate'),
      ['config', 'check', '--config', join(EXAMPLES, 'tollgate.yaml')],
      { env: { PATH: process.env['PATH'], HOME: process.env['HOME'] } },
    );

    expect(stdout).toContain('tollgate.yaml: no mistakes');
  }, 20_000);

  it('sentinel.env alone makes a gateway that serves the predecessor’s clients and tells Zion', async () => {
    await using zion = await MockZion.start();
    await using openai = await MockOpenAi.start();
    openai.mockChatCompletionWithUsage('Hello!', 11, 5);
    const env = {
      ...parseEnv(read('sentinel.env')),
      ZION_API_URL: zion.url,
      ZION_API_KEY: TEST_ZION_API_KEY,
      OPENAI_API_URL: `${openai.url}/v1`,
      OPENAI_API_KEY: TEST_OPENAI_API_KEY,
      SENTINEL_PORT: '0',
      TOLLGATE_PORT: '',
    };
    {
      await using gateway = await startGateway(env);

      const reply = await fetch(`${gateway.url}/native/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TEST_TOKEN}`, 'content-type': 'application/json' },
        body: '{"messages":[{"role":"user","content":"Hi"}]}',
      });

      expect(reply.headers.get('x-sentinel-tier')).toBe('simple');
      expect(await reply.json()).toMatchObject({ choices: [{ message: { content: 'Hello!' } }] });
    }
    expect(zion.sumIncrements({})).toMatchObject({ aiInputTokens: 11, aiOutputTokens: 5 });
  }, 40_000);

  it('compose.yaml starts the command that there is, and keeps its data', () => {
    expect(parse(read('compose.yaml'))).toMatchObject({
      services: {
        tollgate: {
          command: ['bin/tollgate', 'start'],
          environment: { TOLLGATE_DATA_DIR: '/data' },
          volumes: ['..:/tollgate:ro', 'data:/data'],
        },
      },
      volumes: { data: null },
    });
  });
});

it('each example is in the list of examples, and the list names no other', () => {
  const files = readdirSync(EXAMPLES, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name);
  const own = ['README.md', 'package.json', 'tsconfig.json', 'vitest.config.ts'];
  const listed = [...read('README.md').matchAll(/^\| \[([^\]]+)\]/gm)].map((match) => match[1]);

  expect(listed.toSorted()).toEqual(files.filter((name) => !own.includes(name)).toSorted());
});
