import {
  chatResponse,
  createHarness,
  type Harness,
  parseSseJson,
  streamingChunks,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';

const PATH = '/v1/chat/completions';
const hello = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello' }] };

const ask = (harness: Harness, body: object) => harness.withToken().post(PATH).send(body);

describe('chat completions, the origin’s fifteen', () => {
  it('test_chat_completions_valid_request: the six top fields, of type chat.completion', async () => {
    await using harness = await createHarness(createApp);
    harness.openai.mockChatCompletionSuccess(chatResponse('Hi.', { model: 'gpt-4o' }));

    const { body } = await ask(harness, hello).expect(200);

    expect(Object.keys(body)).toEqual(
      expect.arrayContaining(['id', 'object', 'created', 'model', 'choices', 'usage']),
    );
    expect(body).toMatchObject({ object: 'chat.completion', model: 'gpt-4o' });
  });

  it('test_chat_completions_with_system_message: it reaches the provider in its place', async () => {
    await using harness = await createHarness(createApp);
    harness.openai.mockChatCompletionSuccess();
    const messages = [{ role: 'system', content: 'Be brief.' }, ...hello.messages];

    await ask(harness, { ...hello, messages }).expect(200);

    expect(harness.openai.lastRequest().body).toMatchObject({ messages });
  });

  it('test_chat_completions_choices_structure: index, message of the assistant, finish reason', async () => {
    await using harness = await createHarness(createApp);
    harness.openai.mockChatCompletionSuccess(chatResponse('Hi.'));

    const { body } = await ask(harness, hello).expect(200);

    expect(body.choices).toHaveLength(1);
    expect(body.choices[0]).toMatchObject({
      index: 0,
      message: { role: 'assistant', content: 'Hi.' },
      finish_reason: 'stop',
    });
  });

  it('test_chat_completions_usage_structure: the provider’s counts, whose total is their sum', async () => {
    await using harness = await createHarness(createApp);
    harness.openai.mockChatCompletionWithUsage('Hi.', 17, 4);

    const { body } = await ask(harness, hello).expect(200);

    expect(body.usage).toEqual({ prompt_tokens: 17, completion_tokens: 4, total_tokens: 21 });
  });

  // A body that passes is the provider's to judge: its 400 comes back as 400, naming the field.
  it('test_chat_completions_missing_messages: the provider’s 400 that names messages', async () => {
    await using harness = await createHarness(createApp);
    harness.openai.mockChatCompletionBadRequest(
      "Missing required parameter: 'messages'.",
      'messages',
    );

    const { body } = await ask(harness, { model: 'gpt-4o' }).expect(400);

    expect(body.error).toMatchObject({
      type: 'invalid_request_error',
      param: 'messages',
      message: expect.stringContaining('messages'),
    });
  });

  it('test_chat_completions_missing_messages: our own 400 where the body is translated', async () => {
    await using harness = await createHarness(createApp);

    const { body } = await ask(harness, { model: 'claude-sonnet-4-5' }).expect(400);

    expect(body.error).toMatchObject({ type: 'invalid_request_error', param: 'messages' });
    expect(body.error.message).toContain('messages');
    expect(harness.anthropic.receivedRequests()).toEqual([]);
  });

  it('test_chat_completions_missing_model: 400 that names model, and nothing is sent', async () => {
    await using harness = await createHarness(createApp);

    const { body } = await ask(harness, { messages: hello.messages }).expect(400);

    expect(body.error).toMatchObject({ type: 'invalid_request_error', param: 'model' });
    expect(body.error.message).toContain('model');
    expect(harness.openai.receivedRequests()).toEqual([]);
  });

  it('test_chat_completions_invalid_json: 400, with the predecessor’s code under Zion', async () => {
    await using local = await createHarness(createApp);
    await using zion = await createHarness(createApp, { governance: 'zion' });
    const broken = (harness: Harness) =>
      harness.withToken().post(PATH).set('content-type', 'application/json').send('{"model": ');

    const plain = await broken(local).expect(400);
    const predecessors = await broken(zion).expect(400);

    expect(plain.body.error).toMatchObject({ type: 'invalid_request_error', code: 'invalid_json' });
    expect(predecessors.body.error.code).toBe('BAD_REQUEST');
  });

  it('test_chat_completions_streaming_response_format: an event stream that nobody caches', async () => {
    await using harness = await createHarness(createApp);
    harness.openai.mockChatCompletionStream(streamingChunks('Hello there'));

    const { headers } = await ask(harness, { ...hello, stream: true }).expect(200);

    expect(headers['content-type']).toMatch(/^text\/event-stream/);
    expect(headers['cache-control']).toBe('no-cache');
    expect(headers['x-accel-buffering']).toBe('no');
  });

  it('test_chat_completions_streaming_data_format: chunks with id and choices, then [DONE]', async () => {
    await using harness = await createHarness(createApp);
    harness.openai.mockChatCompletionStream(streamingChunks('Hello there'));

    const { text } = await ask(harness, { ...hello, stream: true }).expect(200);
    const chunks = parseSseJson(text);

    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
    expect(chunks.length).toBeGreaterThan(2);
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({
        id: expect.any(String),
        object: 'chat.completion.chunk',
        choices: expect.any(Array),
      });
    }
  });

  it('test_chat_completions_with_temperature: it arrives as it was written', async () => {
    await using harness = await createHarness(createApp);
    harness.openai.mockChatCompletionSuccess();

    await ask(harness, { ...hello, temperature: 0.7 }).expect(200);

    expect(harness.openai.lastRequest().body).toEqual({ ...hello, temperature: 0.7 });
  });

  it('test_chat_completions_with_max_tokens: it arrives as it was written', async () => {
    await using harness = await createHarness(createApp);
    harness.openai.mockChatCompletionSuccess();

    await ask(harness, { ...hello, max_tokens: 100 }).expect(200);

    expect(harness.openai.lastRequest().body).toEqual({ ...hello, max_tokens: 100 });
  });

  it('test_chat_completions_method_not_allowed: GET and DELETE are 405 and told to POST', async () => {
    await using harness = await createHarness(createApp);

    const got = await harness.withToken().get(PATH).expect(405);
    const deleted = await harness.withToken().delete(PATH).expect(405);

    expect([got.headers['allow'], deleted.headers['allow']]).toEqual(['POST', 'POST']);
    expect(got.body.error.code).toBe('method_not_allowed');
  });

  // The origin's stand-in refused this itself; its real handler forwarded it, and so do we: an
  // empty list is the provider's to refuse, and its 400 is the client's 400.
  it('test_chat_completions_empty_messages_array: the provider’s 400, relayed as 400', async () => {
    await using harness = await createHarness(createApp);
    harness.openai.mockChatCompletionBadRequest(
      "Invalid 'messages': empty array. Expected an array with minimum length 1.",
      'messages',
    );

    const { body } = await ask(harness, { ...hello, messages: [] }).expect(400);

    expect(body.error).toMatchObject({ type: 'invalid_request_error', param: 'messages' });
    expect(body.error.message).toContain('empty array');
    expect(harness.openai.lastRequest().body).toEqual({ ...hello, messages: [] });
  });

  it('test_chat_completions_multiple_messages: all of them, in order', async () => {
    await using harness = await createHarness(createApp);
    harness.openai.mockChatCompletionSuccess();
    const messages = [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hi there!' },
      { role: 'user', content: 'How are you?' },
    ];

    await ask(harness, { ...hello, messages }).expect(200);

    expect(harness.openai.lastRequest().body).toEqual({ ...hello, messages });
  });

  it('test_chat_completions_different_models: each at its provider, named as the provider names it', async () => {
    await using harness = await createHarness(createApp);
    for (const model of ['gpt-4o', 'gpt-4o-mini']) {
      harness.openai.mockChatCompletionSuccess(chatResponse('Hi.', { model }));
      const { body } = await ask(harness, { ...hello, model }).expect(200);
      expect(body.model).toBe(model);
    }
    harness.anthropic.mockMessageWithUsage('Hi.', 9, 2);

    const { body } = await ask(harness, { ...hello, model: 'claude-sonnet-4-5' }).expect(200);

    expect(body).toMatchObject({
      object: 'chat.completion',
      model: 'claude-sonnet-4-5',
      choices: [{ message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
    });
  });
});
