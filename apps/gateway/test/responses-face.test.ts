import {
  createHarness,
  eventStream,
  type Harness,
  json,
  messageEvents,
  messageResponse,
  namedEvents,
  parseSseJson,
  responsesResponse,
} from '@tollgate/testkit';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { fieldsOf, post } from './support/chat-face.ts';

const CLAUDE = 'claude-sonnet-4-5';
const GPT = 'gpt-5.6-terra';

const start = (): Promise<Harness> => createHarness(createApp);
const clientOf = (harness: Harness): OpenAI =>
  new OpenAI({ baseURL: `${harness.url}/v1`, apiKey: harness.keys.member, maxRetries: 0 });

const PARAMETERS = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const chatTool = {
  type: 'function' as const,
  function: { name: 'weather', parameters: PARAMETERS },
};
const messages = [{ role: 'user' as const, content: 'Weather?' }];

/** A response that thought, then called a function. */
const CALLING = {
  ...responsesResponse('', { input: 30, output: 12 }),
  model: GPT,
  output: [
    { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA' },
    {
      type: 'function_call',
      id: 'fc_1',
      call_id: 'call_1',
      name: 'weather',
      arguments: '{"city":"Oslo"}',
      status: 'completed',
    },
  ],
};

/** The same in pieces. */
const CALLING_EVENTS = [
  { type: 'response.created', response: { ...CALLING, status: 'in_progress', output: [] } },
  {
    type: 'response.output_item.added',
    output_index: 0,
    item: { ...CALLING.output[1], arguments: '' },
  },
  ...['{"city":', '"Oslo"}'].map((delta) => ({
    type: 'response.function_call_arguments.delta',
    output_index: 0,
    item_id: 'fc_1',
    delta,
  })),
  { type: 'response.output_item.done', output_index: 0, item: CALLING.output[1] },
  { type: 'response.completed', response: CALLING },
];

describe('a Chat client of a model that takes tools only on Responses', () => {
  it('calls its tool there, whole', async () => {
    await using harness = await start();
    harness.openai.mockResponse(json(CALLING));

    const completion = await clientOf(harness).chat.completions.create({
      model: GPT,
      messages,
      tools: [chatTool],
      reasoning_effort: 'low',
    });

    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        // Its id carries the reasoning that the provider wants back.
        tool_calls: [
          {
            id: expect.stringMatching(/^tgs1_/),
            function: { name: 'weather', arguments: '{"city":"Oslo"}' },
          },
        ],
      },
    });
    expect(completion.usage).toMatchObject({ prompt_tokens: 30, completion_tokens: 12 });
    const { path, body } = harness.openai.lastRequest();
    expect(path).toBe('/v1/responses');
    expect(body).toEqual({
      model: GPT,
      input: [{ role: 'user', content: 'Weather?' }],
      tools: [{ type: 'function', name: 'weather', parameters: PARAMETERS, strict: false }],
      reasoning: { effort: 'low' },
      include: ['reasoning.encrypted_content'],
      store: false,
    });
  });

  it('calls its tool there, in a stream, and gives its result back', async () => {
    await using harness = await start();
    harness.openai.mockResponse(eventStream(namedEvents(CALLING_EVENTS)));
    harness.openai.mockResponseWithUsage('Cold.', 40, 3);
    const client = clientOf(harness);
    const asked = { model: GPT, tools: [chatTool] };

    const first = await client.chat.completions.stream({ ...asked, messages }).finalMessage();
    const second = await client.chat.completions.create({
      ...asked,
      messages: [...messages, first, { role: 'tool', tool_call_id: 'call_1', content: '-3' }],
    });

    expect(second.choices[0]?.message.content).toBe('Cold.');
    expect(harness.openai.lastRequest().body).toMatchObject({
      input: [
        { role: 'user', content: 'Weather?' },
        { type: 'function_call', call_id: 'call_1', arguments: '{"city":"Oslo"}' },
        { type: 'function_call_output', call_id: 'call_1', output: '-3' },
      ],
    });
  });

  it.each([
    [
      'it is told not to reason',
      { model: GPT, reasoning_effort: 'none' as const, tools: [chatTool] },
    ],
    ['it does not reason unasked', { model: 'gpt-5.4', tools: [chatTool] }],
    ['it has no tools', { model: GPT, reasoning_effort: 'low' as const }],
  ])('stays on Chat where %s', async (_name, asked) => {
    await using harness = await start();
    harness.openai.mockChatCompletionSuccess();
    const body = { messages, ...asked };

    await clientOf(harness).chat.completions.create(body);

    expect(harness.openai.lastRequest()).toMatchObject({ path: '/v1/chat/completions', body });
  });
});

describe('a Responses client of another provider', () => {
  const tool = {
    type: 'function' as const,
    name: 'weather',
    parameters: PARAMETERS,
    strict: false,
  };

  it('goes through a loop of tools', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageWithToolUse('weather', { city: 'Oslo' }, 'toolu_1');
    harness.anthropic.mockMessageWithUsage('Cold.', 40, 3);
    const client = clientOf(harness);
    const question = { role: 'user' as const, content: 'Weather?' };
    const asked = { model: CLAUDE, instructions: 'Be brief.', tools: [tool] };

    const first = await client.responses.create({ ...asked, input: [question] });
    const call = first.output.find((item) => item.type === 'function_call');
    if (call === undefined) throw new Error('no call');
    const answer = { type: 'function_call_output' as const, call_id: call.call_id, output: '-3' };
    const second = await client.responses.create({ ...asked, input: [question, call, answer] });

    expect(call).toMatchObject({ name: 'weather', arguments: '{"city":"Oslo"}' });
    expect(second).toMatchObject({
      id: expect.any(String),
      object: 'response',
      status: 'completed',
      output_text: 'Cold.',
      usage: { input_tokens: 40, output_tokens: 3, total_tokens: 43 },
    });
    expect(harness.anthropic.lastRequest().body).toMatchObject({
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [
        { role: 'user' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1' }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1' }] },
      ],
    });
  });

  it('follows a stream to its whole response', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageStream(messageEvents(messageResponse('It is cold there.')));

    const stream = clientOf(harness).responses.stream({ model: CLAUDE, input: 'Weather?' });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);

    expect((await stream.finalResponse()).output_text).toBe('It is cold there.');
    expect(types.slice(0, 4)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
    ]);
    expect(types.at(-1)).toBe('response.completed');
  });

  it('reads of a stream that breaks off as a failed response', async () => {
    await using harness = await start();
    const events = namedEvents(messageEvents(messageResponse('It is cold there.')));
    harness.anthropic.mockMessage(eventStream(events.slice(0, 4)));

    const { text } = await post(harness, '/v1/responses', {
      model: CLAUDE,
      input: 'Weather?',
      stream: true,
    });

    expect(parseSseJson(text).at(-1)).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'provider_truncated' } },
    });
  });

  it('is refused a conversation, which nobody here keeps', async () => {
    await using harness = await start();
    const asked = { model: CLAUDE, input: 'And then?', conversation: 'conv_1' };

    const { status, json: body } = await post(harness, '/v1/responses', asked);

    expect(status).toBe(400);
    expect(fieldsOf(fieldsOf(body)['error'])).toMatchObject({
      type: 'invalid_request_error',
      param: 'conversation',
    });
    expect(harness.anthropic.receivedRequests()).toEqual([]);
  });

  it.each([false, true])(
    'is told that a reply that is too large is not stored, streamed: %s',
    async (stream) => {
      await using harness = await start();
      const text = 'y'.repeat(8_700_000);
      const reply = messageResponse(text);
      harness.anthropic.mockMessage(
        stream ? eventStream(namedEvents(messageEvents(reply))) : json(reply),
      );

      const asked = { model: CLAUDE, input: 'x'.repeat(8_200_000), max_output_tokens: 64 };
      const client = clientOf(harness);
      let said: unknown;
      if (stream) {
        for await (const event of await client.responses.create({ ...asked, stream: true })) {
          if (event.type === 'response.completed') said = event.response;
        }
      } else said = await client.responses.create(asked);

      expect(fieldsOf(said)['store']).toBe(false);
    },
  );

  it('is told that a reply to a request that is too large is not stored', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageSuccess();

    const {
      status,
      headers,
      json: body,
    } = await post(harness, '/v1/responses', {
      model: CLAUDE,
      input: 'x'.repeat(9 * 1024 * 1024),
      max_output_tokens: 64,
    });

    expect(status).toBe(200);
    expect(headers.get('x-tollgate-dropped')).toBe('store');
    expect(fieldsOf(body)['store']).toBe(false);
  });
});
