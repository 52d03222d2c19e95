import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../chat/index.ts';
import type { JsonObject, JsonValue } from '../../json/index.ts';
import { decodeRequest } from './decode-request.ts';

const minimal = { model: 'm', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] };

function decode(fields: JsonObject): ChatRequest {
  const decoded = decodeRequest({ ...minimal, ...fields });
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.error));
  return decoded.value.request;
}

const origin = { provider: 'anthropic-messages' };

it('reads the least that a request says', () => {
  expect(decode({})).toEqual({
    model: 'm',
    maxOutputTokens: 10,
    stream: false,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
  });
});

it('reads every setting, and keeps what it does not know', () => {
  expect(
    decode({
      system: 'be kind',
      stream: true,
      top_p: 0.9,
      stop_sequences: ['x'],
      thinking: { type: 'enabled', budget_tokens: 2000, display: 'omitted' },
      output_config: {
        effort: 'high',
        format: { type: 'json_schema', schema: { type: 'object' } },
        task_budget: 3,
      },
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      tools: [
        { name: 'f', input_schema: { type: 'object' }, cache_control: { type: 'ephemeral' } },
        { type: 'web_search_20260318', name: 'web_search', max_uses: 2 },
      ],
      metadata: { user_id: 'u' },
      cache_control: { type: 'ephemeral' },
    }),
  ).toMatchObject({
    messages: [{ role: 'system', content: [{ text: 'be kind' }] }, { role: 'user' }],
    stream: true,
    topP: 0.9,
    stopSequences: ['x'],
    reasoning: { enabled: true, budgetTokens: 2000, effort: 'high', visibility: 'hidden' },
    output: { type: 'json-schema', schema: { type: 'object' } },
    toolChoice: { type: 'required' },
    parallelToolCalls: false,
    tools: [
      { type: 'function', name: 'f', parameters: { type: 'object' }, cache: {} },
      { type: 'server', name: 'web_search', raw: { max_uses: 2 } },
    ],
    endUser: 'u',
    rest: {
      dialect: 'anthropic-messages',
      fields: { cache_control: { type: 'ephemeral' }, output_config: { task_budget: 3 } },
    },
  });
});

it('makes results of tools messages of their own, in their order', () => {
  const { messages } = decode({
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: 'done', is_error: true },
          { type: 'text', text: 'go on' },
        ],
      },
    ],
  });

  expect(messages.slice(1)).toEqual([
    {
      role: 'assistant',
      content: [{ type: 'tool-call', id: 'a', name: 'f', argumentsJson: '{"x":1}' }],
    },
    {
      role: 'tool',
      content: [
        {
          type: 'tool-result',
          callId: 'a',
          isError: true,
          content: [{ type: 'text', text: 'done' }],
        },
      ],
    },
    { role: 'user', content: [{ type: 'text', text: 'go on' }] },
  ]);
});

describe('blocks', () => {
  it.each<[string, JsonValue, object]>([
    [
      'thoughts with their signature',
      { type: 'thinking', thinking: 'hm', signature: 's' },
      { type: 'reasoning', text: 'hm', state: [{ origin, kind: 'signature', data: 's' }] },
    ],
    [
      'encrypted thoughts',
      { type: 'redacted_thinking', data: 'd' },
      { type: 'reasoning', state: [{ origin, kind: 'encrypted', data: 'd' }] },
    ],
    [
      'a tool that the provider ran',
      { type: 'mcp_tool_use', id: 'i', name: 'n', server_name: 's', input: {} },
      { type: 'server-tool', role: 'call', id: 'i', name: 'n', raw: { server_name: 's' } },
    ],
    [
      'the result of a tool that the provider ran',
      { type: 'web_search_tool_result', tool_use_id: 'i', content: [] },
      { type: 'server-tool', role: 'result', id: 'i', name: 'web_search' },
    ],
    [
      'a document with its title',
      {
        type: 'document',
        title: 't',
        source: { type: 'text', media_type: 'text/plain', data: 'd' },
      },
      { type: 'media', kind: 'file', name: 't', source: { type: 'text', text: 'd' } },
    ],
    [
      'a cited text',
      {
        type: 'text',
        text: 't',
        citations: [{ type: 'char_location', document_title: 'd', cited_text: 'c' }],
      },
      {
        type: 'text',
        text: 't',
        annotations: [{ kind: 'document-citation', title: 'd', citedText: 'c' }],
      },
    ],
    [
      'what nobody has heard of',
      { type: 'hologram', beam: 1 },
      { type: 'opaque', dialect: 'anthropic-messages', raw: { type: 'hologram', beam: 1 } },
    ],
  ])('reads %s', (_title, block, expected) => {
    const { messages } = decode({ messages: [{ role: 'assistant', content: [block] }] });

    expect(messages[0]?.content[0]).toMatchObject(expected);
  });
});

describe('what is refused names its place', () => {
  it.each<[JsonObject, string]>([
    [{ model: '' }, 'model'],
    [{ max_tokens: -1 }, 'max_tokens'],
    [{ temperature: 1.5 }, 'temperature'],
    [{ messages: [] }, 'messages'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].role'],
    [
      { messages: [{ role: 'user', content: [{ type: 'text', text: 5 }] }] },
      'messages[0].content[0].text',
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'x' }] }] },
      'messages[0].content[0].tool_use_id',
    ],
  ])('%o', (fields, path) => {
    expect(decodeRequest({ ...minimal, ...fields })).toMatchObject({
      ok: false,
      error: { kind: 'invalid_request', path },
    });
  });
});
