import { describe, expect, it } from 'vitest';
import type { ChatRequest, ContentPart, Message } from '../../chat/index.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Target } from '../dialect.ts';
import { decodeRequest, encodeRequest } from './request.ts';

const target: Target = {
  provider: 'p',
  model: 'their-model',
  ability: {},
  quirks: {},
  origin: { provider: 'p' },
};

const user: JsonObject = { role: 'user', content: 'Hi' };

function decoded(body: JsonObject): ChatRequest {
  const result = decodeRequest({ model: 'm', messages: [user], ...body });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value.request;
}

function encoded(request: Partial<ChatRequest>, changes: Partial<Target> = {}) {
  const whole: ChatRequest = {
    model: 'm',
    stream: false,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
    ...request,
  };
  const result = encodeRequest(whole, { ...target, ...changes });
  if (!result.ok) throw new Error(result.error.kind);
  return result.value;
}

const messagesOf = (...messages: Message[]) => encoded({ messages });

describe('decoding a request', () => {
  it('takes its plainest form', () => {
    expect(decoded({})).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
      stream: false,
    });
  });

  it.each<[string, JsonObject, Partial<ChatRequest>]>([
    ['max_tokens', { max_tokens: 5 }, { maxOutputTokens: 5 }],
    [
      'the newer of two limits',
      { max_tokens: 5, max_completion_tokens: 6 },
      { maxOutputTokens: 6 },
    ],
    ['one stop sequence', { stop: 'END' }, { stopSequences: ['END'] }],
    ['logprobs', { logprobs: true, top_logprobs: 2 }, { logprobs: { top: 2 } }],
    ['logprobs that are off', { logprobs: false }, {}],
    ['nulls as absent', { temperature: null, stop: null, tools: null, user: null }, {}],
    ['look-alikes’ sampling', { top_k: 3, min_p: 0.1 }, { topK: 3, minP: 0.1 }],
    ['an effort', { reasoning_effort: 'high' }, { reasoning: { effort: 'high' } }],
    ['the newer of two users', { user: 'a', safety_identifier: 'b' }, { endUser: 'b' }],
    ['a required tool', { tool_choice: 'required' }, { toolChoice: { type: 'required' } }],
    [
      'a chosen tool',
      { tool_choice: { type: 'function', function: { name: 'f' } } },
      { toolChoice: { type: 'one', name: 'f' } },
    ],
    [
      'allowed tools',
      {
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] },
        },
      },
      { toolChoice: { type: 'allowed', mode: 'auto', names: ['f'] } },
    ],
    [
      'the old words for tools',
      { functions: [{ name: 'f', parameters: { type: 'object' } }], function_call: { name: 'f' } },
      {
        tools: [{ type: 'function', name: 'f', parameters: { type: 'object' } }],
        toolChoice: { type: 'one', name: 'f' },
      },
    ],
    [
      'a tool of another kind as the dialect’s own',
      { tools: [{ type: 'custom', custom: { name: 'c' } }] },
      {
        tools: [
          {
            type: 'server',
            name: 'c',
            dialect: 'openai-chat',
            raw: { type: 'custom', custom: { name: 'c' } },
          },
        ],
      },
    ],
    [
      'an output format that nobody knows as rest',
      { response_format: { type: 'grammar', grammar: 'x' } },
      {
        rest: {
          dialect: 'openai-chat',
          fields: { response_format: { type: 'grammar', grammar: 'x' } },
        },
      },
    ],
    [
      'unknown fields as rest, and stream options as answered by us',
      { prediction: { type: 'content' }, stream: true, stream_options: { include_usage: true } },
      {
        stream: true,
        rest: { dialect: 'openai-chat', fields: { prediction: { type: 'content' } } },
      },
    ],
  ])('reads %s', (_name, body, expected) => {
    expect(decoded(body)).toEqual({ ...decoded({}), ...expected });
  });

  it.each<[string, JsonObject, ContentPart]>([
    [
      'an image by address',
      { type: 'image_url', image_url: { url: 'https://a/b.png', detail: 'low' } },
      {
        type: 'media',
        kind: 'image',
        source: { type: 'url', url: 'https://a/b.png' },
        detail: 'low',
      },
    ],
    [
      'an image within an address',
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
      {
        type: 'media',
        kind: 'image',
        source: { type: 'base64', data: 'AA==' },
        mediaType: 'image/png',
      },
    ],
    [
      'audio',
      { type: 'input_audio', input_audio: { data: 'AA==', format: 'mp3' } },
      {
        type: 'media',
        kind: 'audio',
        source: { type: 'base64', data: 'AA==' },
        mediaType: 'audio/mpeg',
      },
    ],
    [
      'a file by id',
      { type: 'file', file: { file_id: 'file-1' } },
      {
        type: 'media',
        kind: 'file',
        source: { type: 'provider-file', id: 'file-1', dialect: 'openai-chat' },
      },
    ],
    [
      'a cache mark of a look-alike',
      { type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } },
      { type: 'text', text: 'a', cache: { lifetime: '1h' } },
    ],
    [
      'what it does not know, at its place',
      { type: 'video_url', video_url: { url: 'x' } },
      {
        type: 'opaque',
        dialect: 'openai-chat',
        raw: { type: 'video_url', video_url: { url: 'x' } },
      },
    ],
  ])('reads %s', (_name, part, expected) => {
    const request = decoded({ messages: [{ role: 'user', content: [part] }] });

    expect(request.messages[0]?.content).toEqual([expected]);
  });

  it('puts an assistant’s reasoning first and its calls last', () => {
    const { messages } = decoded({
      messages: [
        {
          role: 'assistant',
          content: 'b',
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{ }' } }],
          refusal: 'no',
          reasoning_content: 'a',
        },
        { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: '4' }] },
      ],
    });

    expect(messages[0]?.content).toEqual([
      { type: 'reasoning', text: 'a' },
      { type: 'text', text: 'b' },
      { type: 'refusal', text: 'no' },
      { type: 'tool-call', id: 'c1', name: 'f', argumentsJson: '{ }' },
    ]);
    expect(messages[1]).toEqual({
      role: 'tool',
      content: [{ type: 'tool-result', callId: 'c1', content: [{ type: 'text', text: '4' }] }],
    });
  });

  it('pairs the old function messages with their calls by name', () => {
    const { messages } = decoded({
      messages: [
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
        { role: 'function', name: 'f', content: '4' },
      ],
    });

    expect(messages[0]?.content[0]).toMatchObject({ type: 'tool-call', id: 'call_0' });
    expect(messages[1]?.content[0]).toMatchObject({ type: 'tool-result', callId: 'call_0' });
  });

  it.each<[string, JsonObject, string, string]>([
    ['no messages', { messages: [] }, 'messages', 'at least one'],
    ['an unknown role', { messages: [{ role: 'usr', content: '' }] }, 'messages[0].role', '"user"'],
    [
      'a number for a text',
      { messages: [user, { role: 'user', content: [{ type: 'text', text: 3 }] }] },
      'messages[1].content[0].text',
      'expected string',
    ],
    [
      'a number for content',
      { messages: [{ role: 'user', content: 3 }] },
      'messages[0].content',
      'string or array',
    ],
    [
      'arguments that are no text',
      {
        messages: [
          { role: 'assistant', tool_calls: [{ id: 'c', function: { name: 'f', arguments: {} } }] },
        ],
      },
      'messages[0].tool_calls[0].function.arguments',
      'expected string',
    ],
    [
      'a result without a call',
      { messages: [user, { role: 'tool', tool_call_id: 'c9', content: '4' }] },
      'messages[1].tool_call_id',
      'no tool call',
    ],
    [
      'a tool name with a space',
      { tools: [{ type: 'function', function: { name: 'a b' } }] },
      'tools[0].function.name',
      'letters',
    ],
    ['a negative limit', { max_tokens: -1 }, 'max_tokens', '>0'],
    ['an absurd number of choices', { n: 1e9 }, 'n', '<=128'],
    ['a temperature beyond the scale', { temperature: 3 }, 'temperature', '<=2'],
    ['a stream that is no boolean', { stream: 'yes' }, 'stream', 'boolean'],
    [
      'a file that is neither bytes nor an id',
      { messages: [{ role: 'user', content: [{ type: 'file', file: {} }] }] },
      'messages[0].content[0].file',
      'file_id',
    ],
  ])('refuses %s by its path', (_name, body, path, word) => {
    const result = decodeRequest({ model: 'm', messages: [user], ...body });

    expect(result).toMatchObject({ ok: false, error: { kind: 'invalid_request', path } });
    expect(JSON.stringify(result)).toContain(word.replaceAll('"', '\\"'));
  });

  it('refuses a body without a model', () => {
    expect(decodeRequest({ messages: [user] })).toMatchObject({ error: { path: 'model' } });
  });

  it('is not led astray by a field named __proto__', () => {
    const body = JSON.parse(
      '{"__proto__":{"polluted":1},"model":"m","messages":[{"role":"user","content":"x"}]}',
    );

    const result = decodeRequest(body);

    expect(result.ok).toBe(true);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('encoding a request', () => {
  it('asks no sampling settings of a model that takes none, and says so', () => {
    const { value, losses } = encoded(
      { temperature: 0.2, topP: 0.9, seed: 7 },
      { ability: { sampling: false } },
    );

    expect(value).toMatchObject({ seed: 7 });
    expect(value).not.toHaveProperty('temperature');
    expect(value).not.toHaveProperty('top_p');
    expect(losses.map(({ path }) => path)).toEqual(['temperature', 'topP']);
  });

  it('uses the target’s model, and asks for usage in streams', () => {
    expect(encoded({ stream: true })).toEqual({
      value: {
        model: 'their-model',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
        stream_options: { include_usage: true },
      },
      losses: [],
    });
  });

  it('mends the quirks that are listed', () => {
    const { value } = encoded(
      {
        stream: true,
        maxOutputTokens: 5,
        messages: [
          { role: 'developer', content: [{ type: 'text', text: 'a' }] },
          {
            role: 'assistant',
            content: [
              { type: 'reasoning', text: 'b' },
              { type: 'text', text: 'c' },
            ],
          },
        ],
      },
      {
        quirks: {
          noStreamOptions: true,
          maxTokensField: 'max_tokens',
          noDeveloperRole: true,
          reasoningField: 'reasoning',
        },
      },
    );

    expect(value).toEqual({
      model: 'their-model',
      stream: true,
      max_tokens: 5,
      messages: [
        { role: 'system', content: 'a' },
        { role: 'assistant', content: 'c', reasoning: 'b' },
      ],
    });
  });

  it('splits results from what a user says beside them, and sends their images after the run', () => {
    const image: ContentPart = {
      type: 'media',
      kind: 'image',
      source: { type: 'base64', data: 'AA==' },
      mediaType: 'image/png',
    };
    const { value, losses } = messagesOf(
      {
        role: 'assistant',
        content: [
          { type: 'tool-call', id: 'c1', name: 'f', argumentsJson: '' },
          { type: 'tool-call', id: 'c2', name: 'f', argumentsJson: '{"a":1}' },
        ],
      },
      { role: 'tool', content: [{ type: 'tool-result', callId: 'c1', content: [image] }] },
      {
        role: 'user',
        content: [
          {
            type: 'tool-result',
            callId: 'c2',
            content: [{ type: 'text', text: 'two' }],
            isError: true,
          },
          { type: 'text', text: 'and now?' },
        ],
      },
    );

    expect(value['messages']).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } },
          { id: 'c2', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'See the attachment that follows.' },
      { role: 'tool', tool_call_id: 'c2', content: 'two' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Attached to the result of tool call c1:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
        ],
      },
      { role: 'user', content: 'and now?' },
    ]);
    expect(losses.map(({ path, action, weight }) => `${path} ${action} ${weight}`)).toEqual([
      'messages[1].content[0].content[0] moved hint',
      'messages[2].content[0].isError dropped hint',
    ]);
  });

  const said = (part: ContentPart, role: 'user' | 'assistant' = 'user'): Partial<ChatRequest> => ({
    messages: [{ role, content: [part] }],
  });

  it.each<[string, Partial<ChatRequest>, Partial<Target>, string]>([
    ['sampling that has no word', { topK: 3 }, {}, 'topK dropped hint'],
    [
      'fields of another dialect',
      { rest: { dialect: 'anthropic-messages', fields: { container: 'c' } } },
      {},
      'rest.container dropped hint',
    ],
    [
      'a tool’s fields of another dialect',
      {
        tools: [
          {
            type: 'function',
            name: 't',
            rest: { dialect: 'anthropic-messages', fields: { defer_loading: true } },
          },
        ],
      },
      {},
      'tools[0].rest.defer_loading dropped hint',
    ],
    ['a budget', { reasoning: { budgetTokens: 5000 } }, {}, 'reasoning.budgetTokens emulated hint'],
    [
      'reasoning that is off',
      { reasoning: { enabled: false } },
      {},
      'reasoning.enabled dropped hint',
    ],
    [
      'an effort of a model that does not reason',
      { reasoning: { effort: 'low' } },
      { ability: { reasoning: false } },
      'reasoning.effort dropped hint',
    ],
    [
      'a limit beyond the model’s',
      { maxOutputTokens: 9 },
      { ability: { maxOutputTokens: 5 } },
      'maxOutputTokens clamped hint',
    ],
    [
      'cache marks',
      said({ type: 'text', text: 'a', cache: {} }),
      {},
      'messages[0].content[0].cache dropped hint',
    ],
    [
      'images for a model without eyes',
      said({ type: 'media', kind: 'image', source: { type: 'url', url: 'u' } }),
      { ability: { images: false } },
      'messages[0].content[0] dropped meaning',
    ],
    [
      'files by address',
      said({ type: 'media', kind: 'file', source: { type: 'url', url: 'u' } }),
      {},
      'messages[0].content[0] dropped meaning',
    ],
    [
      'video',
      said({ type: 'media', kind: 'video', source: { type: 'url', url: 'u' } }),
      {},
      'messages[0].content[0] dropped meaning',
    ],
    [
      'parts of another dialect',
      said({ type: 'opaque', dialect: 'other', raw: {} }),
      {},
      'messages[0].content[0] dropped meaning',
    ],
    [
      'earlier reasoning',
      said({ type: 'reasoning', text: 'a' }, 'assistant'),
      {},
      'messages[0].content[0] dropped hint',
    ],
    [
      'provider state',
      said(
        {
          type: 'text',
          text: 'a',
          state: [{ origin: { provider: 'x' }, kind: 'signature', data: 's' }],
        },
        'assistant',
      ),
      {},
      'messages[0].content[0].state dropped hint',
    ],
    [
      'tools of another dialect',
      { tools: [{ type: 'server', name: 's', dialect: 'other', raw: {} }] },
      {},
      'tools[0] dropped meaning',
    ],
    [
      'tools for a model that calls none',
      { tools: [{ type: 'function', name: 'f' }] },
      { ability: { tools: false } },
      'tools dropped meaning',
    ],
  ])('tells of %s', (_name, request, changes, loss) => {
    const { losses } = encoded(request, changes);

    expect(losses.map(({ path, action, weight }) => `${path} ${action} ${weight}`)).toEqual([loss]);
    expect(losses[0]?.why).not.toBe('');
  });

  it('leaves out a choice among tools where no tool is left', () => {
    const { value } = encoded({ toolChoice: { type: 'required' }, parallelToolCalls: true });

    expect(Object.keys(value)).toEqual(['model', 'messages']);
  });
});
