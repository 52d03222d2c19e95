import { readRecording, streamingChunks, streamingToolCallChunks } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import {
  asking,
  chunksOf,
  createNativeHarness,
  postNative,
  WEATHER_TOOL,
  weatherCall,
} from './support/native.ts';

/* What the predecessor's suite never looked at: the request that the provider gets, and stream chunks. */

describe('the request to the provider', () => {
  it('carries the model of the tier, and no word of the native contract', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionSuccess();

    await postNative(
      harness,
      asking('Hi', {
        tier: 'complex',
        conversation_id: 'c-1',
        temperature: 0.5,
        top_p: 0.9,
        stop: 'END',
        max_tokens: 10,
      }),
    ).expect(200);

    expect(harness.openai.lastRequest().body).toEqual({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'Hi' }],
      temperature: 0.5,
      top_p: 0.9,
      stop: ['END'],
      max_completion_tokens: 10,
    });
  });

  it('asks for usage when it streams, and only then', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionStream(streamingChunks('Hi'));

    await postNative(harness, asking('Hi', { stream: true })).expect(200);

    expect(harness.openai.lastRequest().body).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('goes with the key of the operator, never with the token of the user', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionSuccess();

    await postNative(harness, asking('Hi')).expect(200);

    const { headers } = harness.openai.lastRequest();
    expect(headers.authorization).toBe(`Bearer ${harness.openai.apiKey}`);
    expect(JSON.stringify(headers)).not.toContain(harness.keys.member);
  });

  it.each([
    ['an object, as a reply gave them', { location: 'Oslo', days: [1, 2] }],
    ['a text of JSON', '{"location":"Oslo","days":[1,2]}'],
  ])('carries the arguments of a call as a string when they came as %s', async (_what, args) => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionSuccess();
    const call = {
      ...weatherCall('call_1', ''),
      function: { name: 'get_weather', arguments: args },
    };

    await postNative(harness, {
      messages: [
        { role: 'user', content: 'Weather?' },
        { role: 'assistant', content: '', tool_calls: [call] },
        {
          role: 'tool',
          tool_call_id: 'call_1',
          content: [
            { type: 'text', text: '7 ' },
            { type: 'text', text: 'degrees' },
          ],
        },
      ],
    }).expect(200);

    const [, assistant, tool] = Object(harness.openai.lastRequest().body).messages;
    expect(assistant.tool_calls).toEqual([
      {
        id: 'call_1',
        type: 'function',
        function: { name: 'get_weather', arguments: '{"location":"Oslo","days":[1,2]}' },
      },
    ]);
    expect(tool).toMatchObject({ role: 'tool', tool_call_id: 'call_1', content: '7 degrees' });
  });

  it('takes back the call that a reply gave, whatever its id', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionWithParallelToolCalls([
      { name: 'get_weather', arguments: '{"location":"Oslo"}', id: 'same' },
      { name: 'get_weather', arguments: '{"location":"Rome"}', id: 'same' },
    ]);
    harness.openai.mockChatCompletionSuccess();
    const first = await postNative(harness, asking('Weather?', { tools: [WEATHER_TOOL] }));
    const [{ message }] = first.body.choices;
    const [oslo, rome] = message.tool_calls;

    await postNative(harness, {
      messages: [
        { role: 'user', content: 'Weather?' },
        { content: '', ...message },
        { role: 'tool', tool_call_id: oslo.id, content: '7' },
        { role: 'tool', tool_call_id: rome.id, content: '21' },
      ],
      tools: [WEATHER_TOOL],
    }).expect(200);

    expect(oslo.id).not.toBe(rome.id);
    const { messages } = Object(harness.openai.lastRequest().body);
    expect(messages.slice(2)).toMatchObject([
      { tool_call_id: oslo.id, content: '7' },
      { tool_call_id: rome.id, content: '21' },
    ]);
  });

  it('sends parts of a message on, images and their detail too', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionSuccess();
    const content = [
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url: 'https://example.com/cat.png', detail: 'low' } },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
    ];

    await postNative(harness, { messages: [{ role: 'user', content }] }).expect(200);

    expect(Object(harness.openai.lastRequest().body).messages[0].content).toEqual(content);
  });
});

describe('what is left out', () => {
  it('names each nested field that the contract does not know, and does not send it on', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionSuccess();

    const { headers } = await postNative(harness, {
      messages: [
        {
          role: 'user',
          content: [{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } }],
          refusal: null,
        },
      ],
      tools: [{ ...WEATHER_TOOL, function: { ...WEATHER_TOOL.function, strict: true } }],
    }).expect(200);

    expect(String(headers['x-tollgate-dropped']).split(', ').sort()).toEqual([
      'messages[0].content[0].cache_control',
      'messages[0].refusal',
      'tools[0].function.strict',
    ]);
    const { text } = harness.openai.lastRequest();
    for (const field of ['cache_control', 'refusal', 'strict']) expect(text).not.toContain(field);
  });

  it('says nothing where nothing was left out', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionSuccess();

    const { headers } = await postNative(harness, asking('Hi')).expect(200);

    expect(headers).not.toHaveProperty('x-tollgate-dropped');
  });

  it('names reasoning that the contract has no word for, and still gives the text', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockReplay(readRecording('deepseek', 'chat/deepseek-reasoning'));

    const { headers, body, text } = await postNative(harness, asking('Hi')).expect(200);

    expect(headers['x-tollgate-dropped']).toMatch(/choices\[0\]\.content\[0\]/);
    expect(body.choices[0].message.content.length).toBeGreaterThan(50);
    expect(text).not.toContain('reasoning');
  });

  it.each([false, true])(
    'gives reasoning and classes of tokens to who asks (streamed: %s)',
    async (stream) => {
      await using harness = await createNativeHarness();
      harness.openai.mockReplay(readRecording('deepseek', 'chat/deepseek-reasoning'));
      const include = ['reasoning', 'usage_details'];

      const { headers, text } = await postNative(harness, asking('Hi', { stream, include })).expect(
        200,
      );

      expect(headers['x-tollgate-dropped']).toBeUndefined();
      expect(text).toMatch(/"reasoning_content":"\w/);
      expect(text).toContain(`"reasoning_tokens":${stream ? 205 : 315}`);
    },
  );

  it('books what a stream could not say, since its headers are gone by then', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockReplay(readRecording('deepseek', 'chat/deepseek-reasoning'));

    const { headers, text } = await postNative(harness, asking('Hi', { stream: true })).expect(200);

    expect(text).not.toContain('reasoning');
    const usage = await harness.settled(String(headers['x-tollgate-call']));
    expect(usage.losses).toContain('choices[0].content[0]');
  });
});

describe('a streamed reply', () => {
  it('is told in chunks of our own, with the role first and usage in the last one', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionStream(
      streamingChunks('Hello there', { input: 9, output: 2 }),
    );

    const { text } = await postNative(harness, asking('Hi', { stream: true })).expect(200);

    const chunks = chunksOf(text);
    const [first, ...others] = chunks;
    const head = {
      id: first?.['id'],
      object: 'chat.completion.chunk',
      created: 1_700_000_000,
      model: 'gpt-4',
    };
    expect(first?.['id']).toMatch(/^chatcmpl-(?!stream123)/);
    for (const chunk of others) expect(chunk).toMatchObject(head);
    expect(chunks.map(({ choices }) => choices)).toEqual([
      [{ index: 0, delta: { role: 'assistant', content: 'Hello ' } }],
      [{ index: 0, delta: { content: 'there' } }],
      [{ index: 0, delta: {}, finish_reason: 'stop' }],
      [],
    ]);
    expect(chunks.map(({ usage }) => usage)).toEqual([
      undefined,
      undefined,
      undefined,
      { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
    ]);
  });

  it('keeps what only the provider knows to itself', async () => {
    await using harness = await createNativeHarness();
    const chunks = streamingChunks('Hi').map((chunk) => ({
      ...chunk,
      system_fingerprint: 'fp_1',
      service_tier: 'default',
      obfuscation: 'xyz',
    }));
    harness.openai.mockChatCompletionStream(chunks);

    const { text } = await postNative(harness, asking('Hi', { stream: true })).expect(200);

    expect(text).not.toMatch(/fp_1|service_tier|obfuscation|stream123/);
  });

  it('tells parallel calls with ids of our own and their arguments in pieces', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionStream(
      streamingToolCallChunks([
        { name: 'get_weather', arguments: '{"location":"Oslo"}', id: 'theirs_1' },
        { name: 'get_time', arguments: '{"zone":"Europe/Oslo"}', id: 'theirs_2' },
      ]),
    );

    const { text } = await postNative(
      harness,
      asking('Weather?', { stream: true, tools: [WEATHER_TOOL] }),
    ).expect(200);

    const calls = gatheredCalls(chunksOf(text));
    expect(calls).toEqual([
      { name: 'get_weather', id: expect.stringMatching(/^call_/), text: '{"location":"Oslo"}' },
      { name: 'get_time', id: expect.stringMatching(/^call_/), text: '{"zone":"Europe/Oslo"}' },
    ]);
    expect(calls[0]?.id).not.toBe(calls[1]?.id);
    expect(text).not.toContain('theirs_');
    expect(text).toContain('"finish_reason":"tool_calls"');
  });

  it('tells a call without arguments as one with none, streamed or not', async () => {
    await using harness = await createNativeHarness();
    const call = { name: 'get_time', arguments: '', id: 'x' };
    harness.openai.mockChatCompletionStream(streamingToolCallChunks([call]));
    harness.openai.mockChatCompletionWithParallelToolCalls([call]);

    const streamed = await postNative(harness, asking('Time?', { stream: true })).expect(200);
    const whole = await postNative(harness, asking('Time?')).expect(200);

    expect(gatheredCalls(chunksOf(streamed.text))).toMatchObject([{ text: '{}' }]);
    expect(whole.body.choices[0].message.tool_calls[0].function.arguments).toEqual({});
  });

  it('says the same as the whole reply of the same provider', async () => {
    await using harness = await createNativeHarness();
    const recording = readRecording('groq', 'groq-tool-call');
    harness.openai.mockReplay(recording).times(2);

    const streamed = await postNative(harness, asking('Weather?', { stream: true })).expect(200);
    const whole = await postNative(harness, asking('Weather?')).expect(200);

    const [call] = whole.body.choices[0].message.tool_calls;
    const [gathered] = gatheredCalls(chunksOf(streamed.text));
    expect(gathered?.name).toBe(call.function.name);
    expect(JSON.parse(gathered?.text ?? '')).toEqual(call.function.arguments);
  });
});

interface GatheredCall {
  id: string;
  name: string;
  text: string;
}

/** What a client puts together: by index, the id and name from the first piece, the arguments appended. */
function gatheredCalls(chunks: ReturnType<typeof chunksOf>): readonly GatheredCall[] {
  const calls: GatheredCall[] = [];
  for (const chunk of chunks) {
    const [choice] = Object(chunk).choices;
    for (const piece of choice?.delta.tool_calls ?? []) {
      const call = calls[piece.index];
      if (call === undefined) {
        const { name, arguments: text } = piece.function;
        calls[piece.index] = { id: piece.id, name, text };
      } else call.text += piece.function.arguments;
    }
  }
  return calls;
}
