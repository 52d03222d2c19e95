import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  chatResponse,
  createHarness,
  type DisposableServer,
  type Harness,
  json,
  startServer,
  VirtualClock,
} from '@tollgate/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BUNDLED_LIST, bundledList } from '../src/adapters/prices/bundled-list.ts';
import { runCli } from '../src/cli/run.ts';
import { createApp } from '../src/create-app.ts';

const HOUR_MS = 3_600_000;
const SAID = { model: 'openai/gpt-4o', messages: [{ role: 'user', content: 'Hi' }] };

/** 1,000 tokens in, 100 out: by the bundled list 1,000 x 2.50 + 100 x 10 micro-dollars. */
const REPLY = json({
  ...chatResponse('Hello!', { model: 'gpt-4o' }),
  usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 },
});
const BUNDLED_COST = 3_500;

/** The bundled list, with nothing to pay for whatever one provider has. */
const freeList = (): string =>
  JSON.stringify(
    bundledList.providers.map((provider) => ({
      ...provider,
      models:
        provider.id === 'openai'
          ? provider.models.map((model) => ({ ...model, prices: { input_mtok: 0 } }))
          : provider.models,
    })),
  );

/** The bundled list, with another price of gpt-4o's input and output. */
const listWith = (input: number, output: number): string =>
  JSON.stringify(
    bundledList.providers.map((provider) => ({
      ...provider,
      models: provider.models.map((model) =>
        provider.id === 'openai' && model.id === 'gpt-4o'
          ? { ...model, prices: { input_mtok: input, output_mtok: output } }
          : model,
      ),
    })),
  );

let published: string | undefined;
let asked = 0;
let server: DisposableServer;
let clock: VirtualClock;
beforeEach(async () => {
  asked = 0;
  published = listWith(1, 2);
  clock = new VirtualClock(Date.parse('2026-11-26T12:00:00Z'));
  server = await startServer((_req, res) => {
    asked += 1;
    if (published === undefined) res.writeHead(500).end();
    else res.end(published);
  });
});
afterEach(() => server.close());

const start = (changes: object = {}): Promise<Harness> =>
  createHarness(createApp, {
    clock,
    settings: {
      config: {
        priceList: {
          refresh: true,
          url: `${server.url}/list.json`,
          everyHours: 1,
          privateHosts: ['127.0.0.1'],
          ...changes,
        },
      },
    },
  });

const lines = (harness: Harness, text: string) =>
  harness.logs.filter(({ msg }) => typeof msg === 'string' && msg.startsWith(text));

/** Moves on until the list was asked for and taken, or refused, as often as this. */
async function refreshed(harness: Harness, ms: number, said: string, times = 1): Promise<void> {
  await clock.advance(ms);
  await vi.waitFor(() => expect(lines(harness, said)).toHaveLength(times), 5_000);
}
const taken = (harness: Harness, ms = 0, times = 1) =>
  refreshed(harness, ms, 'price list changed', times);
const refused = (harness: Harness, ms: number, times = 1) =>
  refreshed(harness, ms, 'price list kept', times);

async function cost(harness: Harness, reply = REPLY) {
  harness.openai.mockChatCompletion(reply);
  const sent = await harness.withToken().post('/v1/chat/completions').send(SAID).expect(200);
  const event = await harness.settled(sent.headers['x-tollgate-call'] ?? '');
  return Number(event.cost?.picoUsd) / 1e6;
}

const health = async (harness: Harness) =>
  (await harness.request().get('/health')).body.checks['price-list'];

describe('the price list', () => {
  it('is never asked for unless that was allowed', async () => {
    await using harness = await start({ refresh: false });

    await clock.advance(100 * HOUR_MS);

    expect(asked).toBe(0);
    expect(await cost(harness)).toBe(BUNDLED_COST);
    expect(await health(harness)).toBeUndefined();
  });

  it('is fetched at start and at its pace, and says what changed', async () => {
    await using harness = await start();
    await taken(harness);

    // 1,000 x 1 + 100 x 2.
    expect(await cost(harness)).toBe(1_200);
    expect(lines(harness, 'price list changed')).toMatchObject([
      { count: 1, items: 'openai/gpt-4o changed' },
    ]);
    published = listWith(3, 4);
    await taken(harness, HOUR_MS, 2);
    expect(await cost(harness)).toBe(3_400);
    expect(await health(harness)).toMatchObject({ status: 'healthy' });
  });

  it('leaves books that can be computed again, whatever list each call was priced by', async () => {
    await using harness = await start();
    await taken(harness);
    const first = await cost(harness);
    published = listWith(3, 4);
    await taken(harness, HOUR_MS, 2);
    const second = await cost(harness);
    const printed: string[] = [];

    const code = await runCli(['audit'], {
      env: { TOLLGATE_DATA_DIR: harness.dataDir },
      cwd: harness.dataDir,
      out: (text) => printed.push(text),
      err: (text) => printed.push(text),
    });

    expect([first, second]).toEqual([1_200, 3_400]);
    expect(code, printed.join('\n')).toBe(0);
  });

  it('leaves calls that run the prices that they were admitted at', async () => {
    await using harness = await start();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    const running = cost(harness, async (writer) => {
      arrive();
      await released;
      await REPLY(writer);
    });
    await arrived;
    await clock.advance(1_000);
    await vi.waitFor(() => expect(lines(harness, 'price list changed')).toHaveLength(1), 5_000);

    const later = await cost(harness);
    release();

    expect(await running).toBe(BUNDLED_COST);
    expect(later).toBe(1_200);
  });

  it.each([
    ['doesn’t come', () => undefined, 'its server answered 500'],
    ['is no list', () => '<html>', 'it is no JSON'],
    ['was cut off', () => JSON.stringify(bundledList.providers.slice(0, 3)), 'less than half'],
    ['costs nothing any more', freeList, 'models that have a price would cost nothing'],
    ['is too large', () => ' '.repeat(17 * 1024 * 1024), 'is larger than'],
  ])(
    'keeps the last good one when the published one %s, and says so once',
    async (_what, next, why) => {
      await using harness = await start();
      await taken(harness);
      published = next();

      await refused(harness, HOUR_MS);
      await clock.advance(HOUR_MS);
      await vi.waitFor(() => expect(asked).toBe(3));

      expect(await cost(harness)).toBe(1_200);
      expect(await health(harness)).toMatchObject({
        status: 'degraded',
        error: expect.stringContaining(why),
      });
      expect(lines(harness, 'price list kept')).toHaveLength(1);
      published = listWith(3, 4);
      await taken(harness, HOUR_MS, 2);
      expect(await health(harness)).toMatchObject({ status: 'healthy' });
    },
  );

  it('is not put back to one that was replaced already', async () => {
    await using harness = await start();
    await taken(harness);
    published = listWith(3, 4);
    await taken(harness, HOUR_MS, 2);
    published = listWith(1, 2);

    await refused(harness, HOUR_MS);

    expect(await cost(harness)).toBe(3_400);
  });

  it('is there again after a restart, and is not asked for before its time', async () => {
    await using harness = await start();
    await taken(harness);
    await harness.restart();
    await clock.advance(0);

    expect(await cost(harness)).toBe(1_200);
    expect(asked).toBe(1);
  });

  it('keeps a few versions and no more; one that was tampered with serves no more', async () => {
    await using harness = await start();
    await taken(harness);
    for (let version = 2; version <= 7; version += 1) {
      published = listWith(version, version);
      await taken(harness, HOUR_MS, version);
    }
    const folder = join(harness.dataDir, 'price-lists');
    const files = readdirSync(folder).sort();
    expect(files).toHaveLength(4);
    await harness.stopApp();
    published = undefined;
    writeFileSync(join(folder, files.at(-1) ?? ''), listWith(0, 0));
    await harness.start();

    // That of the version before: 1,000 x 6 + 100 x 6.
    expect(await cost(harness)).toBe(6_600);
  });

  it('comes through the guard: no address of one’s own network but a named one', async () => {
    await using harness = await start({
      privateHosts: [],
      url: `https://127.0.0.1:${server.port}/`,
    });

    await refused(harness, 0);

    expect(asked).toBe(0);
    expect(existsSync(join(harness.dataDir, 'price-lists'))).toBe(false);
    expect(await health(harness)).toMatchObject({
      status: 'degraded',
      error: expect.stringContaining(BUNDLED_LIST),
    });
  });
});
