import {
  chatResponse,
  createHarness,
  type DisposableServer,
  type Harness,
  listRequests,
  messageResponse,
  responsesResponse,
  SAMPLE_MODEL,
  startServer,
} from '@tollgate/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { post } from './support/chat-face.ts';

/* Every sample request of a dialect, to a provider of that dialect: byte for byte but for its model. */

const WIRES = [
  {
    dialect: 'openai-chat',
    path: () => '/v1/chat/completions',
    reply: chatResponse('Hello!'),
  },
  {
    dialect: 'openai-responses',
    path: () => '/v1/responses',
    reply: responsesResponse('Hello!', { input: 3, output: 2 }),
  },
  {
    dialect: 'anthropic-messages',
    path: () => '/v1/messages',
    reply: messageResponse('Hello!'),
  },
  {
    dialect: 'gemini',
    path: (model: string, isStream: boolean) =>
      `/v1beta/models/${model}:${isStream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    reply: {
      candidates: [
        { content: { role: 'model', parts: [{ text: 'Hello!' }] }, finishReason: 'STOP' },
      ],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
    },
  },
] as const;

let reply: object = {};
let sent: string[] = [];
let provider: DisposableServer;
let harness: Harness;

beforeAll(async () => {
  provider = await startServer((req, res) => {
    let text = '';
    req.setEncoding('utf8');
    req.on('data', (piece: string) => {
      text += piece;
    });
    req.on('end', () => {
      sent.push(text);
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(JSON.stringify(reply));
    });
  });
  const providers = Object.fromEntries(
    WIRES.map(({ dialect }) => [
      `of-${dialect}`,
      { dialect, baseUrl: provider.url, apiKey: 'sk-provider' },
    ]),
  );
  harness = await createHarness(createApp, { settings: { config: { providers } } });
});
afterAll(async () => {
  await harness[Symbol.asyncDispose]();
  await provider.close();
});

/** Responses that are kept, or go on from one that is: what they become is their own suite's to say. */
const KEPT = new Set([
  ...['background', 'conversation-and-prompt', 'item-references'],
  ...['metadata-user-store', 'previous-response'],
]);

/** As the client sends it: Gemini's says model and stream in its address. */
const bodyText = (dialect: string, text: string): string =>
  dialect === 'gemini'
    ? text
        .replace(/^\s*"(model": "MODEL"|stream": true),?\n/gm, '')
        .replace(/,(\s*)\}\s*$/, '$1}\n')
    : text;

describe.each(WIRES)('a sample request of $dialect', ({ dialect, path, reply: answer }) => {
  const samples = listRequests(dialect).filter(
    ({ name }) => dialect !== 'openai-responses' || !KEPT.has(name),
  );

  it.each(samples)('passes as it came: $name', async ({ body, text }) => {
    reply = answer;
    sent = [];
    const isStream = body['stream'] === true;
    const plain = bodyText(dialect, text);
    const asked = plain.replace(`"${SAMPLE_MODEL}"`, `"of-${dialect}/m"`);

    const answered = await post(harness, path(`of-${dialect}/m`, isStream), asked);

    if (!isStream) expect(answered.status, answered.text).toBe(200);
    expect(sent).toEqual([plain.replace(`"${SAMPLE_MODEL}"`, '"m"')]);
  });
});
