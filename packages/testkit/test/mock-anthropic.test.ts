import { describe, expect, it } from 'vitest';
import {
  MockAnthropic,
  messageEvents,
  parseSse,
  readRecording,
  TEST_ANTHROPIC_API_KEY,
  thinkingResponse,
} from '../src/index.ts';

const ask = { model: 'claude', max_tokens: 50, messages: [{ role: 'user', content: 'Hi' }] };

function post(
  mock: MockAnthropic,
  body: unknown,
  headers: { readonly [name: string]: string } = {},
): Promise<Response> {
  return fetch(`${mock.baseUrl}/v1/messages`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-api-key': TEST_ANTHROPIC_API_KEY,
      'anthropic-version': '2023-06-01',
      ...headers,
    },
    body: JSON.stringify(body),
  });
}

describe('MockAnthropic', () => {
  it('answers text, tools and errors in the order of the script', async () => {
    await using mock = await MockAnthropic.start();
    mock.mockMessageWithUsage('Hello', 3, 4);
    mock.mockMessageWithToolUse('weather', { city: 'Oslo' }, 'toolu_1');
    mock.mockMessageOverloaded();

    const text = await (await post(mock, ask)).json();
    const tool = await (await post(mock, ask)).json();
    const overloaded = await post(mock, ask);

    expect(text).toMatchObject({ usage: { input_tokens: 3, output_tokens: 4 } });
    expect(tool).toMatchObject({ stop_reason: 'tool_use', content: [{ input: { city: 'Oslo' } }] });
    expect(overloaded.status).toBe(529);
    expect(await overloaded.json()).toMatchObject({ error: { type: 'overloaded_error' } });
  });

  it('streams any message as properly nested, named events', async () => {
    await using mock = await MockAnthropic.start();
    mock.mockMessageStream(messageEvents(thinkingResponse('Hm.', 'Hello there')));

    const events = parseSse(await (await post(mock, { ...ask, stream: true })).text());

    expect(events.map(({ event }) => event)).toEqual([
      'message_start',
      'ping',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
  });

  it('replays a recording', async () => {
    await using mock = await MockAnthropic.start();
    const recording = readRecording('anthropic', 'anthropic-tool-no-args');
    mock.mockReplay(recording);

    const events = parseSse(await (await post(mock, { ...ask, stream: true })).text());

    expect(events.map(({ data }) => data)).toEqual(recording.payloads);
  });

  const turn = (role: string, ...content: object[]) => ({ role, content });
  const use = { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} };
  const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'ok' };
  const text = { type: 'text', text: 'x' };
  it.each([
    ['a missing max_tokens', { ...ask, max_tokens: undefined }, 'max_tokens: '],
    ['OpenAI’s words', { ...ask, stop: ['x'], n: 1 }, 'has not: n, stop'],
    ['a system message among the others', { ...ask, messages: [turn('system', text)] }, '[0].role'],
    [
      'an empty text block',
      { ...ask, messages: [turn('user', { ...text, text: '' })] },
      'messages',
    ],
    ['a temperature above 1', { ...ask, temperature: 1.5 }, 'temperature: '],
    ['an assistant who begins', { ...ask, messages: [turn('assistant', text)] }, 'first message'],
    [
      'arguments as a string',
      {
        ...ask,
        messages: [
          ...ask.messages,
          turn('assistant', { ...use, input: '{}' }),
          turn('user', result),
        ],
      },
      'messages[1]',
    ],
    [
      'a call without its result',
      { ...ask, messages: [...ask.messages, turn('assistant', use), turn('user', text)] },
      'tool_use toolu_1 has no tool_result',
    ],
    [
      'a result behind other blocks',
      { ...ask, messages: [...ask.messages, turn('assistant', use), turn('user', text, result)] },
      'tool_result blocks must come first',
    ],
    ['an OpenAI tool', { ...ask, tools: [{ type: 'function', function: {} }] }, 'tools'],
  ])('refuses %s with 400 and fails the test', async (_, body, reason) => {
    const mock = await MockAnthropic.start();
    mock.mockMessageSuccess();

    expect((await post(mock, body)).status).toBe(400);
    await expect(mock[Symbol.asyncDispose]()).rejects.toThrow(reason);
  });

  it('reads neighbours of one role as one turn', async () => {
    await using mock = await MockAnthropic.start();
    mock.mockMessageSuccess();
    const other = { ...use, id: 'toolu_2' };
    const messages = [
      ...ask.messages,
      turn('assistant', use, other),
      turn('user', result),
      turn('user', { ...result, tool_use_id: 'toolu_2' }, text),
    ];

    expect((await post(mock, { ...ask, messages })).status).toBe(200);
  });

  it('takes the key in either header, but insists on it and on a version', async () => {
    await using mock = await MockAnthropic.start();
    mock.mockMessageSuccess().times(3);

    const bearer = { 'x-api-key': '', authorization: `Bearer ${TEST_ANTHROPIC_API_KEY}` };
    expect((await post(mock, ask, bearer)).status).toBe(200);
    expect((await post(mock, ask, { 'x-api-key': 'wrong' })).status).toBe(401);
    expect((await post(mock, ask, { 'anthropic-version': '' })).status).toBe(400);
    expect(() => mock.verify()).toThrow(/expected key[\s\S]*anthropic-version/);
  });
});
