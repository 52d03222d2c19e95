import {
  chatResponse,
  createHarness,
  type Harness,
  json,
  messageResponse,
  readRecording,
  streamingChunks,
  TokenTrackingTestHarness,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';

/*
 * The predecessor's suite under its own names: what the provider counted is what is reported, to the
 * token. It never measured the estimator itself; the second half does.
 */

const SYSTEM = { role: 'system', content: 'You are a helpful assistant that answers in one line.' };
const CONVERSATION = [
  { role: 'user', content: 'What is the capital of France?' },
  { role: 'assistant', content: 'The capital of France is Paris.' },
  { role: 'user', content: 'And how many people live there?' },
];
const LONG_INPUT = 'The quick brown fox jumps over the lazy dog. '.repeat(25);

const COUNTED = [
  [
    'test_input_token_estimation_accuracy_simple_message',
    'gpt-4',
    [{ role: 'user', content: 'Hello, how are you?' }],
    15,
    25,
  ],
  ['test_input_token_estimation_accuracy_conversation', 'gpt-4', CONVERSATION, 85, 40],
  [
    'test_input_token_estimation_accuracy_with_system_prompt',
    'gpt-4',
    [SYSTEM, ...CONVERSATION],
    120,
    30,
  ],
  ['test_estimation_accuracy_various_models', 'gpt-4', CONVERSATION, 42, 28],
  ['test_estimation_accuracy_various_models', 'gpt-3.5-turbo', CONVERSATION, 38, 32],
  ['test_estimation_accuracy_various_models', 'gpt-4-turbo', CONVERSATION, 45, 30],
  ['test_estimation_accuracy_minimal_input', 'gpt-4', [{ role: 'user', content: 'Hi' }], 3, 10],
  [
    'test_estimation_accuracy_long_input',
    'gpt-4',
    [{ role: 'user', content: LONG_INPUT }],
    250,
    50,
  ],
] as const;

describe('with usage from the provider', () => {
  it.each(COUNTED)(
    '%s: reports what the provider counted for %s, exactly',
    async (_name, model, messages, input, output) => {
      await using harness = await TokenTrackingTestHarness.create(createApp);
      harness.openai.mockChatCompletionWithUsage('An answer.', input, output);

      const { headers } = await harness.harness
        .withToken()
        .post('/v1/chat/completions')
        .send({ model, messages })
        .expect(200);

      const [batch] = await harness.waitForBatchRequests(1);
      const [increment] = harness.parseIncrements(batch?.request.body);
      expect(increment).toMatchObject({ model, aiInputTokens: input, aiOutputTokens: output });
      const usage = await harness.harness.settled(String(headers['x-tollgate-call']));
      expect(usage.provenance).toBe('provider');
    },
  );
});

/** The face that a request comes by, and so whether it passes or is translated. */
const FACES = [
  ['passing', '/v1/chat/completions'],
  ['translated', '/native/v1/chat/completions'],
] as const;

const userOf = (content: string) => [{ role: 'user', content }];

/** A whole reply as of a server that doesn't count. */
function uncounted(text: string): object {
  const { usage: _usage, ...response } = chatResponse(text);
  return response;
}

async function bookedUsage(harness: Harness, path: string, body: object) {
  const { headers } = await harness.withToken().post(path).send(body).expect(200);
  return await harness.settled(String(headers['x-tollgate-call']));
}

describe.each(FACES)('without usage from the provider, %s', (_kind, path) => {
  it.each([
    // 3 and the role for each message, 3 for the reply to begin, as OpenAI counts them.
    ['no text', 7, [{ role: 'user', content: '' }]],
    ['a greeting', 11, userOf('Hello, world!')],
    ['a sentence', 11, userOf('The quick brown fox')],
    [
      'parts of text',
      12,
      [{ role: 'user', content: [{ type: 'text', text: 'Testing tokenization accuracy.' }] }],
    ],
  ])('estimates %s at %i tokens, and marks the figure', async (_what, tokens, messages) => {
    await using harness = await createHarness(createApp);
    harness.openai.mockChatCompletionSuccess(uncounted('Hello, world!'));

    const usage = await bookedUsage(harness, path, { model: 'gpt-4', messages });

    expect(usage).toMatchObject({ inputTokens: tokens, outputTokens: 4, provenance: 'estimate' });
  });

  it('estimates a conversation to within a token a message', async () => {
    await using harness = await createHarness(createApp);
    harness.openai.mockChatCompletionSuccess(uncounted('Hi'));

    const usage = await bookedUsage(harness, path, { model: 'gpt-4', messages: CONVERSATION });

    // 7, 7 and 7 of text, 4 around each message, and 3.
    expect(Math.abs(usage.inputTokens - 36)).toBeLessThanOrEqual(CONVERSATION.length);
  });

  it('estimates a stream that ends without usage from what it said', async () => {
    await using harness = await createHarness(createApp);
    const chunks = streamingChunks('The quick brown fox').filter((chunk) => !('usage' in chunk));
    harness.openai.mockChatCompletionStream(chunks);

    const usage = await bookedUsage(harness, path, {
      model: 'gpt-4',
      messages: userOf('Hello, world!'),
      stream: true,
    });

    expect(usage).toMatchObject({ inputTokens: 11, outputTokens: 4, provenance: 'estimate' });
  });

  it('estimates within 5 % what 400 words really come to', async () => {
    await using harness = await createHarness(createApp);
    harness.openai.mockChatCompletionSuccess(uncounted(LONG_INPUT));

    const usage = await bookedUsage(harness, path, {
      model: 'gpt-4',
      messages: userOf(LONG_INPUT),
    });

    // By the encoding's own definition: 10 tokens a sentence, and the last blank.
    expect(usage.outputTokens / 251).toBeCloseTo(1, 1);
    expect(usage.inputTokens / 258).toBeCloseTo(1, 1);
  });

  it('counts tools and calls as the text that a model reads', async () => {
    await using harness = await createHarness(createApp);
    harness.openai.mockChatCompletionSuccess(uncounted('Hi')).times(2);
    const messages = userOf('Hello, world!');
    const parameters = { type: 'object', properties: { place: { type: 'string' } } };
    const tool = { name: 'get_weather', description: 'The weather of a place', parameters };

    const bare = await bookedUsage(harness, path, { model: 'gpt-4', messages });
    const tools = [{ type: 'function', function: tool }];
    const armed = await bookedUsage(harness, path, { model: 'gpt-4', messages, tools });

    expect(armed.inputTokens).toBeGreaterThan(bare.inputTokens + 15);
  });

  it('counts each choice of a reply that has several', async () => {
    await using harness = await createHarness(createApp);
    const reply = uncounted('Hello, world!');
    const [choice] = Object(reply).choices;
    harness.openai.mockChatCompletionSuccess({
      ...reply,
      choices: [choice, { ...choice, index: 1 }],
    });

    const usage = await bookedUsage(harness, path, { model: 'gpt-4', messages: userOf('Hi') });

    expect(usage.outputTokens).toBeGreaterThanOrEqual(8);
  });
});

describe('against what real providers counted', () => {
  it.each([
    ['groq', 'groq-text'],
    ['deepseek', 'chat/deepseek-text'],
    ['perplexity', 'perplexity-citations'],
  ] as const)('comes within a tenth of the output that %s counted', async (provider, name) => {
    await using harness = await createHarness(createApp);
    const recorded = Object(readRecording(provider, name).body);
    const { usage: counted, ...reply } = recorded;
    harness.openai.mockChatCompletion(json(reply));

    const usage = await bookedUsage(harness, '/v1/chat/completions', {
      model: 'gpt-4o',
      messages: userOf('Hi'),
    });

    expect(usage.provenance).toBe('estimate');
    expect(usage.outputTokens / counted.completion_tokens).toBeGreaterThan(0.9);
    expect(usage.outputTokens / counted.completion_tokens).toBeLessThan(1.1);
  });

  it('estimates a message of a provider of another dialect by the same measure', async () => {
    await using harness = await createHarness(createApp);
    const { usage: _usage, ...reply } = messageResponse('Hello, world!');
    harness.anthropic.mockMessageSuccess(reply);

    const usage = await bookedUsage(harness, '/v1/chat/completions', {
      model: 'anthropic/claude-sonnet-4-5',
      messages: userOf('Hello, world!'),
    });

    expect(usage).toMatchObject({ inputTokens: 11, outputTokens: 4, provenance: 'estimate' });
  });
});
