import Anthropic from '@anthropic-ai/sdk';
import {
  bytes,
  createHarness,
  dataEvents,
  eventStream,
  frameRecording,
  type Harness,
  messageEvents,
  messageResponse,
  namedEvents,
  type Recording,
  readRecording,
  replay,
  slowDrip,
} from '@tollgate/testkit';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { post } from './support/chat-face.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness(createApp, {
    settings: ({ openai, anthropic }) => {
      const chat = { dialect: 'openai-chat', baseUrl: openai.baseUrl, apiKey: openai.apiKey };
      const names = ['groq', 'xai', 'deepseek', 'moonshotai', 'perplexity', 'mistral'];
      return {
        config: {
          providers: {
            ...Object.fromEntries(names.map((name) => [name, chat])),
            ollama: { ...chat, auth: 'bearer' },
            strange: {
              ...chat,
              dialect: ['openai-chat', 'openai-responses'],
              quirks: {
                omits: ['object', 'choices', 'role', 'index', 'tool_call_index', 'sequence_number'],
              },
            },
            again: {
              dialect: 'anthropic-messages',
              baseUrl: anthropic.baseUrl,
              apiKey: anthropic.apiKey,
              quirks: { repeatsStart: true },
            },
          },
        },
      };
    },
  });
});
afterAll(() => harness[Symbol.asyncDispose]());

const client = (): OpenAI =>
  new OpenAI({ baseURL: `${harness.url}/v1`, apiKey: harness.keys.member, maxRetries: 0 });

const asking = (model: string) => ({
  model,
  messages: [{ role: 'user' as const, content: 'Hi' }],
});

async function allOf<T>(stream: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

/** All that the official client reads of a stream whose usage it asked for. */
async function chunksOf(model: string): Promise<readonly OpenAI.ChatCompletionChunk[]> {
  const stream = await client().chat.completions.create({
    ...asking(model),
    stream: true,
    stream_options: { include_usage: true },
  });
  return allOf(stream);
}

const recorded = (provider: string, name: string): Recording => {
  const recording = readRecording(provider, name);
  harness.openai.mockChatCompletion(replay(recording));
  return recording;
};

const usageIn = (chunks: readonly OpenAI.ChatCompletionChunk[]) =>
  chunks.flatMap(({ usage }) => (usage ? [usage] : [])).at(-1);

/** Fields that the client's types don't know. */
const field = (holder: object | undefined, name: string): unknown =>
  Object.entries(holder ?? {}).find(([key]) => key === name)?.[1];

const joined = (chunks: readonly OpenAI.ChatCompletionChunk[], name: string): string =>
  chunks
    .flatMap(({ choices }) => choices.map(({ delta }) => field(delta, name)))
    .filter((text) => typeof text === 'string')
    .join('');

describe('usage, as the official client reads it', () => {
  it('stands in its own field where the provider sends it elsewhere', async () => {
    const usage = { prompt_tokens: 45, completion_tokens: 662, total_tokens: 707, queue_time: 0.5 };
    const chunk = { object: 'chat.completion.chunk', model: 'm' };
    const sent = [
      { ...chunk, choices: [{ index: 0, delta: { content: 'a' }, finish_reason: null }] },
      {
        ...chunk,
        choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
        x_groq: { id: 'req', usage },
      },
    ];
    harness.openai.mockChatCompletion(eventStream(dataEvents(sent))).times(2);

    const chunks = await chunksOf('groq/m');
    const unasked = await post(harness, '/v1/chat/completions', {
      ...asking('groq/m'),
      stream: true,
    });

    expect(usageIn(chunks)).toEqual(usage);
    expect(field(chunks.at(-1), 'x_groq')).toEqual({ id: 'req', usage });
    expect(unasked.text).toBe(dataEvents(sent).join(''));
  });

  it('stands there where the provider puts it in a choice', async () => {
    const usage = { prompt_tokens: 19, completion_tokens: 13, total_tokens: 32, cached_tokens: 7 };
    const sent = [{ model: 'm', choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage }] }];
    harness.openai.mockChatCompletion(eventStream(dataEvents(sent)));

    const chunks = await chunksOf('moonshotai/m');

    expect(usageIn(chunks)).toEqual({ ...usage, prompt_tokens_details: { cached_tokens: 7 } });
    expect(chunks.map(({ object }) => object)).toEqual(['chat.completion.chunk']);
    const booked = (await harness.usage()).at(-1);
    expect(booked).toMatchObject({ inputTokens: 19, outputTokens: 13, provenance: 'provider' });
  });

  it.each([true, false])('counts reasoning within the output (streamed: %s)', async (stream) => {
    recorded('xai', 'xai-text');

    const usage = stream
      ? usageIn(await chunksOf('xai/grok-3-mini'))
      : (await client().chat.completions.create(asking('xai/grok-3-mini'))).usage;

    const reasoning = usage?.completion_tokens_details?.reasoning_tokens ?? 0;
    expect(reasoning).toBe(stream ? 290 : 228);
    expect(usage?.completion_tokens).toBe(reasoning + 1);
    expect(usage?.total_tokens).toBe(12 + reasoning + 1);
    expect(field(usage, 'cost_in_usd_ticks')).toBe(stream ? 1466250 : 1176500);
  });

  it('tells cached and reasoning tokens in its details', async () => {
    const sent = {
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' }],
    };
    const counts = { prompt_tokens: 30, completion_tokens: 10, total_tokens: 40 };
    const reply = async (model: string, usage: object) => {
      const text = JSON.stringify({ ...sent, usage: { ...counts, ...usage } });
      harness.openai.mockChatCompletion(
        bytes(text, { headers: { 'content-type': 'application/json' } }),
      );
      return (await client().chat.completions.create(asking(model))).usage;
    };

    expect(await reply('deepseek/m', { prompt_cache_hit_tokens: 20 })).toMatchObject({
      prompt_tokens: 30,
      prompt_tokens_details: { cached_tokens: 20 },
    });
    expect(await reply('perplexity/m', { reasoning_tokens: 90, citation_tokens: 5 })).toEqual({
      prompt_tokens: 30,
      completion_tokens: 100,
      total_tokens: 130,
      reasoning_tokens: 90,
      citation_tokens: 5,
      completion_tokens_details: { reasoning_tokens: 90 },
    });
  });
});

describe('reasoning, as the official client reads it', () => {
  it.each([true, false])('stands beside a content of text (streamed: %s)', async (stream) => {
    recorded('mistral', 'mistral-reasoning');

    const message = stream
      ? undefined
      : (await client().chat.completions.create(asking('mistral/magistral-medium-2507'))).choices[0]
          ?.message;
    const chunks = stream ? await chunksOf('mistral/magistral-medium-2507') : [];

    const thought = 'The user is asking for 2+2. This is basic arithmetic. 2+2=4.';
    expect(
      message ? field(message, 'reasoning_content') : joined(chunks, 'reasoning_content'),
    ).toBe(thought);
    expect(message ? message.content : joined(chunks, 'content')).toBe('2 + 2 = 4');
  });

  it('goes back to the provider in the form it came in', async () => {
    harness.openai.mockChatCompletionSuccess().times(2).unchecked();
    const turn = (model: string) => ({
      model,
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'a', reasoning_content: 't' },
        { role: 'user', content: 'And?' },
      ],
    });

    await post(harness, '/v1/chat/completions', turn('mistral/m'));
    expect(harness.openai.lastRequest().body).toMatchObject({
      messages: [
        {},
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 't' }] },
            { type: 'text', text: 'a' },
          ],
        },
        {},
      ],
    });
    await post(harness, '/v1/chat/completions', turn('groq/m'));
    expect(harness.openai.lastRequest().text).toBe(
      '{"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"a","reasoning":"t"},{"role":"user","content":"And?"}]}',
    );
  });

  it('is told under the name that the dialect’s clients know, and stays under its own', async () => {
    const sent = [
      { choices: [{ index: 0, delta: { role: 'assistant', reasoning: 'hm' } }] },
      { choices: [{ index: 0, delta: { content: 'a' }, finish_reason: 'stop' }] },
    ];
    harness.openai.mockChatCompletion(eventStream(dataEvents(sent)));

    const chunks = await chunksOf('groq/m');

    expect(joined(chunks, 'reasoning_content')).toBe('hm');
    expect(joined(chunks, 'reasoning')).toBe('hm');
    expect(joined(chunks, 'content')).toBe('a');
  });
});

describe('streams, as the official clients put them together', () => {
  it('tell parallel tool calls apart that came under one index', async () => {
    const call = (id: string, city: string) => ({
      choices: [
        {
          index: 0,
          delta: {
            role: 'assistant',
            tool_calls: [
              {
                id,
                index: 0,
                type: 'function',
                function: { name: 'f', arguments: `{"c":"${city}"}` },
              },
            ],
          },
          finish_reason: null,
        },
      ],
    });
    const end = { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] };
    const sent = dataEvents([call('a', 'Oslo'), call('b', 'Rome'), end]);
    harness.openai.mockChatCompletion(eventStream(sent));

    const { choices } = await client()
      .chat.completions.stream(asking('ollama/m'))
      .finalChatCompletion();

    expect(choices[0]?.message.tool_calls).toMatchObject([
      { id: 'a', function: { arguments: '{"c":"Oslo"}' } },
      { id: 'b', function: { arguments: '{"c":"Rome"}' } },
    ]);
  });

  it('have a kind, a role and positions where the provider leaves them out', async () => {
    const sent = dataEvents([
      { id: 'x' },
      { choices: [{ delta: { content: 'Hel' } }] },
      { choices: [{ delta: { content: 'lo' }, finish_reason: 'stop' }], later: 1 },
    ]);
    harness.openai.mockChatCompletion(slowDrip(7, 0, eventStream(sent))).times(2);

    const { choices } = await client()
      .chat.completions.stream(asking('strange/m'))
      .finalChatCompletion();
    const raw = await post(harness, '/v1/chat/completions', {
      ...asking('strange/m'),
      stream: true,
    });

    expect(choices).toMatchObject([{ message: { role: 'assistant', content: 'Hello' } }]);
    const object = 'chat.completion.chunk';
    expect(raw.text).toBe(
      dataEvents([
        { id: 'x', object, choices: [] },
        { choices: [{ delta: { content: 'Hel', role: 'assistant' }, index: 0 }], object },
        {
          choices: [{ delta: { content: 'lo' }, finish_reason: 'stop', index: 0 }],
          later: 1,
          object,
        },
      ]).join(''),
    );
  });

  it('of a response are numbered where the provider doesn’t', async () => {
    const events = [
      { type: 'response.created', response: { id: 'r', model: 'm', output: [] } },
      { type: 'response.completed', response: { id: 'r', model: 'm', output: [] } },
    ];
    harness.openai.mockResponse(
      eventStream(
        events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
      ),
    );

    const stream = await client().responses.create({
      model: 'strange/m',
      input: 'Hi',
      stream: true,
    });

    const numbers = (await allOf(stream)).map((event) => field(event, 'sequence_number'));
    expect(numbers).toEqual([0, 1]);
  });

  it('of messages begin once', async () => {
    const [start = '', ...rest] = namedEvents(messageEvents(messageResponse('Hello')));
    harness.anthropic.mockMessage(eventStream([start, start, start, ...rest])).unchecked();

    const message = await new Anthropic({
      baseURL: harness.url,
      apiKey: harness.keys.member,
      maxRetries: 0,
    }).messages
      .stream({ ...asking('again/m'), max_tokens: 64 })
      .finalMessage();

    expect(message.stop_reason).toBe('end_turn');
    expect(message.content).toMatchObject([{ type: 'text', text: 'Hello' }]);
  });
});

describe('everything else that such a provider sent', () => {
  it.each([
    ['groq', 'groq-text'],
    ['groq', 'groq-tool-call'],
    ['deepseek', 'deepseek-text'],
  ])('passes byte by byte: %s/%s', async (provider, name) => {
    const recording = recorded(provider, name);

    const reply = await post(harness, '/v1/chat/completions', {
      ...asking(`${provider}/m`),
      stream: true,
      stream_options: { include_usage: true },
    });

    expect(reply.text).toBe(frameRecording(recording));
  });

  it('passes byte by byte around the role that its first delta lacked', async () => {
    const recording = recorded('mistral', 'mistral-incremental-tool-call');

    const reply = await post(harness, '/v1/chat/completions', {
      ...asking('mistral/m'),
      stream: true,
      stream_options: { include_usage: true },
    });

    const [before = '', after = '', ...more] = reply.text.split(',"role":"assistant"');
    expect(more).toEqual([]);
    expect(before + after).toBe(frameRecording(recording));
    expect(before).not.toContain('\n\n');
  });

  it('passes byte by byte around what is mended', async () => {
    const recording = recorded('moonshotai', 'moonshotai-stream');

    const reply = await post(harness, '/v1/chat/completions', {
      ...asking('moonshotai/m'),
      stream: true,
      stream_options: { include_usage: true },
    });

    expect(reply.text.replaceAll(',"object":"chat.completion.chunk"}\n', '}\n')).toBe(
      frameRecording(recording),
    );
  });
});

describe('a stream of several choices', () => {
  const piece = (index: number, finish_reason: string | null = null) => ({
    model: 'm',
    choices: [{ index, delta: { content: 'a' }, finish_reason }],
  });

  it('is cut, not ended, when only one of them has finished', async () => {
    const sent = dataEvents([piece(0), piece(1), piece(0, 'stop')], false);
    harness.openai.mockChatCompletion(eventStream(sent));

    const reply = await post(harness, '/v1/chat/completions', {
      ...asking('openai/gpt-4o'),
      n: 2,
      stream: true,
    });

    expect(reply.text).toContain('provider_truncated');
    const booked = await harness.settled(reply.headers.get('x-tollgate-call') ?? '');
    expect(booked).toMatchObject({ errorKind: 'provider_truncated' });
  });
});
