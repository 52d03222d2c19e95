import {
  chatResponse,
  chatStream,
  completionResponse,
  controlledReply,
  createHarness,
  dataEvents,
  eventStream,
  type Harness,
  json,
  listRecordings,
  messageEvents,
  messageResponse,
  namedEvents,
  type Reply,
  readRecording,
  replay,
  streamingChunks,
  streamingToolCallChunks,
  toolCallsResponse,
  toolUseResponse,
} from '@tollgate/testkit';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';

const start = (): Promise<Harness> => createHarness(createApp);

const clientOf = (harness: Harness, apiKey: string = harness.keys.member): OpenAI =>
  new OpenAI({ baseURL: `${harness.url}/v1`, apiKey, maxRetries: 0 });

const messages = [{ role: 'user', content: 'What is the weather?' }] as const;
const ask = (model: string) => ({ model, messages: [...messages] });

const WEATHER = {
  type: 'function' as const,
  function: {
    name: 'weather',
    description: 'The weather in a city.',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    },
  },
};

interface Call {
  readonly id: string;
  readonly city: string;
}

/** A provider, and how it says what the client is to read alike from either. */
interface Provider {
  readonly name: string;
  readonly model: string;
  text(text: string): Reply;
  textStream(text: string): Reply;
  calls(calls: readonly Call[]): Reply;
  callsStream(calls: readonly Call[]): Reply;
  firstPiece(): string;
  mock(harness: Harness, reply: Reply): void;
}

const counts = { input: 50, output: 20 };
const argumentsOf = ({ city }: Call): string => JSON.stringify({ city });

const OPENAI: Provider = {
  name: 'openai',
  model: 'openai/gpt-4',
  text: (text) => json(chatResponse(text, counts)),
  textStream: (text) => chatStream(streamingChunks(text, counts)),
  calls: (calls) => json(toolCallsResponse(calls.map(scripted), counts)),
  callsStream: (calls) => chatStream(streamingToolCallChunks(calls.map(scripted), counts)),
  firstPiece: () => dataEvents(streamingChunks('Hello there').slice(0, 2), false).join(''),
  mock: (harness, reply) => void harness.openai.mockChatCompletion(reply),
};

const scripted = (call: Call) => ({ id: call.id, name: 'weather', arguments: argumentsOf(call) });
const toolUse = (calls: readonly Call[]) =>
  toolUseResponse(
    calls.map(({ id, city }) => ({ id, name: 'weather', input: { city } })),
    counts,
  );

const ANTHROPIC: Provider = {
  name: 'anthropic',
  model: 'anthropic/claude-sonnet-4-5',
  text: (text) => json(messageResponse(text, counts)),
  textStream: (text) => eventStream(namedEvents(messageEvents(messageResponse(text, counts)))),
  calls: (calls) => json(toolUse(calls)),
  callsStream: (calls) => eventStream(namedEvents(messageEvents(toolUse(calls)))),
  firstPiece: () => namedEvents(messageEvents(messageResponse('Hello there')).slice(0, 4)).join(''),
  mock: (harness, reply) => void harness.anthropic.mockMessage(reply),
};

describe.each([OPENAI, ANTHROPIC])('the official client, served by $name', (provider) => {
  const { model } = provider;

  it('reads a whole reply, its finish and its usage', async () => {
    await using harness = await start();
    provider.mock(harness, provider.text('Mild.'));

    const reply = await clientOf(harness).chat.completions.create(ask(model));

    expect(reply.object).toBe('chat.completion');
    expect(reply.choices).toMatchObject([
      { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Mild.' } },
    ]);
    expect(reply.usage).toMatchObject({
      prompt_tokens: 50,
      completion_tokens: 20,
      total_tokens: 70,
    });
    expect(await harness.waitForUsage(1)).toMatchObject([{ inputTokens: 50, outputTokens: 20 }]);
  });

  it('reads a stream to its end, without usage unless it asked', async () => {
    await using harness = await start();
    provider.mock(harness, provider.textStream('one two three'));

    const stream = await clientOf(harness).chat.completions.create({ ...ask(model), stream: true });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);

    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(
      'one two three',
    );
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.every(({ choices }) => choices.length === 1)).toBe(true);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(await harness.waitForUsage(1)).toMatchObject([{ inputTokens: 50, outputTokens: 20 }]);
  });

  it('gathers a stream with the usage that it asked for', async () => {
    await using harness = await start();
    provider.mock(harness, provider.textStream('one two three'));

    const whole = await clientOf(harness)
      .chat.completions.stream({ ...ask(model), stream_options: { include_usage: true } })
      .finalChatCompletion();

    expect(whole.choices[0]?.message.content).toBe('one two three');
    expect(whole.usage).toMatchObject({ prompt_tokens: 50, completion_tokens: 20 });
    await harness.waitForUsage(1);
  });

  it.each([
    ['one', [{ id: 'call_1', city: 'Oslo' }]],
    [
      'several at once',
      [
        { id: 'call_1', city: 'Oslo' },
        { id: 'call_2', city: 'São Paulo "SP"' },
      ],
    ],
  ])('reads tool calls, %s, whole and streamed alike', async (_name, calls) => {
    await using harness = await start();
    provider.mock(harness, provider.calls(calls));
    provider.mock(harness, provider.callsStream(calls));
    const client = clientOf(harness);
    const asked = { ...ask(model), tools: [WEATHER] };

    const whole = await client.chat.completions.create(asked);
    const gathered = await client.chat.completions.stream(asked).finalChatCompletion();

    for (const reply of [whole, gathered]) {
      expect(reply.choices[0]?.finish_reason).toBe('tool_calls');
      const told = reply.choices[0]?.message.tool_calls ?? [];
      expect(told.map(({ id, type }) => [id, type])).toEqual(
        calls.map(({ id }) => [id, 'function']),
      );
      expect(told.map(textOfArguments).map((text) => JSON.parse(text))).toEqual(
        calls.map(({ city }) => ({ city })),
      );
    }
    await harness.waitForUsage(2);
  });

  it('runs tools over several turns by itself', async () => {
    await using harness = await start();
    provider.mock(
      harness,
      provider.calls([
        { id: 'call_1', city: 'Oslo' },
        { id: 'call_2', city: 'Lima' },
      ]),
    );
    provider.mock(harness, provider.calls([{ id: 'call_3', city: 'Bern' }]));
    provider.mock(harness, provider.text('Oslo 2, Lima 19, Bern 8.'));
    const asked: string[] = [];
    const weather = {
      ...WEATHER.function,
      parse: JSON.parse,
      function: ({ city }: { city: string }) => {
        asked.push(city);
        return `It is mild in ${city}.`;
      },
    };

    const runner = clientOf(harness).chat.completions.runTools({
      ...ask(model),
      tools: [{ type: 'function', function: weather }],
    });

    expect(await runner.finalContent()).toBe('Oslo 2, Lima 19, Bern 8.');
    expect(asked).toEqual(['Oslo', 'Lima', 'Bern']);
    const sent = harness[model === OPENAI.model ? 'openai' : 'anthropic'].lastRequest().text;
    for (const city of asked) expect(sent).toContain(`It is mild in ${city}.`);
    await harness.waitForUsage(3);
  });

  it('aborts a stream, which the provider sees', async () => {
    await using harness = await start();
    const reply = controlledReply();
    provider.mock(harness, reply.reply);

    const opening = clientOf(harness).chat.completions.create({ ...ask(model), stream: true });
    await reply.send(provider.firstPiece());
    const stream = await opening;
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) stream.controller.abort();
    }
    await reply.left;

    expect(await harness.waitForUsage(1)).toMatchObject([
      { status: 'client_closed', provenance: 'interrupted' },
    ]);
  });

  it('aborts a whole reply with its own error', async () => {
    await using harness = await start();
    const reply = controlledReply('application/json');
    provider.mock(harness, reply.reply);
    const leaving = new AbortController();

    const call = clientOf(harness).chat.completions.create(ask(model), { signal: leaving.signal });
    const outcome = call.catch((error: unknown) => error);
    await reply.started;
    leaving.abort();
    await reply.left;

    expect(await outcome).toBeInstanceOf(OpenAI.APIUserAbortError);
    await harness.waitForUsage(1);
  });

  it('throws what is cut in mid-stream', async () => {
    await using harness = await start();
    const reply = controlledReply();
    provider.mock(harness, reply.reply);

    const opening = clientOf(harness).chat.completions.create({ ...ask(model), stream: true });
    await reply.send(provider.firstPiece());
    await reply.cut();
    const reading = (async () => {
      for await (const _chunk of await opening);
    })();

    await expect(reading).rejects.toMatchObject({
      code: 'provider_truncated',
      type: 'server_error',
    });
    await harness.waitForUsage(1);
  });

  const failure = (status: number): Reply =>
    json({ type: 'error', error: { type: 'some_error', message: 'No.' } }, { status });

  it.each([
    [400, OpenAI.BadRequestError, 400],
    [401, OpenAI.InternalServerError, 502],
    [404, OpenAI.NotFoundError, 404],
    [422, OpenAI.UnprocessableEntityError, 422],
    [429, OpenAI.RateLimitError, 429],
    [500, OpenAI.InternalServerError, 502],
    [503, OpenAI.InternalServerError, 503],
  ])('throws its own class for %i of the provider', async (status, kind, seen) => {
    await using harness = await start();
    provider.mock(harness, failure(status));
    provider.mock(harness, failure(status));
    const { completions } = clientOf(harness).chat;

    for (const call of [
      completions.create(ask(model)),
      completions.create({ ...ask(model), stream: true }),
    ]) {
      const error: unknown = await call.then(undefined, (thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(kind);
      expect(error).toMatchObject({
        status: seen,
        message: expect.stringContaining(provider.name),
      });
    }
    await harness.waitForUsage(2);
  });
});

const textOfArguments = (call: { type: string; function?: { arguments: string } }): string =>
  call.function?.arguments ?? '';

describe('the official client', () => {
  it.each([
    ['no such model', { model: 'opnai/gpt-4o' }, OpenAI.NotFoundError, 'model_not_found'],
    ['a wrong key', { key: 'tg_wrong' }, OpenAI.AuthenticationError, 'invalid_api_key'],
  ])('throws its own class for %s', async (_name, wrong, kind, code) => {
    await using harness = await start();
    const { key = harness.keys.member, model = OPENAI.model } = { ...wrong } as {
      key?: string;
      model?: string;
    };

    const call = clientOf(harness, key).chat.completions.create(ask(model));

    const error: unknown = await call.then(undefined, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ code });
    expect(await harness.usage()).toEqual([]);
  });

  it('tries again by itself when the provider is busy, each try booked', async () => {
    await using harness = await start();
    harness.openai.mockChatCompletion(
      json(
        { error: { message: 'Slow down.' } },
        { status: 429, headers: { 'retry-after-ms': '1' } },
      ),
    );
    harness.openai.mockChatCompletionSuccess();
    const client = new OpenAI({
      baseURL: `${harness.url}/v1`,
      apiKey: harness.keys.member,
      maxRetries: 1,
    });

    const { choices } = await client.chat.completions.create(ask(OPENAI.model));

    expect(choices).toHaveLength(1);
    expect((await harness.waitForUsage(2)).map(({ status }) => status)).toEqual(['failed', 'ok']);
  });

  it('lists models, and finds one whose name has slashes', async () => {
    await using harness = await start();
    const client = clientOf(harness);

    const listed = [];
    for await (const model of client.models.list()) listed.push(model);

    expect(listed.map(({ id }) => id)).toEqual(expect.arrayContaining(['gpt-4o', 'sim/echo']));
    expect(listed.every(({ object, owned_by }) => object === 'model' && owned_by !== '')).toBe(
      true,
    );
    expect(await client.models.retrieve('sim/echo')).toMatchObject({ id: 'sim/echo' });
    await expect(client.models.retrieve('no/such')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });

  it('embeds texts, in base64 as it asks by itself and as numbers', async () => {
    await using harness = await start();
    const bytes = Buffer.from(new Float32Array([0.5, -0.25]).buffer).toString('base64');
    const reply = (embedding: unknown) => ({
      object: 'list',
      model: 'text-embedding-3-small',
      data: [{ object: 'embedding', index: 0, embedding }],
      usage: { prompt_tokens: 3, total_tokens: 3 },
    });
    harness.openai.mockEmbeddings(json(reply(bytes)));
    harness.openai.mockEmbeddings(json(reply([0.5, -0.25])));
    const { embeddings } = clientOf(harness);
    const asked = { model: 'openai/text-embedding-3-small', input: 'a text' };

    const packed = await embeddings.create(asked);
    const plain = await embeddings.create({ ...asked, encoding_format: 'float' });

    expect(packed.data[0]?.embedding).toEqual([0.5, -0.25]);
    expect(plain.data[0]?.embedding).toEqual([0.5, -0.25]);
    expect(await harness.waitForUsage(2)).toMatchObject([{ inputTokens: 3 }, { inputTokens: 3 }]);
  });

  it('asks for responses, whole and streamed', async () => {
    await using harness = await start();
    harness.openai.mockResponseWithUsage('Hello there', 12, 7);
    harness.openai.mockResponseStream('Hello there', { input: 12, output: 7 });
    const { responses } = clientOf(harness);

    const whole = await responses.create({ model: 'openai/gpt-4o', input: 'Hi' });
    const streamed = await responses
      .stream({ model: 'openai/gpt-4o', input: 'Hi' })
      .finalResponse();

    expect([whole.output_text, streamed.output_text]).toEqual(['Hello there', 'Hello there']);
    expect(await harness.waitForUsage(2)).toMatchObject([
      { inputTokens: 12, outputTokens: 7 },
      { inputTokens: 12, outputTokens: 7 },
    ]);
  });

  it('completes texts as in old times, whole and streamed', async () => {
    await using harness = await start();
    harness.openai.mockCompletionSuccess(completionResponse('upon a time'));
    harness.openai.mockCompletionStream();
    const { completions } = clientOf(harness);
    const asked = { model: 'openai/gpt-3.5-turbo-instruct', prompt: 'Once' };

    const whole = await completions.create(asked);
    let streamed = '';
    for await (const chunk of await completions.create({ ...asked, stream: true })) {
      streamed += chunk.choices[0]?.text ?? '';
    }

    expect([whole.choices[0]?.text, streamed]).toEqual(['upon a time', 'Hello there']);
    await harness.waitForUsage(2);
  });
});

describe('the official client, served by the simulated provider', () => {
  it('chats, streams, calls tools to the end, and meets its failures', async () => {
    await using harness = await start();
    const { completions } = clientOf(harness).chat;
    const heard: unknown[] = [];

    const whole = await completions.create(ask('sim/echo'));
    const streamed = await completions.stream(ask('sim/echo')).finalChatCompletion();
    const runner = completions.runTools({
      ...ask('sim/tools'),
      tools: [
        {
          type: 'function',
          function: {
            ...WEATHER.function,
            parse: JSON.parse,
            function: (city: unknown) => {
              heard.push(city);
              return 'mild';
            },
          },
        },
      ],
    });

    expect(whole.choices[0]?.message.content).toBe('You said: What is the weather?');
    expect(streamed.choices[0]?.message.content).toBe('You said: What is the weather?');
    expect(await runner.finalContent()).toBe('The tool answered: mild');
    expect(heard).toEqual([{ city: expect.any(String) }]);
    await expect(completions.create(ask('sim/error-429'))).rejects.toBeInstanceOf(
      OpenAI.RateLimitError,
    );
    await expect(completions.stream(ask('sim/cut')).finalContent()).rejects.toMatchObject({
      code: 'provider_truncated',
    });
    await harness.waitForUsage(6);
  });

  it('asks for responses, completions and embeddings', async () => {
    await using harness = await start();
    const client = clientOf(harness);

    const response = await client.responses.create({ model: 'sim/echo', input: 'Hi' });
    const completion = await client.completions.create({ model: 'sim/echo', prompt: 'Hi' });
    const embedding = await client.embeddings.create({ model: 'sim/embed', input: 'Hi' });

    expect(response.output_text).toBe('You said: Hi');
    expect(completion.choices[0]?.text).toContain('Hi');
    expect(embedding.data[0]?.embedding.length).toBeGreaterThan(0);
    await harness.waitForUsage(3);
  });
});

/** What was said and called, in a form that is the same for any provider. */
const toolCallsOf = (message: OpenAI.ChatCompletionMessage | undefined): readonly string[] =>
  (message?.tool_calls ?? []).map((call) =>
    call.type === 'function' ? call.function.name : call.type,
  );

describe('what real providers sent, read by the official client', () => {
  const whole = (provider: string, name: string) => readRecording(provider, name);
  const RECORDED = [
    ...listRecordings().filter(({ family }) => family === 'openai-chat'),
    whole('anthropic', 'anthropic-tool-no-args'),
    whole('anthropic', 'anthropic-json-tool.1'),
    whole('anthropic', 'anthropic-programmatic-tool-calling.1'),
  ].filter(({ body, payloads }) => body !== undefined && payloads !== undefined);

  it.each(RECORDED.map((one) => [`${one.provider}/${one.name}`, one] as const))(
    'says something both ways: %s',
    async (_name, recording) => {
      await using harness = await start();
      const provider = recording.family === 'anthropic-messages' ? ANTHROPIC : OPENAI;
      provider.mock(harness, replay(recording));
      provider.mock(harness, replay(recording));
      const { completions } = clientOf(harness).chat;

      const once = await completions.create(ask(provider.model));
      const gathered = await completions.stream(ask(provider.model)).finalChatCompletion();

      for (const { choices } of [once, gathered]) {
        const message = choices[0]?.message;
        expect(message?.content || toolCallsOf(message).length > 0).toBeTruthy();
        expect(choices[0]?.finish_reason).toMatch(/^(stop|length|tool_calls)$/);
      }
      const booked = await harness.waitForUsage(2);
      expect(booked).toMatchObject([{ status: 'ok' }, { status: 'ok' }]);
      for (const usage of booked) expect(usage.outputTokens).toBeGreaterThan(0);
    },
  );
});
