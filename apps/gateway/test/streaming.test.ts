import {
  chatResponse,
  chatStream,
  controlledReply,
  createHarness,
  dataEvents,
  delay,
  eventStream,
  type Harness,
  json,
  messageEvents,
  messageResponse,
  namedEvents,
  neverEnd,
  openSocket,
  parseSse,
  type Reply,
  slowDrip,
  slowReader,
  streamingChunks,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import {
  ANTHROPIC_FACE,
  type ChatFace,
  fieldsOf,
  NATIVE_FACE,
  OPENAI_FACE,
  post,
} from './support/chat-face.ts';

const start = (): Promise<Harness> => createHarness(createApp);

const OPENAI = 'openai/gpt-4';
const ANTHROPIC = 'anthropic/claude-sonnet-4-5';
/** Face and provider: bytes that pass, and both directions of translation. */
const WAYS = [
  ['openai', 'openai', { face: OPENAI_FACE, model: OPENAI }],
  ['openai', 'anthropic', { face: OPENAI_FACE, model: ANTHROPIC }],
  ['anthropic', 'openai', { face: ANTHROPIC_FACE, model: OPENAI }],
  ['anthropic', 'anthropic', { face: ANTHROPIC_FACE, model: ANTHROPIC }],
  ['native', 'openai', { face: NATIVE_FACE, model: OPENAI }],
  ['native', 'anthropic', { face: NATIVE_FACE, model: ANTHROPIC }],
] as const;

interface Way {
  readonly face: ChatFace;
  readonly model: string;
}

const WORDS = 'Grüße aus dem Café, 你好 👋🏽 ';

const streamOf = ({ model }: Way, text: string): Reply =>
  model === OPENAI
    ? chatStream(streamingChunks(text, { input: 50, output: 7 }))
    : eventStream(namedEvents(messageEvents(messageResponse(text, { input: 50, output: 7 }))));

/** One piece of a stream, from which a whole one begins. */
const firstPiece = ({ model }: Way): string =>
  model === OPENAI
    ? dataEvents(streamingChunks('Hello there').slice(0, 2), false).join('')
    : namedEvents(messageEvents(messageResponse('Hello there')).slice(0, 4)).join('');

const mock = (harness: Harness, { model }: Way, reply: Reply): void => {
  if (model === OPENAI) harness.openai.mockChatCompletion(reply);
  else harness.anthropic.mockMessage(reply);
};

const textIn = (sse: string): string =>
  parseSse(sse)
    .filter(({ data }) => data !== '[DONE]')
    .flatMap(({ data }) => deltasOf(JSON.parse(data)))
    .map((delta) => fieldsOf(delta ?? {}))
    .map(({ content, text }) => content ?? text ?? '')
    .join('');

/** Of a chunk of Chat Completions, or of an event of Anthropic's. */
const deltasOf = (event: unknown): readonly unknown[] => {
  const { choices, delta } = fieldsOf(event);
  return choices === undefined ? [delta] : choicesOf(event).map((one) => fieldsOf(one)['delta']);
};

/** The data or the name of the last event. */
const endOf = (sse: string, { face }: Way): string | undefined => {
  const last = parseSse(sse).at(-1);
  return last?.event === face.end ? face.end : last?.data;
};

const choicesOf = (chunk: unknown): readonly unknown[] => {
  const choices = fieldsOf(chunk)['choices'];
  return Array.isArray(choices) ? choices : [];
};

const streamed = ({ face, model }: Way, text = 'Hello') => ({
  ...face.request(model, text),
  stream: true,
});

/** A request that is on its way, and how to leave it. */
async function asking(harness: Harness, way: Way, stream: boolean) {
  const leaving = new AbortController();
  const response = fetch(harness.url + way.face.path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${harness.keys.member}`,
    },
    body: JSON.stringify(stream ? streamed(way) : way.face.request(way.model)),
    signal: leaving.signal,
  });
  response.catch(() => {});
  return { response, leave: () => leaving.abort() };
}

function rawRequest(harness: Harness, way: Way): string {
  const body = JSON.stringify(streamed(way));
  return [
    `POST ${way.face.path} HTTP/1.1`,
    'host: tollgate',
    `authorization: Bearer ${harness.keys.member}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

describe.each(WAYS)('through the %s face from %s', (_face, _provider, way) => {
  it('a stream that comes byte by byte says the same as one that comes at once', async () => {
    await using harness = await start();
    mock(harness, way, slowDrip(1, 0, streamOf(way, WORDS)));
    mock(harness, way, streamOf(way, WORDS));

    const slow = await post(harness, way.face.path, streamed(way));
    const fast = await post(harness, way.face.path, streamed(way));

    expect(textIn(slow.text)).toBe(WORDS);
    expect(textIn(fast.text)).toBe(WORDS);
    expect(parseSse(slow.text)).toHaveLength(parseSse(fast.text).length);
    expect(endOf(slow.text, way)).toBe(way.face.end);
    expect(await harness.waitForUsage(2)).toMatchObject([
      { inputTokens: 50, outputTokens: 7, status: 'ok', provenance: 'provider' },
      { inputTokens: 50, outputTokens: 7, status: 'ok', provenance: 'provider' },
    ]);
  });

  it('each event goes on as it comes, not when the next one does', async () => {
    await using harness = await start();
    const provider = controlledReply();
    mock(harness, way, provider.reply);

    const client = await asking(harness, way, true);
    await provider.send(firstPiece(way));
    const reader = (await client.response).body?.getReader();
    let seen = '';
    while (!seen.includes('Hello')) {
      seen += new TextDecoder().decode((await reader?.read())?.value);
    }
    client.leave();
    await provider.left;

    expect(seen).toContain('Hello');
    await harness.waitForUsage(1);
  });

  it('a reply that is over ends, also where the provider keeps its connection open', async () => {
    await using harness = await start();
    mock(harness, way, neverEnd(streamOf(way, WORDS)));

    const client = await asking(harness, way, true);
    const sse = await (await client.response).text();

    expect(textIn(sse)).toBe(WORDS);
    expect(sse).not.toContain('"error"');
    expect(await harness.waitForUsage(1)).toMatchObject([{ status: 'ok', outputTokens: 7 }]);
  });

  it('a client that leaves its stream is gone at the provider within 100 ms', async () => {
    await using harness = await start();
    const delays: number[] = [];

    // Three, of which the quickest counts: a busy machine is slow for reasons of its own.
    for (let round = 0; round < 3; round += 1) {
      const provider = controlledReply();
      mock(harness, way, provider.reply);
      const client = await asking(harness, way, true);
      await provider.send(firstPiece(way));
      await (await client.response).body?.getReader().read();
      const leftAt = performance.now();
      client.leave();
      await provider.left;
      delays.push(performance.now() - leftAt);
    }

    expect(Math.min(...delays)).toBeLessThan(100);
    await harness.waitForUsage(3);
  });

  it('a client that leaves its stream is booked once, with what had passed', async () => {
    await using harness = await start();
    const provider = controlledReply();
    mock(harness, way, provider.reply);

    const client = await asking(harness, way, true);
    await provider.send(firstPiece(way));
    const response = await client.response;
    await response.body?.getReader().read();
    client.leave();
    await provider.left;

    const callId = response.headers.get('x-tollgate-call') ?? '';
    const usage = await harness.settled(callId);
    expect(usage).toMatchObject({ status: 'client_closed', provenance: 'interrupted' });
    expect(usage.inputTokens).toBeGreaterThan(0);
    expect(usage.outputTokens).toBeGreaterThan(0);
    expect(await harness.usage()).toHaveLength(1);
  });

  it.each([true, false])(
    'a client that leaves before the first byte is booked once: streamed %s',
    async (stream) => {
      await using harness = await start();
      const provider = controlledReply(stream ? 'text/event-stream' : 'application/json');
      mock(harness, way, provider.reply);

      const client = await asking(harness, way, stream);
      await provider.started;
      client.leave();
      await provider.left;

      expect(await harness.waitForUsage(1)).toMatchObject([
        { status: 'client_closed', provenance: 'interrupted', outputTokens: 0 },
      ]);
      expect((await harness.usage())[0]?.inputTokens).toBeGreaterThan(0);
    },
  );

  it('a client that resets its connection is a client that left', async () => {
    await using harness = await start();
    const provider = controlledReply();
    mock(harness, way, provider.reply);

    await using socket = await openSocket(harness.url);
    await socket.send(rawRequest(harness, way));
    await provider.send(firstPiece(way));
    await socket.readUntil('Hello');
    socket.reset();
    await provider.left;

    expect(await harness.waitForUsage(1)).toMatchObject([{ status: 'client_closed' }]);
  });

  it('5 MB of stream arrive whole', async () => {
    await using harness = await start();
    const text = `${'x'.repeat(1_023)} `.repeat(5_120);
    mock(harness, way, streamOf(way, text));

    const { text: sse } = await post(harness, way.face.path, streamed(way));

    expect(textIn(sse)).toBe(text);
    await harness.waitForUsage(1);
  });

  it('a client that reads slowly holds the provider back, and memory stays flat', async () => {
    await using harness = await start();
    const provider = endless(way);
    mock(harness, way, provider.reply);

    await using client = await slowReader(harness.url + way.face.path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${harness.keys.member}`,
      },
      body: JSON.stringify(streamed(way)),
      deadlineMs: 10_000,
    });
    await client.read(1_024);
    const held = await provider.stalled();
    const before = process.memoryUsage().rss;
    await client.read(8 * 1024 * 1024);
    const later = await provider.stalled();
    client.leave();
    await provider.left;

    // What waits is what the sockets' buffers hold, however much was asked for.
    expect(held).toBeLessThan(24 * 1024 * 1024);
    expect(later - held).toBeGreaterThan(0);
    expect(later).toBeLessThan(held + 32 * 1024 * 1024);
    expect(process.memoryUsage().rss - before).toBeLessThan(96 * 1024 * 1024);
    expect(await harness.waitForUsage(1)).toMatchObject([{ status: 'client_closed' }]);
  });
});

/** A stream without an end, which counts the bytes that the gateway took. */
function endless(way: Way): {
  readonly reply: Reply;
  /** Resolves, with the count, when nothing was taken for a while. */
  stalled(): Promise<number>;
  readonly left: Promise<void>;
} {
  const left = Promise.withResolvers<void>();
  let taken = 0;
  const filler = 'x'.repeat(65_536);
  const piece =
    way.model === OPENAI
      ? dataEvents(streamingChunks(filler).slice(1, 2), false).join('')
      : namedEvents(
          [{ type: 'text_delta', text: filler }].map((delta) => ({
            type: 'content_block_delta',
            index: 0,
            delta,
          })),
        ).join('');
  return {
    left: left.promise,
    reply: async (writer) => {
      writer.head(200, { 'content-type': 'text/event-stream' });
      await writer.write(firstPiece(way));
      while (!writer.signal.aborted) {
        await writer.write(piece);
        taken += piece.length;
        await writer.wait(0);
      }
      left.resolve();
    },
    stalled: async () => {
      for (;;) {
        const before = taken;
        await new Promise((resolve) => setTimeout(resolve, 250));
        if (taken === before) return taken;
      }
    },
  };
}

it('a whole reply whose client left while it came is booked once, with what the provider counts', async () => {
  await using harness = await start();
  harness.openai.mockChatCompletion(delay(50, json(chatResponse('Hello'))));
  const way = { face: OPENAI_FACE, model: OPENAI };

  const client = await asking(harness, way, false);
  await harness.openai.waitForRequests(1);
  client.leave();

  expect(await harness.openai.lastRequest().ended).toBe('client-left');
  expect(await harness.waitForUsage(1)).toMatchObject([{ status: 'client_closed' }]);
  expect(await harness.usage()).toHaveLength(1);
});

it('a hundred clients that leave together leave nothing behind', async () => {
  await using harness = await start();
  const way = { face: OPENAI_FACE, model: OPENAI };
  const replies = Array.from({ length: 100 }, () => controlledReply());
  for (const { reply } of replies) mock(harness, way, reply);

  const sockets = await Promise.all(replies.map(() => openSocket(harness.url)));
  await Promise.all(sockets.map((socket) => socket.send(rawRequest(harness, way))));
  await Promise.all(replies.map(({ send }) => send(firstPiece(way))));
  await Promise.all(sockets.map((socket) => socket.readUntil('Hello')));
  for (const socket of sockets) socket.reset();
  await Promise.all(replies.map(({ left }) => left));

  const booked = await harness.waitForUsage(100);
  expect(new Set(booked.map(({ callId }) => callId)).size).toBe(100);
  expect(booked.every(({ status }) => status === 'client_closed')).toBe(true);
  expect(harness.openConnections()).toBe(0);
});
