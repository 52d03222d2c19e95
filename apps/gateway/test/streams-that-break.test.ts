import {
  createHarness,
  type DisposableServer,
  dataEvents,
  type Harness,
  startServer,
  streamingChunks,
} from '@tollgate/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../src/cli/run.ts';
import { createApp } from '../src/create-app.ts';
import { FACES, type Face, post } from './support/four-faces.ts';
import { withBudgets } from './support/with-budgets.ts';

const WORDS = 12;
const text = Array.from({ length: WORDS }, () => 'word').join(' ');
/** Without its last two: neither finish reason nor usage comes. */
const begun = (model: string): string => {
  const chunks = streamingChunks(text).slice(0, -2);
  return dataEvents(
    chunks.map((chunk) => ({ ...chunk, model })),
    false,
  ).join('');
};

let provider: DisposableServer;
let harness: Harness;
beforeAll(async () => {
  provider = await startServer(async (request, response) => {
    const blocks: Buffer[] = [];
    for await (const block of request) blocks.push(block);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const isCut = Buffer.concat(blocks).includes('"cut"');
    response.write(begun(isCut ? 'cut' : 'hangs'), () => {
      if (isCut) response.destroy();
    });
  });
  harness = await createHarness(createApp, {
    settings: {
      config: {
        providers: { openai: { baseUrl: `${provider.url}/v1`, dialect: 'openai-chat' } },
        prices: {
          'openai/cut': { inputUsdPerMTok: 1, outputUsdPerMTok: 10 },
          'openai/hangs': { inputUsdPerMTok: 1, outputUsdPerMTok: 10 },
        },
      },
    },
  });
  await withBudgets(harness, ['1000000 tokens/day', '100 USD/day']);
});
afterAll(async () => {
  await harness[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

/** Asks for a long answer; leaves it where the provider says no more. */
async function hear(face: Face, model: string): Promise<string> {
  const leaving = new AbortController();
  const asked = { model: `openai/${model}`, stream: true, maxTokens: 60_000 };
  const reply = await post(harness, face, { ...asked, signal: leaving.signal });
  expect(reply.status).toBe(200);
  const decoder = new TextDecoder();
  let heard = '';
  try {
    for await (const block of reply.body ?? []) {
      heard += decoder.decode(block, { stream: true });
      const words = heard.match(/word/g)?.length ?? 0;
      if (model === 'hangs' && words >= WORDS) leaving.abort();
    }
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
  }
  return reply.headers.get('x-tollgate-call') ?? '';
}

describe.each(FACES)('a stream on the %s face that breaks off', (face) => {
  it.each([
    ['the provider', 'cut', 'failed'],
    ['the client', 'hangs', 'client_closed'],
  ])(
    'by %s is billed for what was said, not for what it was allowed to say',
    async (_, model, status) => {
      const callId = await hear(face, model);

      await harness.settled(callId);
      const booked = (await harness.usage()).find((usage) => usage.callId === callId);
      expect(booked).toMatchObject({ status, provenance: 'interrupted' });
      expect(booked?.outputTokens).toBeGreaterThanOrEqual(WORDS - 1);
      expect(booked?.outputTokens).toBeLessThanOrEqual(WORDS + 1);
      expect(booked?.inputTokens).toBeGreaterThan(0);
      expect(booked?.inputTokens).toBeLessThan(20);
      const pico =
        (booked?.inputTokens ?? 0) * 1_000_000 + (booked?.outputTokens ?? 0) * 10_000_000;
      expect(booked?.cost).toMatchObject({ picoUsd: String(pico) });
    },
  );
});

it('leaves budgets at what was billed, with nothing held any more', async () => {
  const printed: string[] = [];
  const code = await runCli(['audit', '--json'], {
    env: { TOLLGATE_DATA_DIR: harness.dataDir },
    cwd: harness.dataDir,
    out: (line) => printed.push(line),
    err: (line) => printed.push(line),
  });

  expect(JSON.parse(printed.join(''))).toMatchObject({ calls: 2 * FACES.length, differences: [] });
  expect(code).toBe(0);
});
