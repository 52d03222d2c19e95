import { chatResponse, createHarness, type Harness, openSocket } from '@tollgate/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import {
  type Body,
  CHAT_FACES,
  type ChatFace,
  NATIVE_FACE,
  OPENAI_FACE,
  post,
  TRPC_FACE,
} from './support/chat-face.ts';

const MODEL = 'openai/gpt-4';
const BODY_LIMIT = 16_384;

const start = (): Promise<Harness> =>
  createHarness(createApp, { settings: { config: { limits: { bodyBytes: BODY_LIMIT } } } });

interface Refusal {
  readonly status: number;
  /** What the sentence must say: the JSON path, and what to do. */
  readonly says: RegExp;
}

/** A request that is refused: nothing reaches a provider, nothing is billed, and the next one is served. */
async function expectRefused(
  harness: Harness,
  face: ChatFace,
  send: () => Promise<{ readonly status: number; readonly json: unknown }>,
  { status, says }: Refusal,
): Promise<void> {
  const sentBefore = harness.openai.receivedRequests().length;
  const bookedBefore = (await harness.usage()).length;

  const refused = await send();

  expect(refused.status, JSON.stringify(refused.json)).toBe(status);
  expect(face.messageOf(refused.json)).toMatch(says);
  expect(harness.openai.receivedRequests()).toHaveLength(sentBefore);
  expect(harness.anthropic.receivedRequests()).toEqual([]);
  harness.openai.mockChatCompletionSuccess(chatResponse('Hello'));
  const good = await post(harness, face.path, face.request(MODEL));
  expect(good.status, good.text).toBe(200);
  const booked = await harness.usage();
  expect(booked).toHaveLength(bookedBefore + 1);
  expect(booked.at(-1)?.callId).toBe(good.headers.get('x-tollgate-call'));
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
}

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

/** What every face reads alike: bytes, syntax, depth, size, names. */
type Row = readonly [
  name: string,
  refusal: Refusal,
  body: (face: ChatFace) => string | Uint8Array<ArrayBuffer> | Body,
  headers?: Record<string, string>,
];

const good = (face: ChatFace): Body => face.request(MODEL);
const text = (face: ChatFace): string => JSON.stringify(good(face));

const ROWS: readonly Row[] = [
  ['broken JSON', { status: 400, says: /line 2, column 1/ }, () => '{"model":"openai/gpt-4",\n}'],
  ['JSON that stops', { status: 400, says: /found the end/ }, () => '{"model":"openai/gpt-4"'],
  ['an empty body', { status: 400, says: /empty/ }, () => ''],
  ['white space alone', { status: 400, says: /empty/ }, () => ' \n\t'],
  ['a list', { status: 400, says: /must be a JSON object/ }, () => '[]'],
  ['a bare number', { status: 400, says: /must be a JSON object/ }, () => '1'],
  ['null', { status: 400, says: /must be a JSON object/ }, () => 'null'],
  [
    'invalid UTF-8',
    { status: 400, says: /UTF-8/ },
    (face) => Uint8Array.from([...Buffer.from(text(face).slice(0, -1)), 0xff, 0x7d]),
  ],
  [
    'UTF-16',
    { status: 400, says: /./ },
    (face) => Uint8Array.from(Buffer.from(text(face), 'utf16le')),
  ],
  [
    'lists 129 deep',
    { status: 400, says: /deeper than 128 levels at line 1, column \d+/ },
    (face) => `${text(face).slice(0, -1)},"metadata":${nested(128)}}`,
  ],
  ['nesting alone', { status: 400, says: /deeper/ }, () => nested(8_000)],
  [
    'a body over the limit',
    { status: 413, says: new RegExp(String(BODY_LIMIT)) },
    (face) => face.request(MODEL, 'x'.repeat(BODY_LIMIT)),
  ],
  ['no model', { status: 400, says: /model/ }, (face) => ({ ...good(face), model: undefined })],
  ['an empty model', { status: 400, says: /model/ }, (face) => face.request('')],
  [
    'a model that is a number',
    { status: 400, says: /model.*number/ },
    (face) => ({ ...good(face), model: 7 }),
  ],
  [
    'a model that is a list',
    { status: 400, says: /model/ },
    (face) => ({ ...good(face), model: [MODEL] }),
  ],
  [
    'an unknown model',
    { status: 404, says: /"opnai\/gpt-4o" does not exist.*"openai\/gpt-4o"/ },
    (face) => face.request('opnai/gpt-4o'),
  ],
  [
    'a model named __proto__',
    { status: 404, says: /__proto__/ },
    (face) => face.request('__proto__'),
  ],
  [
    'a provider named constructor',
    { status: 404, says: /constructor/ },
    (face) => face.request('constructor/name'),
  ],
  ['plain text', { status: 415, says: /content-type/ }, text, { 'content-type': 'text/plain' }],
  [
    'a form',
    { status: 415, says: /application\/json/ },
    () => 'model=openai%2Fgpt-4',
    { 'content-type': 'application/x-www-form-urlencoded' },
  ],
  [
    'a multipart form',
    { status: 415, says: /application\/json/ },
    () => '--x--\r\n',
    { 'content-type': 'multipart/form-data; boundary=x' },
  ],
  ['a compressed body', { status: 415, says: /encoding/ }, text, { 'content-encoding': 'gzip' }],
  ['a wrong key', { status: 401, says: /./ }, text, { authorization: 'Bearer tg_wrong' }],
  ['an empty key', { status: 401, says: /./ }, text, { authorization: 'Bearer ' }],
  [
    'another scheme',
    { status: 401, says: /"Bearer <key>"/ },
    text,
    { authorization: 'Basic dXNlcjpwYXNz' },
  ],
];

describe.each(CHAT_FACES)('the $name face', (face) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await start();
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  it.each(
    ROWS.map(([name, refusal, body, headers = {}]) => [name, { refusal, body, headers }] as const),
  )('refuses %s', async (_name, { refusal, body, headers }) => {
    const send = () => post(harness, face.path, body(face), { headers });

    await expectRefused(harness, face, send, refusal);
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('refuses %s and names the methods it has', async (method) => {
    const send = () => post(harness, face.path, good(face), { method });

    await expectRefused(harness, face, send, { status: 405, says: /POST/ });
    expect((await send()).headers.get('allow')).toMatch(/\bPOST\b/);
  });

  it('refuses GET and names the methods it has', async () => {
    const send = () => post(harness, face.path, '', { method: 'GET' });

    await expectRefused(harness, face, send, { status: 405, says: /POST/ });
    expect((await send()).headers.get('allow')).toBe('POST');
  });

  it('refuses who shows no key, and says where one goes', async () => {
    const send = async () => {
      const response = await harness.request().post(face.path).send(good(face));
      return { status: response.status, json: response.body };
    };

    await expectRefused(harness, face, send, { status: 401, says: /Authorization: Bearer/ });
  });

  it('refuses a body that grows over the limit, and does not read it to its end', async () => {
    await using socket = await openSocket(harness.url);
    const block = 'x'.repeat(8_192);
    const frame = `${block.length.toString(16)}\r\n${block}\r\n`;
    const send = async () => {
      await socket.send(head(harness, face, ['transfer-encoding: chunked']));
      await socket.send(frame + frame + frame);
      return responseIn(await socket.readToEnd());
    };

    await expectRefused(harness, face, send, { status: 413, says: /larger than 16384 bytes/ });
  });

  it('refuses a body that is announced as too long before it comes', async () => {
    await using socket = await openSocket(harness.url);
    const send = async () => {
      await socket.send(head(harness, face, ['content-length: 99999999999']));
      return responseIn(await socket.readToEnd());
    };

    await expectRefused(harness, face, send, { status: 413, says: /larger/ });
  });

  it('refuses two different keys in headers of one name', async () => {
    await using socket = await openSocket(harness.url);
    const body = text(face);
    const send = async () => {
      const headers = ['authorization: Bearer tg_other', `content-length: ${body.length}`];
      await socket.send(`${head(harness, face, [...headers, 'connection: close'])}${body}`);
      return responseIn(await socket.readToEnd());
    };

    await expectRefused(harness, face, send, { status: 400, says: /authorization.*twice/ });
  });

  it.each([
    ['huge', [`x-filler: ${'x'.repeat(20_000)}`]],
    ['many', Array.from({ length: 120 }, (_, index) => `x-filler-${index}: 1`)],
  ])('refuses %s headers with 431', async (_name, headers) => {
    const bookedBefore = (await harness.usage()).length;
    await using socket = await openSocket(harness.url);

    await socket.send(head(harness, face, [...headers, 'content-length: 0', 'connection: close']));
    const { status, json } = responseIn(await socket.readToEnd());

    expect(status).toBe(431);
    expect(json).toMatchObject({ error: { type: 'invalid_request_error' } });
    expect(await harness.usage()).toHaveLength(bookedBefore);
  });

  it.each([
    ['two lengths', 'content-length: 2\r\ncontent-length: 3'],
    ['a length and chunks', 'content-length: 2\r\ntransfer-encoding: chunked'],
    ['a line break in a header', 'x-a: 1\r\n folded: 2'],
    ['a negative length', 'content-length: -1'],
  ])('refuses %s, by which requests are smuggled', async (_name, headers) => {
    const sentBefore = harness.openai.receivedRequests().length;
    await using socket = await openSocket(harness.url);

    await socket.send(`${head(harness, face, [headers])}{}`);
    const { status } = responseIn(await socket.readToEnd());

    expect(status).toBe(400);
    expect(harness.openai.receivedRequests()).toHaveLength(sentBefore);
  });
});

function head(harness: Harness, face: ChatFace, headers: readonly string[]): string {
  return [
    `POST ${face.path} HTTP/1.1`,
    'host: tollgate',
    'content-type: application/json',
    `authorization: Bearer ${harness.keys.member}`,
    ...headers,
    '\r\n',
  ].join('\r\n');
}

function responseIn(text: string): { readonly status: number; readonly json: unknown } {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), json: JSON.parse(body) };
}

/** What only one face knows to be wrong: it names the path in its own words. */
type FaceRow = readonly [name: string, face: ChatFace, body: Body | string, says: RegExp];

const toolResult = { role: 'tool', tool_call_id: 'call_none', content: '22' };
const ask = { role: 'user', content: 'Hello' };

const FACE_ROWS: readonly FaceRow[] = [
  // What passes through is the provider's to judge, but for these.
  [
    'a stream flag that is a text',
    OPENAI_FACE,
    { ...good(OPENAI_FACE), stream: 'yes' },
    /^stream: /,
  ],
  ['a negative limit', OPENAI_FACE, { ...good(OPENAI_FACE), max_tokens: -1 }, /^max_tokens: /],
  [
    'an infinite limit',
    OPENAI_FACE,
    `{"model":"${MODEL}","messages":[],"max_completion_tokens":1e999}`,
    /^max_completion_tokens: /,
  ],
  ['half a token', OPENAI_FACE, { ...good(OPENAI_FACE), max_tokens: 1.5 }, /^max_tokens: /],
  // What has to be translated is read as a whole.
  [
    'messages that are a text',
    OPENAI_FACE,
    { model: 'anthropic/c', messages: 'hi' },
    /^messages: /,
  ],
  ['no messages', OPENAI_FACE, { model: 'anthropic/c' }, /^messages: is required/],
  ['an empty conversation', OPENAI_FACE, { model: 'anthropic/c', messages: [] }, /^messages: /],
  [
    'a role that nobody has',
    OPENAI_FACE,
    { model: 'anthropic/c', messages: [ask, { role: 'robot', content: '' }] },
    /^messages\[1\]\.role: /,
  ],
  [
    'a part without its text',
    OPENAI_FACE,
    { model: 'anthropic/c', messages: [{ role: 'user', content: [{ type: 'text' }] }] },
    /^messages\[0\]\.content\[0\]\.text: /,
  ],
  [
    'an absurd temperature',
    OPENAI_FACE,
    { ...OPENAI_FACE.request('anthropic/c'), temperature: 99 },
    /^temperature: /,
  ],
  [
    'a tool result without its call',
    OPENAI_FACE,
    { model: 'anthropic/c', messages: [ask, toolResult] },
    /^messages\[1\]\.tool_call_id: /,
  ],
  [
    'a tool with a name that no model takes',
    OPENAI_FACE,
    {
      ...OPENAI_FACE.request('anthropic/c'),
      tools: [{ type: 'function', function: { name: 'a b' } }],
    },
    /^tools\[0\]\.function\.name: /,
  ],

  [
    'an unknown field',
    NATIVE_FACE,
    { ...good(NATIVE_FACE), temprature: 1 },
    /^temprature: unknown field; did you mean "temperature"/,
  ],
  [
    'a field named __proto__',
    NATIVE_FACE,
    `{"__proto__":{"polluted":1},"model":"${MODEL}","messages":[]}`,
    /^__proto__: unknown field/,
  ],
  [
    'a field named constructor',
    NATIVE_FACE,
    { ...good(NATIVE_FACE), constructor: {} },
    /^constructor: unknown field/,
  ],
  ['messages that are a text', NATIVE_FACE, { model: MODEL, messages: 'hi' }, /^messages: /],
  [
    'a role that nobody has',
    NATIVE_FACE,
    { model: MODEL, messages: [{ role: 'robot', content: '' }] },
    /^messages\[0\]\.role: /,
  ],
  ['a negative limit', NATIVE_FACE, { ...good(NATIVE_FACE), max_tokens: -1 }, /^max_tokens: /],
  [
    'a limit beyond 32 bits',
    NATIVE_FACE,
    { ...good(NATIVE_FACE), max_tokens: 2 ** 32 },
    /^max_tokens: /,
  ],
  [
    'a negative temperature',
    NATIVE_FACE,
    { ...good(NATIVE_FACE), temperature: -0.1 },
    /^temperature: /,
  ],
  [
    'an infinite temperature',
    NATIVE_FACE,
    `{"model":"${MODEL}","messages":[{"role":"user","content":""}],"temperature":1e999}`,
    /^temperature: /,
  ],
  [
    'a tool result without its call',
    NATIVE_FACE,
    { model: MODEL, messages: [ask, toolResult] },
    /^messages\[1\]\.tool_call_id: /,
  ],
  ['a stream flag that is a number', NATIVE_FACE, { ...good(NATIVE_FACE), stream: 1 }, /^stream: /],

  [
    'an unknown field',
    TRPC_FACE,
    { ...good(TRPC_FACE), temprature: 1 },
    /^temprature: unknown field; did you mean "temperature"/,
  ],
  [
    'a field named __proto__',
    TRPC_FACE,
    `{"__proto__":{"polluted":1},"model":"${MODEL}","messages":[]}`,
    /^__proto__: unknown field/,
  ],
  [
    'a content that is a text',
    TRPC_FACE,
    { model: MODEL, messages: [ask] },
    /^messages\[0\]\.content: .*array/,
  ],
  [
    'a part of no known kind',
    TRPC_FACE,
    { model: MODEL, messages: [{ role: 'user', content: [{ type: 'hologram' }] }] },
    /^messages\[0\]\.content\[0\]\.type: /,
  ],
  [
    'a negative limit',
    TRPC_FACE,
    { ...good(TRPC_FACE), maxOutputTokens: -1 },
    /^maxOutputTokens: /,
  ],
  ['an absurd number of choices', TRPC_FACE, { ...good(TRPC_FACE), n: 1e9 }, /^n: /],
  [
    'a tool result without its call',
    TRPC_FACE,
    {
      model: MODEL,
      messages: [
        { role: 'tool', content: [{ type: 'tool-result', callId: 'call_none', content: [] }] },
      ],
    },
    /^messages\[0\]\.content\[0\]\.callId: /,
  ],
];

describe('a body that its face knows to be wrong', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await start();
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  it.each(
    FACE_ROWS.map(([name, face, body, says]) => [face.name, name, { face, body, says }] as const),
  )('is refused by the %s face: %s', async (_face, _name, { face, body, says }) => {
    const send = () => post(harness, face.path, body);

    await expectRefused(harness, face, send, { status: 400, says });
  });

  it('is the provider’s to refuse where it passes, and its 400 comes back as 400', async () => {
    harness.openai.mockChatCompletionBadRequest('Invalid role.', 'messages[0].role');

    const refused = await post(harness, OPENAI_FACE.path, {
      model: MODEL,
      messages: [{ role: 'robot' }],
    });

    expect(refused.status).toBe(400);
    expect(refused.json).toMatchObject({
      error: { type: 'invalid_request_error', param: 'messages[0].role' },
    });
    const [booked] = await harness.usage().then((all) => all.slice(-1));
    expect(booked).toMatchObject({ status: 'failed', inputTokens: 0, outputTokens: 0 });
  });

  it('with its model named twice goes on as the one that was checked', async () => {
    const twice = '{"model":"gpt-5-pro","m\\u006fdel":"gpt-4o","messages":[]}';
    harness.openai.mockChatCompletionSuccess(chatResponse('Hello')).unchecked();

    const served = await post(harness, OPENAI_FACE.path, twice);

    expect(served.headers.get('x-tollgate-model')).toBe('openai/gpt-4o');
    expect(harness.openai.lastRequest().text).toBe(
      '{"model":"gpt-4o","m\\u006fdel":"gpt-4o","messages":[]}',
    );
  });
});
