import Anthropic from '@anthropic-ai/sdk';
import {
  chatResponse,
  chatStream,
  controlledReply,
  createHarness,
  eventStream,
  type Harness,
  html,
  json,
  messageEvents,
  messageResponse,
  namedEvents,
  type Reply,
  readRecording,
  streamingChunks,
  streamingToolCallChunks,
  thinkingResponse,
  toolCallsResponse,
  toolUseResponse,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { fieldsOf } from './support/chat-face.ts';

/** By its provider's name too: of the bare one the client warns that it is old. */
const CLAUDE = 'anthropic/claude-sonnet-4-5';

/** `other` is a provider that speaks Chat Completions and nothing else. */
const start = (): Promise<Harness> =>
  createHarness(createApp, {
    settings: ({ openai }) => ({
      config: {
        providers: {
          other: { dialect: 'openai-chat', baseUrl: openai.baseUrl, apiKey: openai.apiKey },
        },
      },
    }),
  });

const clientOf = (harness: Harness, apiKey: string = harness.keys.member): Anthropic =>
  new Anthropic({ baseURL: harness.url, apiKey, maxRetries: 0 });

const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'What is the weather?' }];
const ask = (model: string) => ({ model, max_tokens: 256, messages: [...messages] });

const WEATHER: Anthropic.Tool = {
  name: 'weather',
  description: 'The weather in a city.',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
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
  refuse(harness: Harness): void;
  /** The ids and texts of the tools' results, as this provider was told them. */
  results(body: unknown): readonly unknown[];
}

const counts = { input: 50, output: 20 };
const used = (calls: readonly Call[]) =>
  toolUseResponse(
    calls.map(({ id, city }) => ({ id, name: 'weather', input: { city } })),
    counts,
  );
const called = (calls: readonly Call[]) =>
  calls.map(({ id, city }) => ({ id, name: 'weather', arguments: JSON.stringify({ city }) }));
const messagesOf = (body: unknown): readonly { readonly [field: string]: unknown }[] => {
  const list = fieldsOf(body)['messages'];
  return Array.isArray(list) ? list.map(fieldsOf) : [];
};

const PASSED: Provider = {
  name: 'passed to Anthropic',
  model: CLAUDE,
  text: (text) => json(messageResponse(text, counts)),
  textStream: (text) => eventStream(namedEvents(messageEvents(messageResponse(text, counts)))),
  calls: (calls) => json(used(calls)),
  // The events' builder takes any whole message; its type names the text form only.
  callsStream: (calls) => eventStream(namedEvents(messageEvents(used(calls)))),
  firstPiece: () =>
    namedEvents(messageEvents(messageResponse('Hello')))
      .slice(0, 4)
      .join(''),
  mock: ({ anthropic }, reply) => void anthropic.mockMessage(reply),
  refuse: ({ anthropic }) => void anthropic.mockMessageBadRequest('max_tokens: too large'),
  results: (body) => {
    const content = messagesOf(body).at(-1)?.['content'];
    return Array.isArray(content) ? content.map((block) => [block.tool_use_id, block.content]) : [];
  },
};

const TRANSLATED: Provider = {
  name: 'translated to Chat',
  model: 'other/gpt-4o',
  text: (text) => json(chatResponse(text, counts)),
  textStream: (text) => chatStream(streamingChunks(text, counts)),
  calls: (calls) => json(toolCallsResponse(called(calls), counts)),
  callsStream: (calls) => chatStream(streamingToolCallChunks(called(calls), counts)),
  firstPiece: () => `data: ${JSON.stringify(streamingChunks('Hello')[1])}\n\n`,
  mock: ({ openai }, reply) => void openai.mockChatCompletion(reply),
  refuse: ({ openai }) => void openai.mockChatCompletionBadRequest('too large', 'max_tokens'),
  results: (body) =>
    messagesOf(body)
      .filter(({ role }) => role === 'tool')
      .map((message) => [message['tool_call_id'], message['content']]),
};

const received = ({ anthropic, openai }: Harness): unknown =>
  [...anthropic.receivedRequests(), ...openai.receivedRequests()].at(-1)?.body;

describe.each([PASSED, TRANSLATED])('the official Anthropic client, $name', (provider) => {
  it('reads a whole message, with its usage and the call’s id', async () => {
    await using harness = await start();
    provider.mock(harness, provider.text('It is mild.'));

    const message = await clientOf(harness).messages.create(ask(provider.model));

    expect(message).toMatchObject({
      id: expect.stringMatching(/./),
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: 'It is mild.' }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 50, output_tokens: 20 },
    });
    const [usage, ...others] = await harness.usage();
    expect(others).toEqual([]);
    expect(usage).toMatchObject({
      callId: message._request_id,
      face: 'anthropic',
      status: 'ok',
      inputTokens: 50,
      outputTokens: 20,
      provenance: 'provider',
    });
  });

  it('reads a stream to the same final message, booked once', async () => {
    await using harness = await start();
    provider.mock(harness, provider.textStream('It is mild in Oslo.'));
    const pieces: string[] = [];
    const types: string[] = [];

    const stream = clientOf(harness).messages.stream(ask(provider.model));
    stream.on('text', (piece) => void pieces.push(piece));
    stream.on('streamEvent', ({ type }) => void types.push(type));
    const message = await stream.finalMessage();

    expect(pieces.length).toBeGreaterThan(1);
    expect(message).toMatchObject({
      content: [{ type: 'text', text: 'It is mild in Oslo.' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 50, output_tokens: 20 },
    });
    const ordered = types.filter((type, at) => type !== types[at - 1]);
    expect(ordered).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    const booked = await harness.usage();
    expect(booked.map((one) => [one.inputTokens, one.outputTokens])).toEqual([[50, 20]]);
  });

  it.each([false, true])('runs parallel tools over two turns, streamed: %s', async (streamed) => {
    await using harness = await start();
    const calls = [
      { id: 'toolu_1', city: 'Oslo' },
      { id: 'toolu_2', city: 'Rome' },
    ];
    provider.mock(harness, streamed ? provider.callsStream(calls) : provider.calls(calls));
    const answer = 'Oslo 4, Rome 15.';
    provider.mock(harness, streamed ? provider.textStream(answer) : provider.text(answer));
    const client = clientOf(harness);
    const turn = (history: Anthropic.MessageParam[]) => {
      const body = { ...ask(provider.model), messages: history, tools: [WEATHER] };
      return streamed ? client.messages.stream(body).finalMessage() : client.messages.create(body);
    };

    const first = await turn(messages);
    const uses = first.content.filter((block) => block.type === 'tool_use');
    const second = await turn([
      ...messages,
      { role: 'assistant', content: first.content },
      {
        role: 'user',
        content: uses.map(({ id, input }) => ({
          type: 'tool_result',
          tool_use_id: id,
          content: `weather of ${JSON.stringify(input)}`,
        })),
      },
    ]);

    expect(first.stop_reason).toBe('tool_use');
    expect(uses.map(({ name, input }) => [name, input])).toEqual([
      ['weather', { city: 'Oslo' }],
      ['weather', { city: 'Rome' }],
    ]);
    expect(provider.results(received(harness))).toEqual([
      ['toolu_1', 'weather of {"city":"Oslo"}'],
      ['toolu_2', 'weather of {"city":"Rome"}'],
    ]);
    expect(second.content).toMatchObject([{ type: 'text', text: answer }]);
    expect(await harness.usage()).toHaveLength(2);
  });

  it('ends the provider’s call when the client leaves, and books what was', async () => {
    await using harness = await start();
    const upstream = controlledReply();
    provider.mock(harness, upstream.reply);
    const stream = clientOf(harness).messages.stream(ask(provider.model));
    const ended = stream.finalMessage().catch((error: unknown) => error);

    await upstream.started;
    const heard = new Promise((resolve) => stream.once('text', resolve));
    await upstream.send(provider.firstPiece());
    await heard;
    stream.abort();

    expect(await ended).toBeInstanceOf(Anthropic.APIUserAbortError);
    await upstream.left;
    expect(await harness.waitForUsage(1)).toMatchObject([{ errorKind: 'client_closed' }]);
  });

  it('throws the class of an error, with the call’s id', async () => {
    await using harness = await start();
    provider.refuse(harness);
    const failed = async (call: Promise<unknown>): Promise<unknown> =>
      await call.then(String, (error: unknown) => error);
    const client = clientOf(harness);

    const refused = await failed(client.messages.create(ask(provider.model)));
    provider.mock(harness, html(502));
    const broken = await failed(client.messages.create(ask(provider.model)));
    const stranger = await failed(
      clientOf(harness, 'tg_nobody').messages.create(ask(provider.model)),
    );
    const unknown = await failed(client.messages.create(ask('nobody')));

    expect(refused).toBeInstanceOf(Anthropic.BadRequestError);
    expect(refused).toMatchObject({ type: 'invalid_request_error' });
    expect(broken).toBeInstanceOf(Anthropic.InternalServerError);
    expect(stranger).toBeInstanceOf(Anthropic.AuthenticationError);
    expect(unknown).toBeInstanceOf(Anthropic.NotFoundError);
    const [usage] = await harness.usage();
    expect(refused).toMatchObject({
      requestID: usage?.callId,
      error: { request_id: usage?.callId },
    });
  });
});

describe('the official Anthropic client and the simulation', () => {
  it('talks, calls a tool, thinks, is limited: without any key or network', async () => {
    await using harness = await start();
    const client = clientOf(harness);

    const echo = await client.messages.create(ask('sim/echo'));
    const tools = await client.messages
      .stream({ ...ask('sim/tools'), tools: [WEATHER] })
      .finalMessage();
    const reason = await client.messages.stream(ask('sim/reason')).finalMessage();
    const limited = await client.messages.create(ask('sim/error-429')).catch((error) => error);

    expect(echo.content).toMatchObject([{ type: 'text', text: 'You said: What is the weather?' }]);
    expect(tools.stop_reason).toBe('tool_use');
    expect(reason.content.map(({ type }) => type)).toEqual(['thinking', 'text']);
    expect(limited).toBeInstanceOf(Anthropic.RateLimitError);
    expect(await harness.usage()).toHaveLength(4);
  });

  it('lists models, finds one, counts tokens', async () => {
    await using harness = await start();
    const client = clientOf(harness);

    const ids: string[] = [];
    for await (const { id } of client.models.list({ limit: 3 })) ids.push(id);
    const found = await client.models.retrieve('sim/echo');
    const counted = await client.messages.countTokens({ model: 'sim/echo', messages });

    expect(ids).toEqual(expect.arrayContaining(['claude-sonnet-4-5', 'gpt-4o', 'sim/echo']));
    expect(new Set(ids).size).toBe(ids.length);
    expect(found).toMatchObject({ type: 'model', id: 'sim/echo' });
    expect(counted.input_tokens).toBeGreaterThan(4);
  });

  it('takes the key in x-api-key as well', async () => {
    await using harness = await start();
    const headers = { authorization: null, 'x-api-key': harness.keys.member };

    const message = await clientOf(harness, 'unused').messages.create(ask('sim/echo'), { headers });

    expect(message.type).toBe('message');
  });
});

describe('thinking', () => {
  it('comes back to Anthropic with its signature, over a tool’s turns', async () => {
    await using harness = await start();
    const thought = thinkingResponse('The user wants weather.', 'Let me look.', counts);
    const content = [...thought.content, ...used([{ id: 'toolu_1', city: 'Oslo' }]).content];
    const first = { ...thought, content, stop_reason: 'tool_use' };
    harness.anthropic.mockMessageStream(messageEvents(first));
    harness.anthropic.mockMessageSuccess(messageResponse('Mild.'));
    const client = clientOf(harness);
    const body = {
      ...ask(CLAUDE),
      max_tokens: 4_096,
      tools: [WEATHER],
      thinking: { type: 'enabled' as const, budget_tokens: 2_048 },
    };

    const turn = await client.messages.stream(body).finalMessage();
    const result = { type: 'tool_result' as const, tool_use_id: 'toolu_1', content: '4 degrees' };
    const assistant = { role: 'assistant' as const, content: turn.content };
    await client.messages.create({
      ...body,
      messages: [...messages, assistant, { role: 'user', content: [result] }],
    });

    expect(turn.content[0]).toMatchObject({ type: 'thinking', signature: 'c2lnbmF0dXJl' });
    const sent = messagesOf(received(harness))[1];
    expect(fieldsOf(sent)['content']).toEqual(JSON.parse(JSON.stringify(turn.content)));
  });

  it('of another dialect’s model is shown as thoughts, and can be sent back', async () => {
    await using harness = await start();
    harness.openai.mockReplay(readRecording('deepseek', 'deepseek-reasoning'));
    harness.openai.mockChatCompletionSuccess(chatResponse('Again.'));
    const client = clientOf(harness);

    const turn = await client.messages.stream(ask('other/deepseek-reasoner')).finalMessage();
    const again = await client.messages.create({
      ...ask('other/deepseek-reasoner'),
      messages: [
        ...messages,
        { role: 'assistant', content: turn.content },
        { role: 'user', content: 'Again.' },
      ],
    });

    expect(turn.content.map(({ type }) => type)).toEqual(['thinking', 'text']);
    expect(again.content).toMatchObject([{ text: 'Again.' }]);
    expect(messagesOf(received(harness)).map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
    ]);
  });
});

describe('what a translated message says', () => {
  it.each([
    ['stop', 'end_turn'],
    ['length', 'max_tokens'],
    ['content_filter', 'refusal'],
  ])('finish reason %s is %s', async (finish, stop) => {
    await using harness = await start();
    const reply = chatResponse('Hi.');
    const choices = reply.choices.map((choice) => ({ ...choice, finish_reason: finish }));
    harness.openai.mockChatCompletionSuccess({ ...reply, choices });

    const message = await clientOf(harness).messages.create(ask(TRANSLATED.model));

    expect(message.stop_reason).toBe(stop);
  });

  it('counts cached input beside the rest, and the ledger counts each once', async () => {
    await using harness = await start();
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 30,
      total_tokens: 130,
      prompt_tokens_details: { cached_tokens: 60 },
      completion_tokens_details: { reasoning_tokens: 10 },
    };
    harness.openai.mockChatCompletionSuccess({ ...chatResponse('Hi.'), usage });
    const chunks = streamingChunks('Hi.');
    const last = { ...chunks.at(-1), usage };
    harness.openai.mockChatCompletionStream([...chunks.slice(0, -1), last]);
    const client = clientOf(harness);

    const whole = await client.messages.create(ask(TRANSLATED.model));
    const streamed = await client.messages.stream(ask(TRANSLATED.model)).finalMessage();

    for (const message of [whole, streamed]) {
      expect(message.usage).toMatchObject({
        input_tokens: 40,
        cache_read_input_tokens: 60,
        output_tokens: 30,
        output_tokens_details: { thinking_tokens: 10 },
      });
    }
    const booked = await harness.usage();
    expect(booked.map((one) => [one.inputTokens, one.outputTokens])).toEqual([
      [100, 30],
      [100, 30],
    ]);
  });

  it('is asked with images, system and settings in Chat’s words', async () => {
    await using harness = await start();
    harness.openai.mockChatCompletionSuccess();
    const data = 'iVBORw0KGgo=';

    await clientOf(harness).messages.create({
      ...ask(TRANSLATED.model),
      system: 'Be brief.',
      stop_sequences: ['END'],
      tools: [WEATHER],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data } },
            { type: 'image', source: { type: 'url', url: 'https://example.org/a.png' } },
          ],
        },
      ],
    });

    expect(received(harness)).toMatchObject({
      model: 'gpt-4o',
      max_completion_tokens: 256,
      stop: ['END'],
      tool_choice: 'required',
      parallel_tool_calls: false,
      messages: [
        { role: 'system' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } },
            { type: 'image_url', image_url: { url: 'https://example.org/a.png' } },
          ],
        },
      ],
    });
  });
});

describe('usage of a passed message', () => {
  it.each([false, true])(
    'is booked with every class of the cache, streamed: %s',
    async (stream) => {
      await using harness = await start();
      const reply = messageResponse('Hi.');
      const usage = {
        ...reply.usage,
        input_tokens: 10,
        cache_read_input_tokens: 1_000,
        cache_creation_input_tokens: 300,
        cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
        output_tokens: 7,
      };
      harness.anthropic.mockMessage(
        stream
          ? eventStream(namedEvents(messageEvents({ ...reply, usage })))
          : json({ ...reply, usage }),
      );
      const client = clientOf(harness);

      const message = stream
        ? await client.messages.stream(ask(CLAUDE)).finalMessage()
        : await client.messages.create(ask(CLAUDE));

      expect(message.usage).toMatchObject({ input_tokens: 10, cache_read_input_tokens: 1_000 });
      expect(await harness.usage()).toMatchObject([{ inputTokens: 1_310, outputTokens: 7 }]);
      const input = JSON.stringify({ groupBy: [] });
      const { body } = await harness.withAdmin().get('/trpc/usage.summary').query({ input });
      expect(body.result.data).toMatchObject([
        { inputTokens: 1_310, cachedInputTokens: 1_000, cacheWriteTokens: 300 },
      ]);
    },
  );
});
