import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { type Upstream, UpstreamFailure } from '../../ports/upstream.ts';
import { systemClock } from '../system/system-clock.ts';
import { createManualClock } from '../test-support/manual-clock.ts';
import { createSimulatedUpstream } from './simulated-upstream.ts';

const DEADLINES = { connectMs: 1000, headersMs: 1000, idleMs: 1000, totalMs: 10_000 };
/** Time that is always ripe, so that no test waits for a pace. */
const hasty = {
  ...systemClock,
  schedule: (_delayMs: number, task: () => void) => systemClock.schedule(0, task),
};

const requestTo = (path: string, body: unknown, signal = new AbortController().signal) => ({
  provider: 'sim',
  url: new URL(`http://sim.invalid${path}`),
  method: 'POST',
  headers: {},
  body: JSON.stringify(body),
  deadlines: DEADLINES,
  signal,
});

/** Lets an official client speak to an upstream as if it were a network. */
const fetchThrough =
  (upstream: Upstream): typeof fetch =>
  async (url, init) => {
    const signal = init?.signal ?? new AbortController().signal;
    const method = init?.method ?? 'GET';
    const body = typeof init?.body === 'string' ? init.body : undefined;
    const sent = await upstream.send({
      ...requestTo('', {}),
      url: new URL(String(url)),
      method,
      body,
      signal,
    });
    if (!sent.ok) throw new Error(sent.error.kind);
    const { status, headers, body: reply } = sent.value;
    return new Response(ReadableStream.from(reply.chunks()), { status, headers });
  };

const fetchSim = fetchThrough(createSimulatedUpstream({ clock: hasty }));
const openai = new OpenAI({
  apiKey: 'none',
  baseURL: 'http://sim.invalid/v1',
  fetch: fetchSim,
  maxRetries: 0,
});
const anthropic = new Anthropic({
  apiKey: 'none',
  baseURL: 'http://sim.invalid',
  fetch: fetchSim,
  maxRetries: 0,
});

const HELLO = [{ role: 'user' as const, content: 'hello there' }];
const TOOL_SCHEMA = {
  type: 'object' as const,
  properties: { city: { type: 'string' } },
  required: ['city'],
};

describe('to the official OpenAI client, the simulated provider', () => {
  it('completes a chat with usage', async () => {
    const reply = await openai.chat.completions.create({ model: 'echo', messages: HELLO });

    expect(reply).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-[0-9a-f]{24}$/),
      object: 'chat.completion',
      model: 'echo',
      choices: [{ message: { content: 'You said: hello there' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: expect.any(Number), total_tokens: expect.any(Number) },
    });
  });

  it('streams word by word, and usage when it is asked for', async () => {
    const stream = await openai.chat.completions.create({
      model: 'echo',
      messages: HELLO,
      stream: true,
      stream_options: { include_usage: true },
    });
    const words: string[] = [];
    let usage: unknown;
    for await (const chunk of stream) {
      const said = chunk.choices[0]?.delta.content ?? '';
      if (said !== '') words.push(said);
      usage = chunk.usage ?? usage;
    }

    expect(words.length).toBeGreaterThan(2);
    expect(words.join('')).toBe('You said: hello there');
    expect(usage).toMatchObject({ completion_tokens: expect.any(Number) });
  });

  it('calls a tool with arguments that satisfy its schema', async () => {
    const reply = await openai.chat.completions.create({
      model: 'tools',
      messages: HELLO,
      tools: [{ type: 'function', function: { name: 'weather', parameters: TOOL_SCHEMA } }],
      tool_choice: 'required',
    });
    const call = reply.choices[0]?.message.tool_calls?.[0];

    expect(reply.choices[0]?.finish_reason).toBe('tool_calls');
    expect(call).toMatchObject({ type: 'function', function: { name: 'weather' } });
    expect(call?.type === 'function' && JSON.parse(call.function.arguments)).toEqual({
      city: expect.any(String),
    });
  });

  it('answers Responses, whole and as a stream that the client can follow', async () => {
    const whole = await openai.responses.create({ model: 'echo', input: 'hello there' });
    const stream = openai.responses.stream({ model: 'reason', input: 'hello there' });
    const streamed = await stream.finalResponse();

    expect(whole.output_text).toBe('You said: hello there');
    expect(streamed.output.map(({ type }) => type)).toEqual(['reasoning', 'message']);
    expect(streamed.usage?.output_tokens).toBeGreaterThan(0);
  });

  it('calls a function of Responses and reads its output', async () => {
    const tools = [
      { type: 'function' as const, name: 'weather', parameters: TOOL_SCHEMA, strict: false },
    ];
    const first = await openai.responses.create({
      model: 'tools',
      input: 'weather?',
      tools,
      tool_choice: 'required',
    });
    const [call] = first.output;
    if (call?.type !== 'function_call') throw new Error('no call');
    const second = await openai.responses.create({
      model: 'tools',
      tools,
      input: [
        { role: 'user', content: 'weather?' },
        call,
        { type: 'function_call_output', call_id: call.call_id, output: 'sunny' },
      ],
    });

    expect(call.name).toBe('weather');
    expect(second.output_text).toBe('The tool answered: sunny');
  });

  it('completes text, embeds, and lists its models with echo first', async () => {
    const text = await openai.completions.create({ model: 'echo', prompt: 'hello' });
    const stream = await openai.completions.create({
      model: 'echo',
      prompt: 'hello',
      stream: true,
    });
    let streamed = '';
    for await (const chunk of stream) streamed += chunk.choices[0]?.text ?? '';
    const vectors = await openai.embeddings.create({ model: 'embed', input: ['a', 'b'] });
    const models = await openai.models.list();

    expect(text.choices[0]?.text).toBe('You said: hello');
    expect(streamed).toBe('You said: hello');
    expect(vectors.data.map(({ embedding }) => Math.hypot(...embedding))).toEqual([
      expect.closeTo(1, 5),
      expect.closeTo(1, 5),
    ]);
    expect(models.data[0]?.id).toBe('echo');
  });

  it.each([
    ['error-429', 429],
    ['error-500', 500],
    ['no-such-model', 404],
  ])('fails as asked: %s', async (model, status) => {
    await expect(openai.chat.completions.create({ model, messages: HELLO })).rejects.toMatchObject({
      status,
    });
  });
});

describe('to the official Anthropic client, the simulated provider', () => {
  it('answers whole and as a stream, with the same text', async () => {
    const request = { model: 'echo', max_tokens: 100, messages: HELLO };

    const whole = await anthropic.messages.create(request);
    const streamed = await anthropic.messages.stream(request).finalMessage();

    expect(whole.content).toMatchObject([{ type: 'text', text: 'You said: hello there' }]);
    expect(streamed.content).toMatchObject([{ type: 'text', text: 'You said: hello there' }]);
    expect(streamed.usage.output_tokens).toBe(whole.usage.output_tokens);
  });

  it('uses a tool', async () => {
    const reply = await anthropic.messages.create({
      model: 'tools',
      max_tokens: 100,
      messages: HELLO,
      tools: [{ name: 'weather', input_schema: TOOL_SCHEMA }],
      tool_choice: { type: 'any' },
    });

    expect(reply.stop_reason).toBe('tool_use');
    expect(reply.content).toMatchObject([
      { type: 'tool_use', name: 'weather', input: { city: expect.any(String) } },
    ]);
  });

  it('fails with its own error body', async () => {
    await expect(
      anthropic.messages.create({ model: 'error-429', max_tokens: 1, messages: HELLO }),
    ).rejects.toMatchObject({ status: 429, error: { error: { type: 'rate_limit_error' } } });
  });
});

describe('createSimulatedUpstream', () => {
  const CHAT = '/v1/chat/completions';

  it('gives the same bytes for the same request', async () => {
    const upstream = createSimulatedUpstream({ clock: { ...hasty, now: () => 0 } });
    const bytes = async () => {
      const sent = await upstream.send(requestTo(CHAT, { model: 'echo', messages: HELLO }));
      const read = sent.ok ? await sent.value.body.bytes(100_000) : sent;
      return read.ok ? Buffer.from(read.value).toString() : '';
    };

    const first = await bytes();

    expect(first).not.toBe('');
    expect(await bytes()).toBe(first);
  });

  it('says when to come again in a 429', async () => {
    const upstream = createSimulatedUpstream({ clock: hasty });

    const sent = await upstream.send(requestTo(CHAT, { model: 'error-429', messages: HELLO }));

    expect(sent).toMatchObject({ value: { status: 429, headers: { 'retry-after': '1' } } });
  });

  it.each([true, false])('cuts a reply midway (stream: %s)', async (stream) => {
    const upstream = createSimulatedUpstream({ clock: hasty });
    const sent = await upstream.send(requestTo(CHAT, { model: 'cut', messages: HELLO, stream }));
    if (!sent.ok) throw new Error(sent.error.kind);

    let text = '';
    const read = async () => {
      for await (const piece of sent.value.body.chunks()) text += Buffer.from(piece).toString();
    };

    await expect(read()).rejects.toThrow(UpstreamFailure);
    expect(text).not.toBe('');
    expect(text).not.toContain('[DONE]');
  });

  it('keeps its pace by the clock, and stops when the client leaves', async () => {
    const clock = createManualClock();
    const leaving = new AbortController();
    const body = { model: 'slow', messages: HELLO, stream: true };
    const sent = await createSimulatedUpstream({ clock }).send(
      requestTo(CHAT, body, leaving.signal),
    );
    if (!sent.ok) throw new Error(sent.error.kind);
    const pieces = sent.value.body.chunks()[Symbol.asyncIterator]();

    const first = pieces.next();
    clock.advance(249);
    expect(clock.waiting()).toBe(1);
    clock.advance(1);
    expect(await first).toMatchObject({ done: false });

    const second = pieces.next();
    leaving.abort();
    await expect(second).rejects.toMatchObject({ failure: { kind: 'client_closed' } });
    expect(clock.waiting()).toBe(0);
  });

  it.each([
    ['no JSON', '{', 400],
    ['no messages', '{"model":"echo"}', 400],
    ['an array', '[]', 400],
  ])('refuses %s as a provider does', async (_what, body, status) => {
    const upstream = createSimulatedUpstream({ clock: hasty });

    const sent = await upstream.send({ ...requestTo(CHAT, {}), body });

    expect(sent).toMatchObject({ value: { status } });
  });

  it('knows no other path', async () => {
    const upstream = createSimulatedUpstream({ clock: hasty });

    expect(await upstream.send(requestTo('/v1/files', {}))).toMatchObject({
      value: { status: 404 },
    });
  });
});

describe('to a client of Gemini, the simulated provider', () => {
  const ask = async (address: string, body: object): Promise<string> => {
    const url = `http://sim.invalid/v1beta/models/${address}`;
    const reply = await fetchSim(url, { method: 'POST', body: JSON.stringify(body) });
    return `${reply.status} ${await reply.text()}`;
  };
  const contents = [{ role: 'user', parts: [{ text: 'hello there' }] }];

  it('takes the model and whether to stream from the address', async () => {
    const whole = await ask('echo:generateContent', { contents });
    const streamed = await ask('echo:streamGenerateContent?alt=sse', { contents });

    expect(whole).toMatch(/^200 \{.*"text":"You said: hello there".*"finishReason":"STOP"/);
    expect(streamed).toMatch(/^200 data: \{.*"text":"You "/);
    expect(streamed.match(/"finishReason"/g)).toHaveLength(1);
  });

  it('fails in its words', async () => {
    const failed = await ask('error-429:generateContent', { contents });

    expect(failed).toMatch(/^429 .*"status":"RESOURCE_EXHAUSTED"/);
    expect(await ask('echo:generateContent', { contents: 1 })).toMatch(/^400 .*"INVALID_ARGUMENT"/);
  });
});
