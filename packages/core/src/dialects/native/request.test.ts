import { describe, expect, it } from 'vitest';
import type { GatewayError } from '../../chat/error.ts';
import type { JsonObject, JsonValue } from '../../json/json-value.ts';
import { type DecodedNativeRequest, decodeNativeRequest } from './request.ts';

const hello = [{ role: 'user', content: 'Hello' }];

const body = (fields: JsonObject): JsonObject => ({ model: 'm', messages: hello, ...fields });

const message = (fields: JsonObject): JsonObject => body({ messages: [...hello, fields] });

function decoded(value: JsonObject): DecodedNativeRequest {
  const result = decodeNativeRequest(value);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function refused(value: JsonObject): Extract<GatewayError, { kind: 'invalid_request' }> {
  const result = decodeNativeRequest(value);
  if (result.ok || result.error.kind !== 'invalid_request') throw new Error('was not refused');
  return result.error;
}

const WEATHER: JsonObject = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
};

const tool = (fields: JsonObject): JsonObject =>
  body({
    tools: [{ type: 'function', function: { ...(WEATHER['function'] as JsonObject), ...fields } }],
  });

const CALL: JsonObject = {
  id: 'call_1',
  type: 'function',
  function: { name: 'get_weather', arguments: { city: 'Boston' } },
};

describe('the choice of a model', () => {
  it('is the model that the request names', () => {
    expect(decoded(body({}))).toMatchObject({ model: 'm', request: { model: 'm' } });
    expect(decoded(body({}))).not.toHaveProperty('tier');
  });

  it.each(['simple', 'moderate', 'complex'])('is the tier %s when that is named', (tier) => {
    const request = decoded({ messages: hello, tier });
    expect(request).toMatchObject({ tier, request: { model: tier } });
    expect(request).not.toHaveProperty('model');
  });

  it('is the default tier when neither is named and there is one', () => {
    for (const value of [{ messages: hello }, { messages: hello, tier: null, model: null }]) {
      const result = decodeNativeRequest(value, { defaultTier: 'moderate' });
      expect(result).toMatchObject({ ok: true, value: { tier: 'moderate' } });
    }
  });

  it('does not touch a named model or tier when there is a default tier', () => {
    const options = { defaultTier: 'moderate' } as const;
    expect(decodeNativeRequest(body({}), options)).toMatchObject({ value: { model: 'm' } });
    expect(decodeNativeRequest({ messages: hello, tier: 'complex' }, options)).toMatchObject({
      value: { tier: 'complex' },
    });
  });

  it('is refused by the name of model when neither or both are named', () => {
    expect(refused({ messages: hello })).toMatchObject({ path: 'model' });
    expect(refused(body({ tier: 'simple' }))).toMatchObject({
      path: 'model',
      detail: 'give either "model" or "tier", not both',
    });
  });
});

describe('a native request', () => {
  it('says every setting of the contract to the hub', () => {
    const request = decoded(
      body({
        temperature: 0.5,
        max_tokens: 10,
        top_p: 0.9,
        stop: ['a', 'b'],
        stream: true,
        conversation_id: '',
        tools: [WEATHER],
        tool_choice: 'required',
      }),
    );
    expect(request).toEqual({
      model: 'm',
      conversationId: '',
      losses: [],
      request: {
        model: 'm',
        stream: true,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
        temperature: 0.5,
        maxOutputTokens: 10,
        topP: 0.9,
        stopSequences: ['a', 'b'],
        toolChoice: { type: 'required' },
        tools: [
          {
            type: 'function',
            name: 'get_weather',
            description: 'The weather',
            parameters: { type: 'object', properties: { city: { type: 'string' } } },
          },
        ],
      },
    });
  });

  it('takes null for absent on every optional field but stream', () => {
    const names = [
      'temperature',
      'max_tokens',
      'top_p',
      'stop',
      'conversation_id',
      'tools',
      'tool_choice',
    ];
    const nulls = Object.fromEntries(names.map((name) => [name, null]));
    expect(decoded(body(nulls))).toEqual(decoded(body({})));
  });

  it('takes an empty list of messages, of tools and of stop sequences', () => {
    const request = decoded(body({ messages: [], tools: [], stop: [] })).request;
    expect(request).toEqual({ model: 'm', messages: [], stream: false });
  });

  it.each<[string, JsonValue, string]>([
    ['stream', null, 'expected boolean, received null'],
    ['stream', 'yes', 'expected boolean, received string'],
    ['messages', 'hi', 'expected array, received string'],
    ['tier', 'huge', 'expected one of "simple"|"moderate"|"complex"'],
    ['temperature', -1, 'Too small: expected number to be >=0'],
    ['temperature', 1e308, 'Too big: expected number to be <=100'],
    ['temperature', Number.POSITIVE_INFINITY, 'expected number, received Infinity'],
    ['top_p', 1.5, 'Too big: expected number to be <=1'],
    ['max_tokens', -1, 'Too small: expected number to be >=0'],
    ['max_tokens', 4_294_967_296, 'Too big: expected number to be <=4294967295'],
    ['max_tokens', 1.5, 'expected int, received number'],
    ['stop', 5, 'expected string or array, received number'],
    ['conversation_id', 7, 'expected string, received number'],
    ['tool_choice', 'maybe', 'expected "auto" or "none" or "required" or object'],
  ])('refuses %s = %j and says what was expected', (path, value, detail) => {
    expect(refused(body({ [path]: value }))).toEqual({ kind: 'invalid_request', path, detail });
  });

  it.each<[string, JsonObject, string, string]>([
    ['no messages', { model: 'm' }, 'messages', 'is required: expected array'],
    [
      'content of null',
      message({ role: 'user', content: null }),
      'messages[1].content',
      'expected string or array, received null',
    ],
    [
      'no content',
      message({ role: 'assistant', tool_calls: [CALL] }),
      'messages[1].content',
      'is required: expected string or array',
    ],
    [
      'a developer',
      message({ role: 'developer', content: '' }),
      'messages[1].role',
      'expected one of "system"|"user"|"assistant"|"tool"',
    ],
    [
      'an unknown part',
      message({ role: 'user', content: [{ type: 'text', text: '' }, { type: 'audio' }] }),
      'messages[1].content[1].type',
      'expected one of "text", "image_url", "file"',
    ],
    [
      'a part without text',
      message({ role: 'user', content: [{ type: 'text' }] }),
      'messages[1].content[0].text',
      'is required: expected string',
    ],
    [
      'an image without url',
      message({ role: 'user', content: [{ type: 'image_url', image_url: {} }] }),
      'messages[1].content[0].image_url.url',
      'is required: expected string',
    ],
    [
      'a late system message',
      message({ role: 'system', content: 'x' }),
      'messages[1].role',
      'system messages must come before all other messages',
    ],
    [
      'a call without arguments',
      message({
        role: 'assistant',
        content: '',
        tool_calls: [{ ...CALL, function: { name: 'f' } }],
      }),
      'messages[1].tool_calls[0].function.arguments',
      'is required',
    ],
  ])('refuses %s by its path', (_, value, path, detail) => {
    expect(refused(value)).toEqual({ kind: 'invalid_request', path, detail });
  });

  it.each([
    ['temprature', 'unknown field; did you mean "temperature"?'],
    ['n', 'unknown field'],
    ['__proto__', 'unknown field'],
    ['stream_options', 'unknown field'],
  ])('refuses the unknown top-level field %s by name', (name, detail) => {
    const value: JsonObject = JSON.parse(`{"model":"m","messages":[],"${name}":1}`);
    expect(refused(value)).toEqual({ kind: 'invalid_request', path: name, detail });
  });

  it('leaves unknown nested fields out and tells them by path', () => {
    const value = body({
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'hi', cache: 1 }], weight: 2 },
        { role: 'assistant', content: '', tool_calls: [{ ...CALL, index: 0 }] },
      ],
      tools: [{ ...WEATHER, function: { ...(WEATHER['function'] as JsonObject), strict: true } }],
      tool_choice: { type: 'function', function: { name: 'get_weather', 'ä b': 1 } },
    });
    expect(decoded(value).losses.map((loss) => loss.path)).toEqual([
      'messages[0].content[0].cache',
      'messages[0].weight',
      'messages[1].tool_calls[0].index',
      'tools[0].function.strict',
      'tool_choice.function["\\u00e4 b"]',
    ]);
    expect(JSON.stringify(decoded(value).request)).not.toMatch(/weight|strict|cache/);
  });

  it('lists a bounded number of fields that it left out', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`x${index}`, 1]));
    const { losses } = decoded(message({ role: 'user', content: '', ...many }));
    expect(losses).toHaveLength(33);
    expect(losses.at(-1)?.path).toContain('468 more');
  });

  it('says where tool calls and their answers mean nothing, and goes on without', () => {
    const { request, losses } = decoded(
      message({ role: 'user', content: 'x', tool_calls: [CALL], tool_call_id: 'call_1' }),
    );
    expect(losses.map((loss) => loss.path)).toEqual([
      'messages[1].tool_calls',
      'messages[1].tool_call_id',
    ]);
    expect(request.messages[1]).toEqual({ role: 'user', content: [{ type: 'text', text: 'x' }] });
  });
});

describe('messages', () => {
  it('keep leading system messages, names, and neighbours of one role as they are', () => {
    const messages = [
      { role: 'system', content: 'a' },
      { role: 'system', content: 'b' },
      { role: 'user', content: 'c', name: 'Ann' },
      { role: 'user', content: '' },
      { role: 'assistant', content: [] },
    ];
    expect(decoded(body({ messages })).request.messages).toEqual([
      { role: 'system', content: [{ type: 'text', text: 'a' }] },
      { role: 'system', content: [{ type: 'text', text: 'b' }] },
      { role: 'user', name: 'Ann', content: [{ type: 'text', text: 'c' }] },
      { role: 'user', content: [{ type: 'text', text: '' }] },
      { role: 'assistant', content: [] },
    ]);
  });

  it.each<[string, JsonObject, JsonObject]>([
    [
      'an address',
      { url: 'https://x.test/a.png' },
      { source: { type: 'url', url: 'https://x.test/a.png' } },
    ],
    [
      'a data URL',
      { url: 'data:image/png;base64,iVBO', detail: 'low' },
      { source: { type: 'base64', data: 'iVBO' }, mediaType: 'image/png', detail: 'low' },
    ],
    [
      'a data URL that is no base64',
      { url: 'data:,x' },
      { source: { type: 'url', url: 'data:,x' } },
    ],
  ])('bring an image by %s', (_, image_url, part) => {
    const content = [{ type: 'image_url', image_url }];
    expect(decoded(body({ messages: [{ role: 'user', content }] })).request.messages).toEqual([
      { role: 'user', content: [{ type: 'media', kind: 'image', ...part }] },
    ]);
  });

  it.each<[string, JsonValue, string]>([
    ['an object', { city: 'Boston' }, '{"city":"Boston"}'],
    ['JSON text, kept letter by letter', '{ "city" : "Boston" }', '{ "city" : "Boston" }'],
    ['text that is no JSON', 'Boston', 'Boston'],
    ['null', null, 'null'],
  ])('take the arguments of a call in history as %s', (_, value, argumentsJson) => {
    const call = { ...CALL, function: { name: 'get_weather', arguments: value } };
    const { request } = decoded(message({ role: 'assistant', content: '', tool_calls: [call] }));
    expect(request.messages[1]?.content).toEqual([
      { type: 'tool-call', id: 'call_1', name: 'get_weather', argumentsJson },
    ]);
  });

  it('tie the result of a tool to the call of an earlier assistant message', () => {
    const other = { ...CALL, id: 'call_2', function: { name: 'get_time', arguments: '{}' } };
    const { request } = decoded(
      body({
        messages: [
          ...hello,
          { role: 'assistant', content: 'Let me see', tool_calls: [CALL, other] },
          { role: 'tool', tool_call_id: 'call_2', content: 'noon' },
          {
            role: 'tool',
            tool_call_id: 'call_1',
            content: [
              { type: 'text', text: 'sun' },
              { type: 'text', text: 'ny' },
            ],
          },
        ],
      }),
    );
    expect(request.messages.slice(2)).toEqual([
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            callId: 'call_2',
            name: 'get_time',
            content: [{ type: 'text', text: 'noon' }],
          },
        ],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            callId: 'call_1',
            name: 'get_weather',
            content: [{ type: 'text', text: 'sunny' }],
          },
        ],
      },
    ]);
  });

  it('find the nearest call when an id was used twice', () => {
    const again = { ...CALL, function: { name: 'get_time', arguments: {} } };
    const { request } = decoded(
      body({
        messages: [
          { role: 'assistant', content: '', tool_calls: [CALL] },
          { role: 'assistant', content: '', tool_calls: [again] },
          { role: 'tool', tool_call_id: 'call_1', content: '' },
        ],
      }),
    );
    expect(request.messages[2]?.content[0]).toMatchObject({ name: 'get_time' });
  });

  it.each<[string, readonly JsonObject[], string]>([
    [
      'has no id',
      [{ role: 'tool', content: 'x' }],
      'is required: a tool message names the call it answers',
    ],
    [
      'has an id that nobody called',
      [{ role: 'tool', tool_call_id: 'call_9', content: 'x' }],
      'no earlier assistant message has a tool call with the id "call_9"',
    ],
    [
      'comes before its call',
      [
        { role: 'tool', tool_call_id: 'call_1', content: 'x' },
        { role: 'assistant', content: '', tool_calls: [CALL] },
      ],
      'no earlier assistant message has a tool call with the id "call_1"',
    ],
    [
      'answers a call of a user',
      [
        { role: 'user', content: '', tool_calls: [CALL] },
        { role: 'tool', tool_call_id: 'call_1', content: 'x' },
      ],
      'no earlier assistant message has a tool call with the id "call_1"',
    ],
  ])('are refused when a tool result %s', (_, messages, detail) => {
    const at = messages.findIndex((one) => one['role'] === 'tool');
    expect(refused(body({ messages }))).toEqual({
      kind: 'invalid_request',
      path: `messages[${at}].tool_call_id`,
      detail,
    });
  });
});

describe('tools', () => {
  it.each<[string, JsonObject, string, string]>([
    [
      'a hyphen in the name',
      { name: 'get-weather' },
      'name',
      'Invalid name of tool "get-weather": expected letters, digits and underscores only, and at least one',
    ],
    [
      'an empty name',
      { name: '' },
      'name',
      'Invalid name of tool "": expected letters, digits and underscores only, and at least one',
    ],
    [
      'a name of other letters',
      { name: 'wétter' },
      'name',
      'Invalid name of tool "wétter": expected letters, digits and underscores only, and at least one',
    ],
    [
      'an empty description',
      { description: '' },
      'description',
      'the description of tool "get_weather" must not be empty',
    ],
    [
      'parameters without a type',
      { parameters: {} },
      'parameters.type',
      'the parameters of tool "get_weather" have no "type"; expected "object"',
    ],
    [
      'parameters of another type',
      { parameters: { type: 'array' } },
      'parameters.type',
      'the parameters of tool "get_weather" have the type "array"; expected "object"',
    ],
    [
      'a type that is a list',
      { parameters: { type: ['object'] } },
      'parameters.type',
      'the parameters of tool "get_weather" have a "type" that is no text; expected "object"',
    ],
    [
      'a broken schema',
      { parameters: { type: 'object', properties: { a: { type: 'strin' } } } },
      'parameters.properties.a.type',
      'the parameters of tool "get_weather" are no valid JSON Schema: expected one of array, boolean, integer, null, number, object, string, or a list of them',
    ],
    ['parameters that are no object', { parameters: [] }, 'parameters', 'expected an object'],
    ['no description', { description: null }, 'description', 'expected string, received null'],
  ])('are refused for %s', (_, fields, path, detail) => {
    expect(refused(tool(fields))).toEqual({
      kind: 'invalid_request',
      path: `tools[0].function.${path}`,
      detail,
    });
  });

  it('may have a description of blanks only, and any name of letters, digits and underscores', () => {
    expect(decoded(tool({ description: ' ', name: '_9aZ' })).request.tools).toHaveLength(1);
  });

  it.each<[JsonValue, JsonObject]>([
    ['auto', { type: 'auto' }],
    ['none', { type: 'none' }],
    ['required', { type: 'required' }],
    [
      { type: 'function', function: { name: 'f' } },
      { type: 'one', name: 'f' },
    ],
  ])('are chosen by tool_choice %j, listed or not', (tool_choice, expected) => {
    expect(decoded(body({ tool_choice })).request.toolChoice).toEqual(expected);
  });

  it('are not chosen by a function without a name', () => {
    expect(refused(body({ tool_choice: { type: 'function', function: {} } })).path).toBe(
      'tool_choice.function.name',
    );
  });
});
