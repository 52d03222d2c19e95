import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  chatResponse,
  MockOpenAi,
  parseSse,
  parseSseJson,
  readRecording,
  streamingChunks,
  streamingToolCallChunks,
  TEST_OPENAI_API_KEY,
} from '../src/index.ts';

const ask = { model: 'gpt-4', messages: [{ role: 'user', content: 'Hi' }] };

interface Call {
  readonly path?: string;
  readonly key?: string;
  readonly type?: string;
}

function post(mock: MockOpenAi, body: unknown, call: Call = {}): Promise<Response> {
  return fetch(`${mock.baseUrl}${call.path ?? '/chat/completions'}`, {
    method: 'POST',
    headers: {
      'content-type': call.type ?? 'application/json',
      authorization: `Bearer ${call.key ?? TEST_OPENAI_API_KEY}`,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const Reply = z.object({
  choices: z.tuple([z.object({ message: z.object({ content: z.string() }) })]),
});

const contentOf = async (response: Response): Promise<string> =>
  Reply.parse(await response.json()).choices[0].message.content;

describe('MockOpenAi', () => {
  it('answers in the order of the script, not with the first that was mounted', async () => {
    await using mock = await MockOpenAi.start();
    mock.mockChatCompletionWithUsage('one', 1, 2);
    mock.mockChatCompletionRateLimited(7);
    mock.mockChatCompletionSuccess(chatResponse('three'));

    expect(await contentOf(await post(mock, ask))).toBe('one');
    const limited = await post(mock, ask);
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
    expect(await contentOf(await post(mock, ask))).toBe('three');
  });

  it('repeats a persistent script until another waits, and one with a count as often as counted', async () => {
    await using mock = await MockOpenAi.start();
    mock.mockChatCompletionWithUsage('always', 1, 1).persist();
    await post(mock, ask);
    mock.mockChatCompletionWithUsage('twice', 1, 1).times(2);

    const texts = [];
    for (let i = 0; i < 4; i++) texts.push(await contentOf(await post(mock, ask)));

    expect(texts).toEqual(['twice', 'twice', 'always', 'always']);
  });

  it('fails when a scripted request never comes, unless that is optional', async () => {
    const mock = await MockOpenAi.start();
    mock.mockEmbeddingsSuccess();
    mock.mockCompletionSuccess().optional();
    mock.mockChatCompletionSuccess().times(2);
    await post(mock, ask);

    await expect(mock[Symbol.asyncDispose]()).rejects.toThrow(
      /embeddings\) was expected[\s\S]*chat\/completions \(whole reply\) was expected/,
    );
  });

  it('fails when a request comes that nothing was scripted for', async () => {
    await using mock = await MockOpenAi.start();

    const reply = await post(mock, {}, { path: '/files' });

    expect(reply.status).toBe(501);
    expect(() => mock.verify()).toThrow('POST /v1/files came, but nothing was scripted for it');
  });

  it.each([
    ['a missing model', { messages: ask.messages }, 'model: '],
    ['an empty list of messages', { ...ask, messages: [] }, 'messages: '],
    [
      'a role that is none',
      { ...ask, messages: [{ role: 'bot', content: '' }] },
      'messages[0].role',
    ],
    ['the gateway’s own words', { ...ask, tier: 'simple' }, 'fields that this API has not: tier'],
    ['another API’s words', { ...ask, max_output_tokens: 5 }, 'has not: max_output_tokens'],
    ['stream_options without a stream', { ...ask, stream_options: {} }, 'stream_options is only'],
    [
      'an object where arguments are a string',
      {
        ...ask,
        messages: [
          {
            role: 'assistant',
            content: '',
            tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: {} } }],
          },
          { role: 'tool', tool_call_id: 'c1', content: 'ok' },
        ],
      },
      'messages[0].tool_calls[0].function.arguments',
    ],
    [
      'a tool result without a call',
      { ...ask, messages: [{ role: 'tool', tool_call_id: 'c9', content: 'ok' }] },
      'tool_call_id c9 answers no open call',
    ],
  ])('refuses %s with 400 and fails the test', async (_, body, reason) => {
    const mock = await MockOpenAi.start();
    mock.mockChatCompletionSuccess();

    const reply = await post(mock, body);

    expect(reply.status).toBe(400);
    await expect(mock[Symbol.asyncDispose]()).rejects.toThrow(reason);
  });

  it.each([
    ['a wrong key', { key: 'sk-other' }, 401, 'authorization is not'],
    ['a wrong content type', { type: 'text/plain' }, 415, 'the content type is text/plain'],
  ])('refuses %s and fails the test', async (_, call, status, reason) => {
    const mock = await MockOpenAi.start();
    mock.mockChatCompletionSuccess();

    expect((await post(mock, ask, call)).status).toBe(status);
    await expect(mock[Symbol.asyncDispose]()).rejects.toThrow(reason);
  });

  it('refuses what is no JSON', async () => {
    await using mock = await MockOpenAi.start();
    mock.mockChatCompletionSuccess();

    expect((await post(mock, '{"model":')).status).toBe(400);
    expect(() => mock.verify()).toThrow('the body is no JSON');
  });

  it('lets a body through unchecked where the script is the provider’s own refusal', async () => {
    await using mock = await MockOpenAi.start();
    mock.mockChatCompletionBadRequest('Invalid temperature', 'temperature');

    const reply = await post(mock, { ...ask, temperature: 99 });

    expect(await reply.json()).toMatchObject({ error: { param: 'temperature' } });
  });

  it('keeps unknown fields and shows requests with headers and parsed bodies', async () => {
    await using mock = await MockOpenAi.start();
    mock.mockChatCompletionSuccess();

    await post(mock, { ...ask, brand_new: [1] });

    const request = mock.lastRequest('POST /v1/chat/completions');
    expect(request.body).toEqual({ ...ask, brand_new: [1] });
    expect(request.headers['content-type']).toBe('application/json');
    expect(await request.ended).toBe('complete');
  });

  it('streams with [DONE], and the usage chunk only to who asked for it', async () => {
    await using mock = await MockOpenAi.start();
    mock.mockChatCompletionStream(streamingChunks('Hello there')).times(2);

    const without = await (await post(mock, { ...ask, stream: true })).text();
    const options = { include_usage: true };
    const reply = await post(mock, { ...ask, stream: true, stream_options: options });
    const text = await reply.text();

    expect(reply.headers.get('content-type')).toContain('text/event-stream');
    expect(parseSse(text).at(-1)?.data).toBe('[DONE]');
    expect(parseSseJson(text).at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 50 } });
    expect(without).not.toContain('prompt_tokens');
  });

  it('fails when a stream is scripted and a whole reply is asked for, or the other way', async () => {
    await using mock = await MockOpenAi.start();
    mock.mockChatCompletionStream(streamingChunks('Hi'));
    mock.mockChatCompletionSuccess();

    await post(mock, ask);
    await post(mock, { ...ask, stream: true });

    expect(() => mock.verify()).toThrow(/a stream is scripted[\s\S]*a whole reply is scripted/);
  });

  it('answers tool calls whole, in parallel and interleaved in a stream', async () => {
    await using mock = await MockOpenAi.start();
    const calls = [
      { id: 'call_1', name: 'weather', arguments: '{"city":"Oslo"}' },
      { id: 'call_2', name: 'time', arguments: '{"zone":"CET"}' },
    ];
    mock.mockChatCompletionWithToolCalls('weather', '{"city":"Oslo"}', 'call_1');
    mock.mockChatCompletionWithParallelToolCalls(calls);
    mock.mockChatCompletionStream(streamingToolCallChunks(calls));

    const one = await (await post(mock, ask)).json();
    const both = await (await post(mock, ask)).json();
    const chunks = await (await post(mock, { ...ask, stream: true })).text();

    expect(one).toMatchObject({
      usage: { prompt_tokens: 50, completion_tokens: 20, total_tokens: 70 },
    });
    expect(both).toMatchObject({
      choices: [{ message: { tool_calls: [{ id: 'call_1' }, { id: 'call_2' }] } }],
      usage: { total_tokens: 120 },
    });
    expect(chunks.match(/"index":[01],"function"/g)).toHaveLength(4);
  });

  it('serves completions, embeddings, responses and models in their own shapes', async () => {
    await using mock = await MockOpenAi.start();
    mock.mockCompletionWithUsage('text', 3, 4);
    mock.mockEmbeddingsSuccess([[1, 2]], 5);
    mock.mockResponseWithUsage('text', 6, 7);
    mock.mockResponseStream('a b');

    const completion = await post(mock, { model: 'm', prompt: 'x' }, { path: '/completions' });
    const embedding = await post(mock, { model: 'm', input: 'x' }, { path: '/embeddings' });
    const response = await post(mock, { model: 'm', input: 'x' }, { path: '/responses' });
    const streaming = { model: 'm', input: 'x', stream: true };
    const events = parseSse(await (await post(mock, streaming, { path: '/responses' })).text());
    const headers = { authorization: `Bearer ${mock.apiKey}` };
    const models = await fetch(`${mock.baseUrl}/models`, { headers });

    expect(await completion.json()).toMatchObject({ usage: { total_tokens: 7 } });
    expect(await embedding.json()).toMatchObject({ data: [{ embedding: [1, 2] }] });
    expect(await response.json()).toMatchObject({ usage: { input_tokens: 6 } });
    expect(events.map(({ event }) => event).slice(-1)).toEqual(['response.completed']);
    expect(await models.json()).toHaveProperty('data.length', 5);
  });

  it('replays a recording, whole or streamed as the request asks', async () => {
    await using mock = await MockOpenAi.start();
    const recording = readRecording('groq', 'groq-text');
    mock.mockReplay(recording).times(2);

    const whole = await (await post(mock, ask)).json();
    const streamed = parseSse(await (await post(mock, { ...ask, stream: true })).text());

    expect(whole).toEqual(recording.body);
    expect(streamed.map(({ data }) => data)).toEqual([...(recording.payloads ?? []), '[DONE]']);
  });

  it('says which secret-bearing request left the gateway', async () => {
    await using mock = await MockOpenAi.start();
    mock.forbid('tg_secret');
    mock.mockChatCompletionSuccess();

    await post(mock, { ...ask, user: 'tg_secret' });

    expect(() => mock.verify()).toThrow('carries a secret');
  });

  it('waits for requests without polling, and says how many came when they don’t', async () => {
    await using mock = await MockOpenAi.start();
    mock.mockChatCompletionSuccess();

    const waiting = mock.waitForRequests(1);
    await post(mock, ask);

    expect(await waiting).toHaveLength(1);
    await expect(mock.waitForRequests(2, { deadlineMs: 10 })).rejects.toThrow('1 of 2 requests');
  });

  it('scripts any other path, checking the key alone', async () => {
    await using mock = await MockOpenAi.start();
    mock.mockReply('POST', '/v1/audio/speech', (writer) => {
      writer.head(200, { 'content-type': 'audio/mpeg' });
      writer.end();
    });

    const reply = await post(mock, 'anything', { path: '/audio/speech?x=1', type: 'text/plain' });

    expect(reply.headers.get('content-type')).toBe('audio/mpeg');
    expect(mock.lastRequest().query.get('x')).toBe('1');
  });
});
