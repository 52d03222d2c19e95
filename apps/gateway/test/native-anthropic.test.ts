import {
  createHarness,
  eventStream,
  type Harness,
  messageEvents,
  messageResponse,
  namedEvents,
  parseSse,
  readRecording,
  thinkingResponse,
  toolUseResponse,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { asking, chunksOf, postNative, saidIn, WEATHER_TOOL } from './support/native.ts';

/* A model of another dialect behind the native face: its clients see no difference. */

const CLAUDE = { model: 'anthropic/claude-sonnet-4-5' };
const createLocalHarness = (): Promise<Harness> => createHarness(createApp);

describe('a whole reply of Anthropic', () => {
  it('is told in the native words, and its request in those of Anthropic', async () => {
    await using harness = await createLocalHarness();
    harness.anthropic.mockMessageWithUsage('Hello!', 12, 3);

    const { headers, body } = await postNative(harness, {
      ...CLAUDE,
      messages: [
        { role: 'system', content: 'Be terse.' },
        { role: 'user', content: 'Hi' },
      ],
      stop: ['END'],
      temperature: 0.5,
      max_tokens: 64,
    }).expect(200);

    expect(body).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion',
      model: 'claude-sonnet-4-5',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'Hello!' }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
    });
    expect(headers['x-tollgate-model']).toBe('anthropic/claude-sonnet-4-5');
    const sent = Object(harness.anthropic.lastRequest().body);
    expect(sent).toMatchObject({
      model: 'claude-sonnet-4-5',
      max_tokens: 64,
      stop_sequences: ['END'],
      temperature: 0.5,
    });
    expect(JSON.stringify(sent.system)).toContain('Be terse.');
    expect(sent.messages).toHaveLength(1);
    expect(sent.messages[0].role).toBe('user');
  });

  it.each([
    ['end_turn', 'stop'],
    ['max_tokens', 'length'],
    ['stop_sequence', 'stop'],
    ['refusal', 'content_filter'],
  ])('that ends by %s finishes by %s', async (stopReason, finishReason) => {
    await using harness = await createLocalHarness();
    harness.anthropic.mockMessageSuccess({ ...messageResponse('Hm'), stop_reason: stopReason });

    const { body } = await postNative(harness, asking('Hi', CLAUDE)).expect(200);

    expect(body.choices[0].finish_reason).toBe(finishReason);
  });

  it('that has thought names its thoughts in x-tollgate-dropped', async () => {
    await using harness = await createLocalHarness();
    harness.anthropic.mockMessageSuccess(thinkingResponse('Let me see …', 'It is 4.'));

    const { headers, body, text } = await postNative(harness, asking('2+2?', CLAUDE)).expect(200);

    expect(body.choices[0].message).toEqual({ role: 'assistant', content: 'It is 4.' });
    expect(String(headers['x-tollgate-dropped']).split(', ')).toContain('choices[0].content[0]');
    expect(text).not.toContain('Let me see');
  });
});

describe('tools of Anthropic', () => {
  it('are called in the native words, and their results go back in those of Anthropic', async () => {
    await using harness = await createLocalHarness();
    harness.anthropic.mockMessageWithParallelToolUse([
      { id: 'toolu_1', name: 'get_weather', input: { location: 'Oslo' } },
      { id: 'toolu_2', name: 'get_weather', input: { location: 'Rome' } },
    ]);
    harness.anthropic.mockMessageSuccess(messageResponse('Rome is warmer.'));
    const question = { role: 'user', content: 'Where is it warmer?' };
    const tools = { tools: [WEATHER_TOOL], tool_choice: 'required' };

    const first = await postNative(harness, { ...CLAUDE, messages: [question], ...tools });
    const [{ message, finish_reason }] = first.body.choices;
    const results = message.tool_calls.map((call: { readonly id: string }, index: number) => ({
      role: 'tool',
      tool_call_id: call.id,
      content: `${index * 20} degrees`,
    }));
    const messages = [question, { content: '', ...message }, ...results];
    const second = await postNative(harness, { ...CLAUDE, messages, tools: [WEATHER_TOOL] });

    expect(finish_reason).toBe('tool_calls');
    expect(message.tool_calls).toMatchObject([
      { id: expect.stringMatching(/^call_/), function: { arguments: { location: 'Oslo' } } },
      { id: expect.stringMatching(/^call_/), function: { arguments: { location: 'Rome' } } },
    ]);
    expect(second.body.choices[0].message.content).toBe('Rome is warmer.');
    const [asked, answered] = harness.anthropic
      .receivedRequests('POST /v1/messages')
      .map(({ body }) => Object(body));
    expect(asked.tools).toMatchObject([
      { name: 'get_weather', input_schema: WEATHER_TOOL.function.parameters },
    ]);
    expect(asked.tool_choice).toMatchObject({ type: 'any' });
    const [oslo, rome] = message.tool_calls;
    expect(answered.messages).toMatchObject([
      { role: 'user' },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: oslo.id, name: 'get_weather', input: { location: 'Oslo' } },
          { type: 'tool_use', id: rome.id, name: 'get_weather', input: { location: 'Rome' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: oslo.id },
          { type: 'tool_result', tool_use_id: rome.id },
        ],
      },
    ]);
  });
});

describe('a stream of Anthropic', () => {
  const stream = { ...CLAUDE, stream: true };

  it('is told in native chunks, with usage in the last one', async () => {
    await using harness = await createLocalHarness();
    const whole = messageResponse('Hello there friend', { input: 20, output: 6 });
    harness.anthropic.mockMessageStream(messageEvents(whole));

    const { headers, text } = await postNative(harness, asking('Hi', stream)).expect(200);

    expect(saidIn(text)).toBe('Hello there friend');
    expect(chunksOf(text).at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 20, completion_tokens: 6, total_tokens: 26 },
    });
    const usage = await harness.settled(String(headers['x-tollgate-call']));
    expect(usage).toMatchObject({ inputTokens: 20, outputTokens: 6, status: 'ok' });
  });

  it('tells calls with ids of our own and their arguments in pieces', async () => {
    await using harness = await createLocalHarness();
    const call = { id: 'toolu_9', name: 'get_weather', input: { location: 'Oslo' } };
    harness.anthropic.mockMessageStream(messageEvents(toolUseResponse([call])));

    const { text } = await postNative(
      harness,
      asking('Weather?', { ...stream, tools: [WEATHER_TOOL] }),
    ).expect(200);

    const pieces = chunksOf(text)
      .flatMap((chunk) => Object(chunk).choices)
      .flatMap((choice) => choice.delta.tool_calls ?? []);
    expect(pieces[0]).toMatchObject({
      index: 0,
      id: expect.stringMatching(/^call_/),
      type: 'function',
      function: { name: 'get_weather' },
    });
    const args = pieces.map((piece) => piece.function.arguments).join('');
    expect(JSON.parse(args)).toEqual({ location: 'Oslo' });
    expect(text).not.toContain('toolu_9');
    expect(text).toContain('"finish_reason":"tool_calls"');
  });

  it.each([
    [
      'an error event',
      [{ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
    ],
    ['nothing more', []],
  ])('that ends in %s ends in an error event here, and never in [DONE]', async (_what, last) => {
    await using harness = await createLocalHarness();
    const events = messageEvents(messageResponse('Hello there')).slice(0, 4);
    harness.anthropic.mockMessage(eventStream(namedEvents([...events, ...last])));

    const { text } = await postNative(harness, asking('Hi', stream)).expect(200);

    const data = parseSse(text).map((event) => event.data);
    expect(JSON.parse(data.at(-1) ?? '')).toMatchObject({ error: { type: 'stream_error' } });
    expect(data).not.toContain('[DONE]');
  });

  it('as really recorded says what the whole reply says', async () => {
    await using harness = await createLocalHarness();
    harness.anthropic.mockReplay(readRecording('anthropic', 'anthropic-json-tool.1')).times(2);

    const streamed = await postNative(harness, asking('Hi', stream)).expect(200);
    const whole = await postNative(harness, asking('Hi', CLAUDE)).expect(200);

    const [{ message }] = whole.body.choices;
    expect(saidIn(streamed.text)).toBe(message.content ?? '');
    expect(chunksOf(streamed.text).at(-1)).toHaveProperty('usage');
  });
});

describe('an error of Anthropic', () => {
  it.each([
    [
      '429',
      429,
      'rate_limit_error',
      (harness: Harness) => harness.anthropic.mockMessageRateLimited(9),
    ],
    ['529', 503, 'upstream_error', (harness: Harness) => harness.anthropic.mockMessageOverloaded()],
    [
      '401',
      502,
      'upstream_error',
      (harness: Harness) => harness.anthropic.mockMessageUnauthorized(),
    ],
    [
      '400',
      400,
      'invalid_request_error',
      (harness: Harness) => harness.anthropic.mockMessageBadRequest(),
    ],
  ])('%s is %i in the native body', async (_theirs, status, type, fail) => {
    await using harness = await createLocalHarness();
    fail(harness);

    const reply = await postNative(harness, asking('Hi', CLAUDE));

    expect(reply.status).toBe(status);
    expect(reply.body.error).toMatchObject({ type, provider: 'anthropic' });
    expect(reply.headers['retry-after']).toBe(status === 429 ? '9' : undefined);
    harness.expectNoSecretsIn(reply.text);
  });
});
