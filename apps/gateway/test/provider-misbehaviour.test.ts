import {
  anthropicError,
  brokenJson,
  bytes,
  chatResponse,
  chatStream,
  createHarness,
  cutAfter,
  dataEvents,
  type Expectation,
  emptyBody,
  eventStream,
  type Harness,
  html,
  hugeLine,
  informational,
  json,
  messageEvents,
  messageResponse,
  namedEvents,
  neverAnswer,
  openAiError,
  parseSse,
  type Reply,
  reset,
  silentBody,
  streamingChunks,
  VirtualClock,
  wrongContentType,
} from '@tollgate/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import {
  ANTHROPIC_FACE,
  type ChatFace,
  NATIVE_FACE,
  OPENAI_FACE,
  type Posted,
  post,
} from './support/chat-face.ts';

/** A provider, and what its good and bad replies look like. */
interface Provider {
  readonly name: 'openai' | 'anthropic';
  readonly model: string;
  readonly whole: Reply;
  readonly stream: Reply;
  /** A 200 whose stream turns into an error after some text. */
  readonly failingStream: Reply;
  /** The body of a refusal that quotes the key and the address it was sent to. */
  refusal(harness: Harness): object;
  mock(harness: Harness, reply: Reply): Expectation;
}

const chunks = streamingChunks('one two three four');
const events = messageEvents(messageResponse('one two three four'));

const telltale = (key: string, address: string): string =>
  `The key ${key} is not known at http://${address}/v1 (${address}).`;

const OPENAI: Provider = {
  name: 'openai',
  model: 'openai/gpt-4',
  whole: json(chatResponse('one two')),
  stream: chatStream(chunks),
  failingStream: eventStream([
    ...dataEvents(chunks.slice(0, 3), false),
    ...dataEvents([openAiError('The server had an error', { type: 'server_error' })], false),
  ]),
  refusal: ({ openai }) =>
    openAiError(telltale(openai.apiKey, openai.address), { type: 'invalid_request_error' }),
  mock: (harness, reply) => harness.openai.mockChatCompletion(reply),
};

const ANTHROPIC: Provider = {
  name: 'anthropic',
  model: 'anthropic/claude-sonnet-4-5',
  whole: json(messageResponse('one two')),
  stream: eventStream(namedEvents(events)),
  failingStream: eventStream([
    ...namedEvents(events.slice(0, 5)),
    ...namedEvents([{ ...anthropicError('overloaded_error', 'Overloaded'), type: 'error' }]),
  ]),
  refusal: ({ anthropic }) =>
    anthropicError('invalid_request_error', telltale(anthropic.apiKey, anthropic.address)),
  mock: (harness, reply) => harness.anthropic.mockMessage(reply),
};

const WAYS = [
  [OPENAI_FACE, OPENAI],
  [OPENAI_FACE, ANTHROPIC],
  [ANTHROPIC_FACE, OPENAI],
  [ANTHROPIC_FACE, ANTHROPIC],
  [NATIVE_FACE, OPENAI],
  [NATIVE_FACE, ANTHROPIC],
] as const;
const TITLED_WAYS = WAYS.map(
  ([face, provider]) => [face.name, provider.name, { face, provider }] as const,
);

type Fault = readonly [name: string, reply: (provider: Provider) => Reply];

const SSE = 'text/event-stream';
const endless = (size: number): Reply => wrongContentType(hugeLine(size), 'application/json');

/** What isn't a reply, where a whole one was asked for. */
const WHOLE_FAULTS: readonly Fault[] = [
  ['a page of HTML with 200', () => html(200)],
  ['a page of HTML with 502', () => html(502)],
  ['an empty body', () => emptyBody()],
  ['204', () => bytes('', { status: 204 })],
  ['an empty 500', () => emptyBody(500)],
  ['broken JSON', () => brokenJson()],
  ['broken JSON with 500', () => brokenJson(500)],
  ['null', () => json(null)],
  ['a number', () => json(7)],
  ['an empty object', () => json({})],
  ['an empty list', () => json([])],
  ['another dialect', ({ name }) => (name === 'openai' ? ANTHROPIC.whole : OPENAI.whole)],
  ['bytes that are not UTF-8', () => bytes(Uint8Array.from([0x7b, 0xff, 0x7d]))],
  ['an error inside a 200', () => json(openAiError('Boom', { type: 'server_error' }))],
  ['a reply that is cut', ({ whole }) => cutAfter(20, whole)],
  ['a connection that is reset', () => reset()],
  ['a wrong content type', ({ whole }) => wrongContentType(whole, 'text/html')],
  ['a stream that nobody asked for', ({ stream }) => stream],
  ['a redirect', () => bytes('', { status: 307, headers: { location: 'http://127.0.0.1:9/' } })],
  ['100 MB of one line', () => endless(100_000_000)],
];

const STREAM_FAULTS: readonly Fault[] = [
  ['a page of HTML with 200', () => html(200)],
  ['a page of HTML with 503', () => html(503)],
  ['a page of HTML as a stream', () => wrongContentType(html(200), SSE)],
  ['an empty stream', () => emptyBody(200, SSE)],
  ['an empty body', () => emptyBody()],
  ['[DONE] alone', () => eventStream(['data: [DONE]\n\n'])],
  ['events that are not JSON', () => eventStream(['data: {"choices":\n\n', 'data: oops\n\n'])],
  ['events that are JSON and no events', () => eventStream(['data: 7\n\n', 'data: null\n\n'])],
  ['another dialect', ({ name }) => (name === 'openai' ? ANTHROPIC.stream : OPENAI.stream)],
  ['a stream that is cut in an event', ({ stream }) => cutAfter(400, stream)],
  ['a connection that is reset', () => reset()],
  ['a wrong content type', ({ stream }) => wrongContentType(stream)],
  ['a whole reply that nobody asked for', ({ whole }) => whole],
  ['an error inside the stream', ({ failingStream }) => failingStream],
  [
    'a stream that ends politely in its middle',
    ({ name }) =>
      name === 'openai'
        ? eventStream(dataEvents(chunks.slice(0, 3), false))
        : eventStream(namedEvents(events.slice(0, 5))),
  ],
  ['100 MB of one line', () => hugeLine(100_000_000)],
];

const ask = (harness: Harness, { face, provider }: Way, stream: boolean): Promise<Posted> =>
  post(harness, face.path, { ...face.request(provider.model), ...(stream ? { stream } : {}) });

interface Way {
  readonly face: ChatFace;
  readonly provider: Provider;
}

/** A failure that can't be taken for an answer, in the words of the client's dialect. */
function expectFailure({ status, headers, text, json: body }: Posted, face: ChatFace): string {
  if (status !== 200) {
    expect(status, text).toBeGreaterThanOrEqual(502);
    expect(headers.get('content-type')).toBe('application/json');
    return face.messageOf(body);
  }
  expect(headers.get('content-type')).toBe(SSE);
  const sent = parseSse(text);
  expect(sent.flatMap(({ event, data }) => [event, data])).not.toContain(face.end);
  return face.messageOf(JSON.parse(sent.at(-1)?.data ?? ''));
}

/** Booked once, as failed; neither the client nor the log learns an address or a key. */
async function expectBookedOnce(harness: Harness, { face, provider }: Way, reply: Posted) {
  const callId = reply.headers.get('x-tollgate-call') ?? '';
  await harness.settled(callId);
  const booked = (await harness.usage()).filter((usage) => usage.callId === callId);
  expect(booked).toMatchObject([{ face: face.name, provider: provider.name, status: 'failed' }]);
  expect(booked[0]?.errorKind).toMatch(/^provider_/);
  harness.expectNoSecretsIn(`${reply.text}\n${JSON.stringify([...reply.headers])}`);
  expectQuietLog(harness);
}

function expectQuietLog(harness: Harness): void {
  const log = JSON.stringify(harness.logs);
  expect(log).not.toContain(harness.openai.address);
  expect(log).not.toContain(harness.anthropic.address);
  harness.expectNoSecretsInLogs();
}

describe.each(TITLED_WAYS)('through the %s face, %s', (_face, _provider, way) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness(createApp);
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  it.each(WHOLE_FAULTS)('that sends %s is 502', async (_name, reply) => {
    way.provider.mock(harness, reply(way.provider));

    const answer = await ask(harness, way, false);

    expect(answer.status, answer.text).toBe(502);
    expect(expectFailure(answer, way.face)).toContain(`"${way.provider.name}"`);
    await expectBookedOnce(harness, way, answer);
  });

  it.each(STREAM_FAULTS)('asked for a stream, that sends %s is an error', async (_name, reply) => {
    way.provider.mock(harness, reply(way.provider));

    const answer = await ask(harness, way, true);

    expect(expectFailure(answer, way.face)).toContain(`"${way.provider.name}"`);
    await expectBookedOnce(harness, way, answer);
  });

  it.each([401, 402, 403])('that answers %i is 502, and the log says whose key', async (status) => {
    way.provider.mock(harness, json(way.provider.refusal(harness), { status }));

    const answer = await ask(harness, way, false);

    expect(answer.status).toBe(502);
    await expectBookedOnce(harness, way, answer);
    const callId = answer.headers.get('x-tollgate-call');
    const errors = harness.logs.filter(
      (line) => line['callId'] === callId && line['level'] === 'error',
    );
    expect(errors).toMatchObject([{ provider: way.provider.name, status }]);
    expect(JSON.stringify(errors)).toContain(`providers.${way.provider.name}`);
  });

  it.each([
    [400, 400],
    [404, 404],
    [413, 413],
    [422, 422],
    [429, 429],
    [500, 502],
    [503, 'overloaded'],
    [529, 'overloaded'],
  ] as const)('that answers %i is %s, without its key and address', async (status, told) => {
    const seen = told === 'overloaded' ? way.face.overloaded : told;
    const headers = { 'retry-after': '7' };
    way.provider.mock(harness, json(way.provider.refusal(harness), { status, headers }));

    const answer = await ask(harness, way, true);

    expect(answer.status, answer.text).toBe(seen);
    way.face.messageOf(answer.json);
    if (told === 429 || told === 'overloaded') expect(answer.headers.get('retry-after')).toBe('7');
    await expectBookedOnce(harness, way, answer);
  });

  it.each([true, false])(
    'that quotes its key in an error inside a 200 is not repeated: streamed %s',
    async (stream) => {
      const refusal = { type: 'error', ...way.provider.refusal(harness) };
      way.provider.mock(harness, stream ? eventStream(namedEvents([refusal])) : json(refusal));

      const answer = await ask(harness, way, stream);

      expect(answer.text).toContain('is not known at');
      await expectBookedOnce(harness, way, answer);
    },
  );

  it.each([102, 103] as const)(
    'that says %i first is answered as if it had not',
    async (status) => {
      way.provider.mock(harness, informational(status, way.provider.whole));

      const answer = await ask(harness, way, false);

      expect(answer.status).toBe(200);
      expect(answer.text).toContain('one two');
    },
  );
});

describe('a provider that keeps silent', () => {
  it.each(TITLED_WAYS)('is 504 on the %s face: %s', async (_face, _provider, way) => {
    const clock = new VirtualClock();
    await using harness = await createHarness(createApp, { clock });
    way.provider.mock(harness, neverAnswer());
    const mock = harness[way.provider.name];

    const asking = ask(harness, way, false);
    const [request] = await mock.waitForRequests(1);
    await clock.advance(600_001);
    const answer = await asking;

    expect(answer.status).toBe(504);
    expect(expectFailure(answer, way.face)).toContain('took too long');
    expect(await request?.ended).toBe('client-left');
    await expectBookedOnce(harness, way, answer);
    await clock.advance(10_000);
  });

  it.each(TITLED_WAYS)(
    'in mid-stream is an error event on the %s face: %s',
    async (_face, _provider, way) => {
      const clock = new VirtualClock();
      await using harness = await createHarness(createApp, { clock });
      way.provider.mock(harness, silentBody());
      const mock = harness[way.provider.name];

      const asking = fetch(harness.url + way.face.path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${harness.keys.member}`,
        },
        body: JSON.stringify({ ...way.face.request(way.provider.model), stream: true }),
      });
      const [request] = await mock.waitForRequests(1);
      const response = await asking;
      await clock.advance(300_001);
      const text = await response.text();

      const { status, headers } = response;
      const answer: Posted = { status, headers, text, json: undefined };
      expect(expectFailure(answer, way.face)).toContain('took too long');
      expect(await request?.ended).toBe('client-left');
      await expectBookedOnce(harness, way, answer);
    },
  );
});

it.each([true, false])('100 MB of one line are given up early: streamed %s', async (stream) => {
  await using harness = await createHarness(createApp);
  harness.openai.mockChatCompletion(stream ? hugeLine(100_000_000) : endless(100_000_000));
  const before = process.memoryUsage().rss;

  const answer = await ask(harness, { face: OPENAI_FACE, provider: OPENAI }, stream);

  expect(expectFailure(answer, OPENAI_FACE)).toMatch(/longer than/);
  expect(await harness.openai.lastRequest().ended).toBe('client-left');
  expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);
});

it('a provider that nobody listens for is 502, and tells no address', async () => {
  await using harness = await createHarness(createApp, {
    settings: {
      config: {
        providers: {
          gone: { dialect: 'openai-chat', baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'none' },
        },
      },
    },
  });

  const answer = await post(harness, OPENAI_FACE.path, OPENAI_FACE.request('gone/model'));

  expect(answer.status).toBe(502);
  expect(OPENAI_FACE.messageOf(answer.json)).toBe('Provider "gone" could not be reached.');
  expect(JSON.stringify([answer.text, harness.logs])).not.toContain('127.0.0.1');
});
