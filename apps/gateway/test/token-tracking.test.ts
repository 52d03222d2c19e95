import {
  chatResponse,
  completionChunks,
  defaultProfile,
  type Increment,
  json,
  originStreamingChunks,
  parseSse,
  sumIncrements,
  TEST_EMAIL,
  TEST_TOKEN,
  TokenTrackingTestHarness,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';

/* The predecessor's suite under its own names: what Zion is told of each call under /v1. */

const startHarness = (): Promise<TokenTrackingTestHarness> =>
  TokenTrackingTestHarness.create(createApp);

function post(harness: TokenTrackingTestHarness, path: string, body: object, token = TEST_TOKEN) {
  return harness.server.post(path).set('authorization', `Bearer ${token}`).send(body);
}

const chat = (fields: object = {}): object => ({
  model: 'gpt-4',
  messages: [{ role: 'user', content: 'Hello, how are you?' }],
  ...fields,
});

const postChat = (harness: TokenTrackingTestHarness, body: object = chat()) =>
  post(harness, '/v1/chat/completions', body);

/** Everything that Zion was sent, after the first batch. */
async function increments(harness: TokenTrackingTestHarness): Promise<readonly Increment[]> {
  const batches = await harness.waitForBatchRequests(1);
  return batches.flatMap(({ request }) => harness.parseIncrements(request.body));
}

describe('tokens that the provider counted', () => {
  it("test_chat_completion_non_streaming_tracks_tokens: reports counts under the caller's e-mail address", async () => {
    await using harness = await startHarness();
    harness.openai.mockChatCompletionWithUsage('I am fine.', 12, 8);

    await postChat(harness).expect(200);

    const sent = await increments(harness);
    expect(sent).toEqual([
      {
        email: TEST_EMAIL,
        aiInputTokens: 12,
        aiOutputTokens: 8,
        aiRequests: 1,
        model: 'gpt-4',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      },
    ]);
  });

  it('test_chat_completion_token_counts_match_openai_usage: reports exactly what OpenAI counted', async () => {
    await using harness = await startHarness();
    harness.openai.mockChatCompletionWithUsage('Exactly.', 42, 128);

    const { body } = await postChat(harness).expect(200);

    const [increment] = await increments(harness);
    expect(harness.extractTokenCounts(increment ?? { email: '' })).toEqual([42, 128, 1]);
    expect(body.usage).toMatchObject({ prompt_tokens: 42, completion_tokens: 128 });
  });

  it('test_chat_completion_streaming_tracks_tokens: reports the usage at the end of a stream', async () => {
    await using harness = await startHarness();
    harness.openai.mockChatCompletionStream(originStreamingChunks('Hello my friend'));

    const { headers, text } = await postChat(harness, chat({ stream: true })).expect(200);

    expect(headers['content-type']).toMatch(/^text\/event-stream/);
    expect(parseSse(text).at(-1)?.data).toBe('[DONE]');
    expect(sumIncrements(await increments(harness))).toEqual({
      aiInputTokens: 50,
      aiOutputTokens: 6,
      aiRequests: 1,
    });
  });

  it('test_completions_endpoint_tracks_tokens: reports a legacy completion', async () => {
    await using harness = await startHarness();
    harness.openai.mockCompletionWithUsage('upon a time', 7, 9);

    await post(harness, '/v1/completions', {
      model: 'gpt-3.5-turbo-instruct',
      prompt: 'Once',
    }).expect(200);

    const [increment] = await increments(harness);
    expect(increment).toMatchObject({ aiInputTokens: 7, aiOutputTokens: 9, aiRequests: 1 });
  });

  it('test_completions_endpoint_tracks_tokens: asks for the usage of a legacy stream, and keeps the chunk to itself', async () => {
    await using harness = await startHarness();
    harness.openai.mockCompletionStream(completionChunks('upon a time', { input: 21, output: 33 }));

    const { text } = await post(harness, '/v1/completions', {
      model: 'gpt-3.5-turbo-instruct',
      prompt: 'Once',
      stream: true,
    }).expect(200);

    expect(text).not.toContain('"usage":{');
    const [increment] = await increments(harness);
    expect(increment).toMatchObject({ aiInputTokens: 21, aiOutputTokens: 33, aiRequests: 1 });
  });

  it('test_token_counts_never_zero_for_valid_requests: reports the smallest counts as they are', async () => {
    await using harness = await startHarness();
    harness.openai.mockChatCompletionWithUsage('!', 3, 1);

    await postChat(harness).expect(200);

    const [increment] = await increments(harness);
    expect(harness.extractTokenCounts(increment ?? { email: '' })).toEqual([3, 1, 1]);
  });

  it('test_token_ordering_asymmetric_blackbox: never swaps input and output, whole or streamed', async () => {
    await using harness = await startHarness();
    harness.openai.mockChatCompletionWithUsage('A long answer', 10, 1000);

    await postChat(harness).expect(200);

    const [increment] = await increments(harness);
    expect(increment).toMatchObject({ aiInputTokens: 10, aiOutputTokens: 1000 });
  });

  it('test_multiple_requests_tracked_correctly: sums to all requests over however many batches', async () => {
    await using harness = await startHarness();
    for (const [input, output] of [
      [10, 20],
      [30, 40],
      [50, 60],
    ] as const) {
      harness.openai.mockChatCompletionWithUsage('Hi', input, output);
      await postChat(harness).expect(200);
    }

    const sum = await harness.zion.waitForAiRequests(3);

    expect(sum).toEqual({ aiInputTokens: 90, aiOutputTokens: 120, aiRequests: 3 });
    await harness.harness.app.flush();
    expect(harness.zion.sumIncrements().aiRequests).toBe(3);
  });
});

describe('whom and what is reported', () => {
  it('counts each user under the own address', async () => {
    await using harness = await startHarness();
    const other = { id: 'user_456', externalId: 'ext_456', email: 'other@test.com' };
    harness.zion.addUser('another-token', defaultProfile(other));
    harness.openai.mockChatCompletionWithUsage('Hi', 10, 1);
    harness.openai.mockChatCompletionWithUsage('Hi', 20, 2);

    await postChat(harness).expect(200);
    await post(harness, '/v1/chat/completions', chat(), 'another-token').expect(200);

    await harness.zion.waitForAiRequests(2);
    expect(harness.zion.sumIncrements({ email: TEST_EMAIL }).aiInputTokens).toBe(10);
    expect(harness.zion.sumIncrements({ email: 'other@test.com' }).aiInputTokens).toBe(20);
  });

  it('names the model as it was asked for, whatever name the provider answers with', async () => {
    await using harness = await startHarness();
    harness.openai.mockChatCompletionSuccess(chatResponse('Hi', { model: 'gpt-4o-2024-11-20' }));

    await postChat(harness, chat({ model: 'gpt-4o' })).expect(200);

    const [increment] = await increments(harness);
    expect(increment?.model).toBe('gpt-4o');
  });

  it('names the model that was selected for the tier of a native call', async () => {
    await using harness = await startHarness();
    harness.openai.mockChatCompletionSuccess(chatResponse('Hi', { model: 'gpt-4o-2024-11-20' }));
    const body = { messages: [{ role: 'user', content: 'Hi' }], tier: 'moderate' };

    await post(harness, '/native/v1/chat/completions', body).expect(200);

    const [increment] = await increments(harness);
    expect(increment?.model).toBe('gpt-4o');
  });

  it('counts one request, without a model and without tokens, of a listed path that passes through', async () => {
    await using harness = await TokenTrackingTestHarness.create(createApp, {
      settings: { config: { passthrough: ['GET /v1/files'] } },
    });
    harness.openai.mockReply('GET', '/v1/files', json({ object: 'list', data: [] }));

    await harness.harness.withToken().get('/v1/files').expect(200);

    const [increment] = await increments(harness);
    expect(increment).toEqual({
      email: TEST_EMAIL,
      aiRequests: 1,
      timestamp: expect.any(String),
    });
  });

  it('books a call that the provider refused, and reports nothing of it', async () => {
    await using harness = await startHarness();
    harness.openai.mockChatCompletionBadRequest();

    await postChat(harness).expect(400);

    const [usage] = await harness.harness.waitForUsage(1);
    expect(usage).toMatchObject({ status: 'failed', inputTokens: 0, outputTokens: 0 });
    await harness.harness.app.flush();
    expect(harness.zion.batchIncrementRequests()).toEqual([]);
  });

  it('reports nothing of what was refused here', async () => {
    await using harness = await startHarness();

    await postChat(harness, { messages: [{ role: 'user', content: 'Hi' }] }).expect(400);
    await post(harness, '/v1/chat/completions', chat(), 'no-such-token').expect(401);

    expect(await harness.harness.usage()).toEqual([]);
    expect(harness.zion.batchIncrementRequests()).toEqual([]);
  });
});
