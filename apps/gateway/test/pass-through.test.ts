import {
  bytes,
  chatResponse,
  completionResponse,
  createHarness,
  dataEvents,
  embeddingsResponse,
  eventStream,
  frameRecording,
  type Harness,
  json,
  listRecordings,
  namedEvents,
  type Reply,
  responsesEvents,
  responsesResponse,
  slowDrip,
  streamingChunks,
} from '@tollgate/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { post } from './support/chat-face.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness(createApp, {
    settings: ({ openai }) => ({
      config: {
        models: { fast: 'openai/gpt-4o-mini' },
        providers: {
          plain: {
            dialect: 'openai-chat',
            baseUrl: openai.baseUrl,
            apiKey: openai.apiKey,
            quirks: { noStreamOptions: true },
          },
        },
      },
    }),
  });
});
afterAll(() => harness[Symbol.asyncDispose]());

const CHAT = '/v1/chat/completions';

/** What no round trip through a parser survives: spaces, order, big numbers, escapes, doubles. */
const chatBody = (model: string): string => `{
  "zeta" : 1.0,   "tomorrow":{"deep":[1e2,{"z":1,"a":18446744073709551615}]},
\t"messages":[ {"content":"\\u00e9\\/ 👋🏽","role":"user","future_mark":{"x":null},"name" :"n"} ],
  "big": 9007199254740993, "model" : ${JSON.stringify(model)},
  "tools":[{"type":"function","function":{"name":"f","parameters":{"__proto__":{"a":1},"type":"object","$new":true},"later":0.10}}],
  "constructor":"c", "temperature":0.70, "repeated":1, "repeated":2
}
`;

describe('a request', () => {
  it.each([
    ['a bare name', 'gpt-4o', 'gpt-4o'],
    ['provider/model', 'openai/gpt-4o', 'gpt-4o'],
    ['an alias', 'fast', 'gpt-4o-mini'],
    ['a model with slashes', 'openai/ft:gpt/x/1', 'ft:gpt/x/1'],
  ])('by %s arrives character by character, but for its model', async (_name, asked, served) => {
    harness.openai.mockChatCompletionSuccess();

    const reply = await post(harness, CHAT, chatBody(asked));

    expect(reply.status, reply.text).toBe(200);
    expect(harness.openai.lastRequest().text).toBe(chatBody(served));
  });

  it('to stream gains the wish for usage, and nothing else', async () => {
    harness.openai.mockChatCompletionStream(streamingChunks('Hello'));
    const body =
      '{ "stream":true, "model":"gpt-4o",\n"messages":[{"role":"user","content":"Hi"}] }';

    await post(harness, CHAT, body);

    expect(harness.openai.lastRequest().text).toBe(
      '{ "stream":true, "model":"gpt-4o",\n"messages":[{"role":"user","content":"Hi"}],"stream_options":{"include_usage":true} }',
    );
  });

  it('to stream keeps its other stream options', async () => {
    harness.openai.mockChatCompletionStream(streamingChunks('Hello'));
    const options = (inside: string): string =>
      `{"stream_options":${inside},"stream":true,"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}]}`;

    await post(harness, CHAT, options('{"include_obfuscation":false}'));

    expect(harness.openai.lastRequest().text).toBe(
      options('{"include_obfuscation":false,"include_usage":true}'),
    );
  });

  it('to stream from a provider that refuses stream options stays as it is', async () => {
    harness.openai.mockChatCompletionStream(streamingChunks('Hello'));
    const body = '{"stream":true,"model":"plain/m","messages":[{"role":"user","content":"Hi"}]}';

    await post(harness, CHAT, body);

    expect(harness.openai.lastRequest().text).toBe(body.replace('plain/m', 'm'));
  });

  it('arrives so whatever fields are invented tomorrow', async () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    const names = fc.string({ maxLength: 12 }).filter((name) => !KNOWN.has(name));
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(names, value, { maxKeys: 5 }),
        fc.constantFrom('', ' ', '\t'),
        async (invented, indent) => {
          harness.openai.mockChatCompletionSuccess().unchecked();
          const body = { ...invented, model: 'gpt-4o', messages: [{ role: 'user', ...invented }] };
          const text = JSON.stringify(body, undefined, indent);

          const reply = await post(harness, CHAT, text);

          expect(reply.status, reply.text).toBe(200);
          expect(harness.openai.lastRequest().text).toBe(text);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    [
      '/v1/completions',
      '{ "prompt":"Once",  "model":"MODEL", "future":{"a":1.0} }',
      (reply: Reply) => harness.openai.mockCompletion(reply),
      completionResponse('upon'),
    ],
    [
      '/v1/embeddings',
      '{ "input":["a","b"],  "model":"MODEL", "future":12345678901234567890 }',
      (reply: Reply) => harness.openai.mockEmbeddings(reply),
      embeddingsResponse([[1], [2]]),
    ],
    [
      '/v1/responses',
      '{ "input":[{"role":"user","content":"Hi","later":[ ]}],  "model":"MODEL", "future":1e3 }',
      (reply: Reply) => harness.openai.mockResponse(reply),
      responsesResponse('Hello', { input: 3, output: 2 }),
    ],
  ])('and its reply pass %s unharmed', async (path, body, mock, response) => {
    const sent = `  ${JSON.stringify({ ...response, invented: { later: true } }, undefined, 3)}\n\n`;
    mock(bytes(sent, { headers: { 'content-type': 'application/json' } }));

    const reply = await post(harness, path, body.replace('MODEL', 'openai/gpt-4o'));

    expect(reply.text).toBe(sent);
    expect(harness.openai.lastRequest().text).toBe(body.replace('MODEL', 'gpt-4o'));
    const usage = await harness.settled(reply.headers.get('x-tollgate-call') ?? '');
    expect(usage).toMatchObject({ status: 'ok', provenance: 'provider' });
  });
});

const KNOWN = new Set([
  'model',
  'messages',
  'role',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
]);

describe('a reply', () => {
  it('comes back byte by byte, with what no parser keeps', async () => {
    const sent = `\n{"usage":{"prompt_tokens":3,"completion_tokens":2,"later":1.0},"id":"x",
      "choices" :[{"message":{"content":"\\u00e9","big":12345678901234567890},"future":[]}],"__proto__":{}}  `;
    harness.openai.mockChatCompletion(
      bytes(sent, { headers: { 'content-type': 'application/json; charset=utf-8' } }),
    );

    const reply = await post(harness, CHAT, chatBody('gpt-4o'));

    expect(reply.text).toBe(sent);
    expect(reply.headers.get('content-type')).toBe('application/json');
  });

  it('is not what the provider says of itself: no header of its is handed on', async () => {
    const headers = { 'set-cookie': 'a=b', 'openai-organization': 'acme', server: 'secret-proxy' };
    harness.openai.mockChatCompletion(json(chatResponse('Hello'), { headers }));

    const reply = await post(harness, CHAT, chatBody('gpt-4o'));

    for (const name of Object.keys(headers)) expect(reply.headers.get(name)).toBeNull();
  });
});

const stream = (includeUsage: boolean): string =>
  JSON.stringify({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'Hi' }],
    stream: true,
    ...(includeUsage ? { stream_options: { include_usage: true } } : {}),
  });

const [role, word, finish, usage] = streamingChunks('Hello').map(
  (chunk) => `data:  ${JSON.stringify({ ...chunk, invented: { at: 1 } })}\n\n`,
);

/** Comments, ids, names, unknown events and every framing that the standard allows. */
const ODD_STREAM = [
  ': the provider says hello\n\n',
  role,
  'event: tomorrow.event\nid: 7\nretry: 10\ndata: {"model":"gpt-4","unheard":[1.0]}\n\n',
  ':\n\n',
  word?.replaceAll('\n', '\r\n'),
  'data: {"choices":[],\ndata:  "multi":"line"}\n\n',
  finish?.replaceAll('\n', '\r'),
] as const;

describe('a stream', () => {
  it.each([
    ['at once', (reply: Reply) => reply],
    ['byte by byte', (reply: Reply) => slowDrip(1, 0, reply)],
    ['in odd pieces', (reply: Reply) => slowDrip(37, 0, reply)],
  ])('comes back as its bytes, sent %s', async (_name, as) => {
    const sent = [...ODD_STREAM, usage, 'data: [DONE]\n\n'].join('');
    harness.openai.mockChatCompletion(as(eventStream([sent]))).times(2);

    const asked = await post(harness, CHAT, stream(true));
    const unasked = await post(harness, CHAT, stream(false));

    expect(asked.text).toBe(sent);
    expect(unasked.text).toBe([...ODD_STREAM, 'data: [DONE]\n\n'].join(''));
    for (const reply of [asked, unasked]) {
      const booked = await harness.settled(reply.headers.get('x-tollgate-call') ?? '');
      expect(booked).toMatchObject({ inputTokens: 50, outputTokens: 2, provenance: 'provider' });
    }
  });

  it('keeps usage that stands beside a choice, asked for or not', async () => {
    const [first, second, end] = streamingChunks('Hello');
    const counts = { usage: { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 } };
    const sent = dataEvents([first, second, { ...end, ...counts }]).join('');
    harness.openai.mockChatCompletion(eventStream([sent]));

    const reply = await post(harness, CHAT, stream(false));

    expect(reply.text).toBe(sent);
    const booked = await harness.settled(reply.headers.get('x-tollgate-call') ?? '');
    expect(booked).toMatchObject({ inputTokens: 5, outputTokens: 1 });
  });

  it('of the Responses API comes back as its bytes, events of tomorrow included', async () => {
    const [created, ...rest] = responsesEvents('Hello there', { input: 12, output: 7 });
    const tomorrow = { type: 'response.telepathy.delta', thought: 1.5 };
    const sent = namedEvents([created ?? tomorrow, tomorrow, ...rest]).join('');
    harness.openai.mockResponse(eventStream([sent]));

    const reply = await post(
      harness,
      '/v1/responses',
      '{"model":"gpt-4o","input":"Hi","stream":true}',
    );

    expect(reply.text).toBe(sent);
    expect(harness.openai.lastRequest().text).toBe('{"model":"gpt-4o","input":"Hi","stream":true}');
    const booked = await harness.settled(reply.headers.get('x-tollgate-call') ?? '');
    expect(booked).toMatchObject({ inputTokens: 12, outputTokens: 7, status: 'ok' });
  });
});

const RECORDED = listRecordings().filter(({ family }) => family === 'openai-chat');

describe('what a real provider sent', () => {
  it.each(
    RECORDED.filter(({ payloads }) => payloads !== undefined).map((one) => [
      `${one.provider}/${one.name}`,
      frameRecording(one),
    ]),
  )('passes unharmed as a stream: %s', async (_name, sent) => {
    harness.openai.mockChatCompletion(eventStream([sent]));

    const reply = await post(harness, CHAT, stream(true));

    expect(reply.text).toBe(sent);
    const booked = await harness.settled(reply.headers.get('x-tollgate-call') ?? '');
    expect(booked.status).toBe('ok');
  });

  it.each(
    RECORDED.filter(({ body }) => body !== undefined).map((one) => [
      `${one.provider}/${one.name}`,
      JSON.stringify(one.body, undefined, 2),
    ]),
  )('passes unharmed as a whole: %s', async (_name, sent) => {
    harness.openai.mockChatCompletion(
      bytes(sent, { headers: { 'content-type': 'application/json' } }),
    );

    const reply = await post(harness, CHAT, chatBody('gpt-4o'));

    expect(reply.text).toBe(sent);
  });
});
