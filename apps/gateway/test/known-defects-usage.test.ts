import {
  chatStream,
  controlledReply,
  createHarness,
  cutAfter,
  dataEvents,
  eventStream,
  type Harness,
  json,
  type ReceivedRequest,
  readSse,
  streamingChunks,
  TEST_EMAIL,
  VirtualClock,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';

/* Defects of the predecessor in what it counted and told Zion. The table is in known-defects.test.ts. */

const CHAT = '/v1/chat/completions';
const BATCH = 'POST /api/v1/usage/external/batch-increment';
const SECOND = 1_000;
/** The first retry comes within it, and no deadline of a request under way. */
const FIRST_RETRY = SECOND;
const hello = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Tell me a story.' }] };

const ask = (harness: Harness, fields: object = {}) =>
  harness
    .withToken()
    .post(CHAT)
    .send({ ...hello, ...fields });

const callIdOf = (reply: { readonly headers: { readonly [name: string]: string } }): string =>
  reply.headers['x-tollgate-call'] ?? '';

const underZion = (clock?: VirtualClock) =>
  createHarness(createApp, {
    governance: 'zion',
    ...(clock === undefined ? undefined : { clock }),
  });

/** Streams over a connection that the test can leave. */
function stream(harness: Harness, path: string, body: object, signal: AbortSignal) {
  return fetch(`${harness.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${harness.keys.member}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ ...body, stream: true }),
    signal,
  });
}

describe('calls that don’t end well', () => {
  for (const { face, path, body } of [
    { face: 'openai', path: CHAT, body: hello },
    {
      face: 'native',
      path: '/native/v1/chat/completions',
      body: { messages: hello.messages, tier: 'moderate' },
    },
  ]) {
    it(`defect 7: a client of the ${face} face that leaves a stream pays for what was said until then`, async () => {
      await using harness = await underZion();
      const reply = controlledReply();
      harness.openai.mockChatCompletion(reply.reply);
      const leaving = new AbortController();
      const response = await stream(harness, path, body, leaving.signal);
      const words = dataEvents(streamingChunks('Once upon a time there was').slice(0, -2), false);
      for (const event of words) await reply.send(event);
      for await (const message of readSse(response)) {
        if (message.data.includes('was')) break;
      }
      leaving.abort();
      await reply.left;

      const [call] = await harness.waitForUsage(1);
      await harness.usage();
      const told = harness.zion.sumIncrements({ email: TEST_EMAIL });

      expect(call).toMatchObject({ face, status: 'client_closed', provenance: 'interrupted' });
      expect(call?.inputTokens).toBeGreaterThan(3);
      expect(call?.outputTokens).toBeGreaterThanOrEqual(5);
      expect(told).toEqual({
        aiInputTokens: call?.inputTokens,
        aiOutputTokens: call?.outputTokens,
        aiRequests: 1,
      });
    });
  }

  it('defect 7: a stream that the provider cuts is paid for, and is not seen as whole', async () => {
    await using harness = await underZion();
    const whole = chatStream(streamingChunks('Once upon a time there was'));
    harness.openai.mockChatCompletion(cutAfter(900, whole));

    const reply = await ask(harness, { stream: true }).expect(200);
    const usage = await harness.settled(callIdOf(reply));
    await harness.usage();

    expect(reply.text).not.toContain('[DONE]');
    expect(reply.text).toContain('"error"');
    expect(usage).toMatchObject({
      status: 'failed',
      errorKind: 'provider_truncated',
      provenance: 'interrupted',
    });
    expect(usage.outputTokens).toBeGreaterThan(0);
    expect(harness.zion.sumIncrements().aiRequests).toBe(1);
  });

  it('defect 24: a reply with tool_calls null or empty arguments is an answer, and is counted', async () => {
    await using harness = await underZion();
    const call = { id: 'call_1', type: 'function', function: { name: 'now', arguments: '' } };
    const reply = (message: object) => ({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'gpt-4o-mini',
      choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
    });
    harness.openai.mockChatCompletionSuccess(reply({ content: 'Hi.', tool_calls: null }));
    harness.openai.mockChatCompletionSuccess(reply({ content: null, tool_calls: [call] }));
    const native = () =>
      harness
        .withToken()
        .post('/native/v1/chat/completions')
        .send({ messages: hello.messages })
        .expect(200);

    const first = await native();
    const second = await native();

    expect(first.body.choices[0].message).toEqual({ role: 'assistant', content: 'Hi.' });
    expect(second.body.choices[0].message.tool_calls[0].function).toEqual({
      name: 'now',
      arguments: {},
    });
    for (const answer of [first, second]) {
      expect(await harness.settled(callIdOf(answer))).toMatchObject({
        inputTokens: 7,
        outputTokens: 3,
        provenance: 'provider',
      });
    }
  });

  it('defect 28: a long line of letters beyond ASCII that is no JSON ends its stream, not the process', async () => {
    await using harness = await underZion();
    harness.openai.mockChatCompletion(eventStream([`data: ${'é'.repeat(700)}\n\n`]));
    harness.openai.mockChatCompletionSuccess();

    const broken = await ask(harness, { stream: true });
    const next = await ask(harness);

    expect(broken.text).not.toContain('[DONE]');
    expect(next.status).toBe(200);
    expect(await harness.usage()).toHaveLength(2);
  });
});

describe('counts where the provider gives none', () => {
  const silent = (text: string) => streamingChunks(text).slice(0, -1);

  it('defect 25: a native stream without usage is estimated on both sides', async () => {
    await using harness = await underZion();
    harness.openai.mockChatCompletionStream(silent('Once upon a time'));

    const reply = await harness
      .withToken()
      .post('/native/v1/chat/completions')
      .send({ messages: hello.messages, stream: true })
      .expect(200);
    const usage = await harness.settled(callIdOf(reply));

    expect(usage.provenance).toBe('estimate');
    expect(usage.inputTokens).toBeGreaterThan(3);
    expect(usage.outputTokens).toBeGreaterThanOrEqual(4);
  });

  it('defect 25: every choice is counted, whole and streamed', async () => {
    await using harness = await underZion();
    const text = 'one two three four five six seven eight';
    const choices = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        index,
        message: { role: 'assistant', content: text },
        finish_reason: 'stop',
      }));
    const whole = (count: number) =>
      json({
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1_700_000_000,
        model: 'gpt-4o',
        choices: choices(count),
      });
    const chunk = (index: number) => ({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1_700_000_000,
      model: 'gpt-4o',
      choices: [{ index, delta: { content: text }, finish_reason: 'stop' }],
    });
    harness.openai.mockChatCompletion(whole(1));
    harness.openai.mockChatCompletion(whole(3));
    harness.openai.mockChatCompletionStream([chunk(0), chunk(1), chunk(2)]);

    const outputs: number[] = [];
    for (const fields of [{}, { n: 3 }, { n: 3, stream: true }]) {
      const usage = await harness.settled(callIdOf(await ask(harness, fields).expect(200)));
      outputs.push(usage.outputTokens);
    }

    const [one = 0, three = 0, streamed = 0] = outputs;
    expect(one).toBeGreaterThanOrEqual(8);
    expect(three).toBeGreaterThan(2.5 * one);
    expect(streamed).toBeGreaterThan(2.5 * one);
  });

  it('defect 26: a streamed completion asks the provider for its usage', async () => {
    await using harness = await underZion();
    harness.openai.mockCompletionStream();

    const reply = await harness
      .withToken()
      .post('/v1/completions')
      .send({ model: 'gpt-3.5-turbo-instruct', prompt: 'Hi', stream: true })
      .expect(200);

    expect(await harness.settled(callIdOf(reply))).toMatchObject({
      inputTokens: 20,
      outputTokens: 50,
      provenance: 'provider',
    });
    expect(harness.openai.lastRequest().body).toMatchObject({
      stream_options: { include_usage: true },
    });
  });

  it('defect 27: only a client that asked for the usage chunk gets it', async () => {
    await using harness = await underZion();
    harness.openai.mockChatCompletionStream(streamingChunks('Hello there')).times(3);

    const unasked = await ask(harness, { stream: true }).expect(200);
    const refused = await ask(harness, { stream: true, stream_options: { include_usage: false } });
    const asked = await ask(harness, { stream: true, stream_options: { include_usage: true } });

    expect(unasked.text).not.toContain('prompt_tokens');
    expect(refused.text).not.toContain('prompt_tokens');
    expect(asked.text).toContain('"prompt_tokens":50');
    for (const reply of [unasked, refused, asked]) {
      expect(await harness.settled(callIdOf(reply))).toMatchObject({
        inputTokens: 50,
        provenance: 'provider',
      });
    }
  });
});

describe('what Zion is told', () => {
  it('defect 8: usage of an outage waits for Zion, over a restart too', async () => {
    await using harness = await underZion();
    harness.zion.mockBatchIncrementServerError().persist();
    harness.openai.mockChatCompletionWithUsage('Hi.', 11, 5).times(3);
    for (let sent = 0; sent < 3; sent += 1) await ask(harness).expect(200);
    await harness.app.flush();
    const during = harness.zion.sumIncrements();

    await harness.stopApp();
    harness.zion.mockBatchIncrementSuccess().persist();
    await harness.start();
    const after = await harness.zion.waitForAiRequests(3);

    expect(during.aiRequests).toBe(0);
    expect(after).toEqual({ aiInputTokens: 33, aiOutputTokens: 15, aiRequests: 3 });
  });

  it('defect 8: what was used just before the end is told before it', async () => {
    await using harness = await underZion();
    harness.openai.mockChatCompletionWithUsage('Hi.', 11, 5);
    await ask(harness).expect(200);

    await harness.stopApp();

    expect(harness.zion.sumIncrements()).toEqual({
      aiInputTokens: 11,
      aiOutputTokens: 5,
      aiRequests: 1,
    });
  });

  it('defect 9: a batch whose answer was lost is counted once', async () => {
    const clock = new VirtualClock();
    await using harness = await underZion(clock);
    harness.zion.mockBatchIncrementLostReply();
    harness.openai.mockChatCompletionWithUsage('Hi.', 11, 5);
    await ask(harness).expect(200);

    await harness.app.flush();
    await clock.advance(FIRST_RETRY);
    const [first, second] = await harness.zion.waitForBatchIncrements(2);
    await harness.app.flush();

    expect(second?.idempotencyKey).toBe(first?.idempotencyKey);
    expect(harness.zion.sumIncrements().aiRequests).toBe(1);
  });

  it('defect 9: of a batch that failed in part, exactly the failed items go again, by their place', async () => {
    const clock = new VirtualClock();
    await using harness = await underZion(clock);
    harness.openai.mockChatCompletionWithUsage('Hi.', 11, 5).times(3);
    for (const model of ['gpt-4o', 'gpt-4o-mini', 'gpt-4']) {
      await ask(harness, { model }).expect(200);
    }
    harness.zion.mockBatchIncrementFailingAt([1]);

    await harness.app.flush();
    await clock.advance(FIRST_RETRY);
    const batches = await harness.zion.waitForBatchIncrements(2);
    await harness.app.flush();

    expect(batches.map(({ increments }) => increments.map(({ model }) => model))).toEqual([
      ['gpt-4o', 'gpt-4o-mini', 'gpt-4'],
      ['gpt-4o-mini'],
    ]);
    expect(batches[1]?.idempotencyKey).not.toBe(batches[0]?.idempotencyKey);
    expect(harness.zion.sumIncrements().aiRequests).toBe(3);
  });

  it('defect 29: usage that waits is told without any new request', async () => {
    const clock = new VirtualClock();
    await using harness = await underZion(clock);
    harness.zion.mockBatchIncrementServerError().times(3);
    harness.openai.mockChatCompletionWithUsage('Hi.', 11, 5);
    await ask(harness).expect(200);
    await harness.app.flush();

    // In small steps, so that what is under way on the sockets keeps up with the clock.
    const isTold = () => harness.zion.sumIncrements().aiRequests > 0;
    const deadline = performance.now() + 10_000;
    while (!isTold() && performance.now() < deadline) await clock.advance(10);

    expect(harness.zion.batchIncrementRequests()).toHaveLength(4);
    expect(harness.zion.sumIncrements().aiRequests).toBe(1);
  });

  it('defect 29: nothing wakes a gateway that has nothing to tell', async () => {
    const clock = new VirtualClock();
    await using harness = await underZion(clock);
    harness.openai.mockChatCompletionWithUsage('Hi.', 11, 5);
    await ask(harness).expect(200);
    await harness.app.flush();
    await clock.advance(SECOND);
    const requests = (): readonly ReceivedRequest[] => harness.zion.receivedRequests(BATCH);
    const before = requests().length;

    await clock.advance(3_600 * SECOND);

    expect(requests()).toHaveLength(before);
    expect(clock.pending).toBe(0);
  });
});
