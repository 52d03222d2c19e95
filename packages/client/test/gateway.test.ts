import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createApp } from '@tollgate/gateway';
import {
  type CreateApp,
  chatResponse,
  controlledReply,
  createHarness,
  type Harness,
  listenOnLoopback,
  startProcess,
  streamingChunks,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import {
  createTollgateClient,
  type GatewayError,
  isTollgateError,
  type StreamEvent,
  type TollgateClient,
} from '../src/index.ts';

/** A loaded machine may stall for longer than 100 ms; it does not do so three times in a row. */
const STALLS = { retry: 2 };

const start = (): Promise<Harness> => createHarness(createApp satisfies CreateApp);
const clientOf = (harness: Harness, apiKey: string = harness.keys.member): TollgateClient =>
  createTollgateClient({ url: harness.url, apiKey });

const messages = [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }] as const;
const question = { model: 'openai/gpt-4o', messages };

const chunkOf = (text: string): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'gpt-4o',
    choices: [{ index: 0, delta: { role: 'assistant', content: text }, finish_reason: null }],
  })}\n\n`;

async function causeOf(call: Promise<unknown>): Promise<GatewayError> {
  const error = await call.then(
    () => new Error('the call went well'),
    (thrown: unknown) => thrown,
  );
  if (!isTollgateError(error)) throw error;
  return error.data.cause;
}

async function gather<T>(values: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

const textOf = (events: readonly StreamEvent[]): string =>
  events
    .map((event) =>
      event.type === 'part-delta' && event.delta.type === 'text' ? event.delta.text : '',
    )
    .join('');

describe('a completion', () => {
  it('is the whole reply in the hub’s words, and stands in the ledger by its call id', async () => {
    await using harness = await start();
    harness.openai.mockChatCompletionSuccess(
      chatResponse('Hello there', { input: 11, output: 7, model: 'gpt-4o-2024' }),
    );

    const { reply, model, losses, callId } = await clientOf(harness).chat.complete.mutate(question);

    expect(reply.choices).toMatchObject([
      { content: [{ type: 'text', text: 'Hello there' }], stopReason: 'stop' },
    ]);
    expect(reply.usage).toMatchObject({ input: { uncached: 11 }, provenance: 'provider' });
    expect([model, losses]).toEqual(['openai/gpt-4o', []]);
    expect(await harness.settled(callId)).toMatchObject({
      face: 'trpc',
      inputTokens: 11,
      outputTokens: 7,
      status: 'ok',
    });
  });

  it('aborted, is gone at the provider within 100 ms', STALLS, async () => {
    await using harness = await start();
    const provider = controlledReply('application/json');
    harness.openai.mockChatCompletion(provider.reply);
    const leaving = new AbortController();

    const call = clientOf(harness).chat.complete.mutate(question, { signal: leaving.signal });
    await provider.started;
    const leftAt = performance.now();
    leaving.abort();

    await expect(call).rejects.toThrow(/abort/i);
    await provider.left;
    expect(performance.now() - leftAt).toBeLessThan(100);
    expect(await harness.waitForUsage(1)).toMatchObject([{ status: 'client_closed' }]);
  });

  it('leaves others that run beside it alone when it is aborted', async () => {
    await using harness = await start();
    const provider = controlledReply('application/json');
    harness.openai.mockChatCompletion(provider.reply);
    const client = clientOf(harness);
    const leaving = new AbortController();

    const aborted = client.chat.complete.mutate(question, { signal: leaving.signal });
    await provider.started;
    harness.openai.mockChatCompletionSuccess();
    const other = client.chat.complete.mutate(question);
    leaving.abort();

    await expect(aborted).rejects.toThrow(/abort/i);
    expect((await other).reply.choices).toHaveLength(1);
    await provider.left;
    await harness.waitForUsage(2);
  });
});

describe('a stream', () => {
  it('is typed events, the last of which is its end, with usage in the ledger', async () => {
    await using harness = await start();
    const counts = { input: 50, output: 4 };
    harness.openai.mockChatCompletionStream(streamingChunks('one two three', counts));

    const events = await gather(await clientOf(harness).chat.stream.mutate(question));

    expect(events[0]).toMatchObject({ type: 'start', version: 1 });
    expect(textOf(events)).toBe('one two three');
    expect(events.at(-1)).toEqual({ type: 'end' });
    expect(await harness.waitForUsage(1)).toMatchObject([
      { face: 'trpc', inputTokens: 50, outputTokens: 4, status: 'ok' },
    ]);
  });

  it('brings each event as the provider sends it', async () => {
    await using harness = await start();
    const provider = controlledReply();
    harness.openai.mockChatCompletion(provider.reply);

    const opening = clientOf(harness).chat.stream.mutate(question);
    await provider.send(chunkOf('first'));
    const events = (await opening)[Symbol.asyncIterator]();
    let text = '';
    while (text !== 'first') text += textOf([(await events.next()).value]);
    await provider.send(chunkOf('second'));
    while (text !== 'firstsecond') text += textOf([(await events.next()).value]);
    await events.return?.();
    await provider.left;

    expect(text).toBe('firstsecond');
    await harness.waitForUsage(1);
  });

  it.each(['abort', 'break'] as const)(
    'left by %s, is gone at the provider within 100 ms and booked',
    STALLS,
    async (how) => {
      await using harness = await start();
      const provider = controlledReply();
      harness.openai.mockChatCompletion(provider.reply);
      const leaving = new AbortController();

      const opening = clientOf(harness).chat.stream.mutate(question, { signal: leaving.signal });
      await provider.send(chunkOf('Hello'));
      let leftAt = 0;
      const reading = (async () => {
        for await (const event of await opening) {
          if (event.type !== 'part-delta') continue;
          leftAt = performance.now();
          if (how === 'break') break;
          leaving.abort();
        }
      })();
      if (how === 'abort') await expect(reading).rejects.toThrow(/abort/i);
      else await reading;
      await provider.left;

      expect(performance.now() - leftAt).toBeLessThan(100);
      expect(await harness.waitForUsage(1)).toMatchObject([
        { status: 'client_closed', provenance: 'interrupted' },
      ]);
    },
  );

  it('that the provider cuts ends in a typed error, never in a normal end', async () => {
    await using harness = await start();
    const provider = controlledReply();
    harness.openai.mockChatCompletion(provider.reply);

    const opening = clientOf(harness).chat.stream.mutate(question);
    await provider.send(chunkOf('Hello'));
    await provider.cut();
    const events = await gather(await opening);

    expect(events.at(-1)).toEqual({
      type: 'error',
      error: { kind: 'provider_truncated', provider: 'openai' },
    });
    expect(await harness.waitForUsage(1)).toMatchObject([{ status: 'failed' }]);
  });
});

describe('a failure', () => {
  it('is thrown with the gateway’s own cause, before a stream begins too', async () => {
    await using harness = await start();
    harness.openai.mockChatCompletionRateLimited(60).times(2);
    const client = clientOf(harness);

    for (const call of [
      client.chat.complete.mutate(question),
      client.chat.stream.mutate(question),
    ]) {
      const error: unknown = await call.catch((thrown: unknown) => thrown);
      if (!isTollgateError(error)) throw error;
      expect(error.data).toMatchObject({
        code: 'TOO_MANY_REQUESTS',
        httpStatus: 429,
        retryAfterSeconds: 60,
        cause: { kind: 'provider_rate_limited', provider: 'openai' },
      });
    }
    await harness.waitForUsage(2);
  });

  it('says what is wrong with a request and where', async () => {
    await using harness = await start();
    const wrong = { ...question, messages: [{ role: 'user', content: 'Hello' }] };

    expect(await causeOf(clientOf(harness).chat.complete.mutate(wrong as never))).toMatchObject({
      kind: 'invalid_request',
      path: 'messages[0].content',
    });
    expect(await harness.usage()).toEqual([]);
  });

  it.each([
    ['an unknown model', { model: 'openai2/gpt' }, 'model_not_found'],
    ['what a wrong key asks', { key: 'tg_wrong' }, 'invalid_key'],
  ])(
    'is typed for %s',
    async (_name, { model = question.model, key }: { model?: string; key?: string }, kind) => {
      await using harness = await start();

      const call = clientOf(harness, key ?? harness.keys.member).chat.complete.mutate({
        ...question,
        model,
      });

      expect(await causeOf(call)).toMatchObject({ kind });
    },
  );

  it('of the network is no failure of the gateway', async () => {
    const nowhere = createTollgateClient({ url: 'http://127.0.0.1:1', apiKey: 'k' });

    const error: unknown = await nowhere.health.query().catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(Error);
    expect(isTollgateError(error)).toBe(false);
  });
});

describe('the other procedures', () => {
  it('embed texts', async () => {
    await using harness = await start();
    harness.openai.mockEmbeddingsSuccess([[0.5, -0.25]], 3);

    const { reply, callId } = await clientOf(harness).embeddings.create.mutate({
      model: 'openai/text-embedding-3-small',
      input: ['a text'],
    });

    expect(reply.vectors).toEqual([[0.5, -0.25]]);
    expect(await harness.settled(callId)).toMatchObject({ inputTokens: 3, status: 'ok' });
  });

  it('list models and tell health', async () => {
    await using harness = await start();
    const client = clientOf(harness);

    const [models, health] = await Promise.all([client.models.list.query(), client.health.query()]);

    expect(models.map(({ id }) => id)).toContain('gpt-4o');
    expect(health.status).toBe('healthy');
  });

  it('sum up usage, of one’s own key for a member', async () => {
    await using harness = await start();
    harness.openai.mockChatCompletionWithUsage('Hello', 11, 7).times(2);
    await clientOf(harness).chat.complete.mutate(question);
    await clientOf(harness, harness.keys.admin).chat.complete.mutate(question);
    await harness.waitForUsage(2);

    const own = await clientOf(harness).usage.summary.query({ groupBy: ['key'] });
    const all = await clientOf(harness, harness.keys.admin).usage.summary.query({ groupBy: [] });

    expect(own).toMatchObject([{ requests: 1, inputTokens: 11, outputTokens: 7 }]);
    expect(all).toMatchObject([{ requests: 2, inputTokens: 22, outputTokens: 14 }]);
  });

  it('make, list and revoke keys for an administrator, and for nobody else', async () => {
    await using harness = await start();
    const admin = clientOf(harness, harness.keys.admin);

    const { plaintext, stored } = await admin.keys.create.mutate({ name: 'app', role: 'member' });
    harness.addSecret(plaintext);
    const app = clientOf(harness, plaintext);

    expect((await app.health.query()).status).toBe('healthy');
    expect((await admin.keys.list.query()).map(({ name }) => name)).toContain('app');
    expect(await causeOf(app.keys.list.query())).toMatchObject({ kind: 'forbidden' });
    expect(await admin.keys.revoke.mutate({ key: stored.id })).toEqual({ revoked: true });
    expect(await causeOf(app.health.query())).toMatchObject({ kind: 'invalid_key' });
  });
});

describe('the usage tail', () => {
  it('brings each call as it is booked, its key in no URL', async () => {
    await using harness = await start();
    harness.openai.mockChatCompletionWithUsage('Hello', 11, 7).times(2);
    const leaving = new AbortController();
    const urls: string[] = [];
    const client = createTollgateClient({
      url: harness.url,
      apiKey: harness.keys.member,
      fetch: (input, init) => {
        urls.push(String(input));
        return fetch(input, init);
      },
    });

    const first = await client.chat.complete.mutate(question);
    await harness.settled(first.callId);
    const tail = client.usage.tail
      .subscribe({ lastEventId: 'nothing-yet' }, { signal: leaving.signal })
      [Symbol.asyncIterator]();
    const missed = await tail.next();
    const second = await client.chat.complete.mutate(question);
    const live = await tail.next();
    await tail.return?.();
    leaving.abort();

    expect([missed.value.id, live.value.id]).toEqual([first.callId, second.callId]);
    expect(live.value.data).toMatchObject({ face: 'trpc', usage: { output: { text: 7 } } });
    for (const url of urls) expect(url).not.toContain(harness.keys.member);
  });

  it('resumes after its connection was lost, without a gap or a repetition', async () => {
    await using harness = await start();
    harness.openai.mockChatCompletionWithUsage('Hello', 11, 7).times(3);
    await using proxy = await cuttingProxy(() => harness.url);
    const client = clientOf(harness);
    const watching = createTollgateClient({ url: proxy.url, apiKey: harness.keys.member });

    const ids: string[] = [];
    const ask = async (): Promise<void> => {
      const { callId } = await client.chat.complete.mutate(question);
      await harness.settled(callId);
      ids.push(callId);
    };
    await ask();
    const tail = watching.usage.tail.subscribe({ lastEventId: 'x' })[Symbol.asyncIterator]();
    const seen = [(await tail.next()).value.id];
    await ask();
    seen.push((await tail.next()).value.id);
    proxy.cut();
    await ask();
    seen.push((await tail.next()).value.id);
    await tail.return?.();

    expect(seen).toEqual(ids);
  });

  it('refuses a wrong key with its cause, and does not try again', async () => {
    await using harness = await start();
    const tail = clientOf(harness, 'tg_wrong').usage.tail.subscribe(undefined);

    expect(await causeOf(gather(tail))).toMatchObject({ kind: 'invalid_key' });
  });
});

describe('a process of its own', () => {
  const ask = (harness: Harness, leaveAfter = 1_000) =>
    startProcess(process.execPath, [join(import.meta.dirname, 'programs/ask.ts')], {
      env: {
        TOLLGATE_URL: harness.url,
        TOLLGATE_KEY: harness.keys.member,
        LEAVE_AFTER: String(leaveAfter),
      },
    });

  it('streams an answer and ends by itself', async () => {
    await using harness = await start();
    harness.openai.mockChatCompletionStream(streamingChunks('one two'));

    await using program = await ask(harness);
    const { code } = await program.waitForEnd();

    const lines = program.stdout.map((line) => JSON.parse(line));
    expect(code).toBe(0);
    expect(textOf(lines.slice(0, -1))).toBe('one two');
    expect(lines.slice(-2)).toEqual([{ type: 'end' }, 'left']);
    await harness.waitForUsage(1);
  });

  it.each(['leaves its loop', 'is killed'] as const)(
    'that %s is gone at the provider within 100 ms',
    STALLS,
    async (how) => {
      await using harness = await start();
      const provider = controlledReply();
      harness.openai.mockChatCompletion(provider.reply);

      await using program = await ask(harness, how === 'is killed' ? 1_000 : 3);
      await provider.send(chunkOf('Hello'));
      await program.waitForLine(how === 'is killed' ? 'part-delta' : 'left');
      const leftAt = performance.now();
      if (how === 'is killed') program.kill('SIGKILL');
      await provider.left;

      expect(performance.now() - leftAt).toBeLessThan(100);
      expect(await harness.waitForUsage(1)).toMatchObject([{ status: 'client_closed' }]);
    },
  );
});

/** Passes requests on, and cuts the connections it has when told. */
async function cuttingProxy(target: () => string) {
  const leaving = new Set<AbortController>();
  const server = createServer(async (req, res) => {
    const cut = new AbortController();
    leaving.add(cut);
    cut.signal.addEventListener('abort', () => res.destroy());
    res.once('close', () => cut.abort());
    const headers = new Headers();
    for (const name of ['authorization', 'last-event-id', 'accept']) {
      const value = req.headers[name];
      if (typeof value === 'string') headers.set(name, value);
    }
    try {
      const answer = await fetch(`${target()}${req.url}`, { headers, signal: cut.signal });
      res.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      for await (const piece of answer.body ?? []) {
        if (!res.write(piece)) await once(res, 'drain', { signal: cut.signal });
      }
      res.end();
    } catch {
      res.destroy();
    }
  });
  const listening = await listenOnLoopback(server);
  return {
    url: listening.url,
    cut: () => {
      for (const one of leaving) one.abort();
    },
    [Symbol.asyncDispose]: () => listening.close(),
  };
}
