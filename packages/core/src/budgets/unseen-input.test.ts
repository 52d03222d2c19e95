import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json/json-value.ts';
import { unseenIn } from './unseen-input.ts';

const said = (...content: JsonObject[]): JsonObject => ({ messages: [{ role: 'user', content }] });
const text = { type: 'text', text: 'Hi' };
const schema = { type: 'object', properties: { image: { type: 'string' } } };

const SEEN: { readonly [title: string]: JsonObject } = {
  'text in each of its forms': {
    system: 'Be brief.',
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: [text, { type: 'thinking', thinking: 'Hm', signature: 'x' }] },
      { role: 'assistant', content: null, tool_calls: [{ id: 'c', type: 'function' }] },
      { role: 'tool', tool_call_id: 'c', content: 'sunny' },
    ],
  },
  'items of Responses': {
    input: [
      { role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'abc' },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"image":"x"}' },
      { type: 'function_call_output', call_id: 'c', output: 'done' },
    ],
  },
  'parts of Gemini': {
    contents: [
      { role: 'user', parts: [{ text: 'Hi' }] },
      { role: 'model', parts: [{ functionCall: { name: 'f', args: { image: 'x' } } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'f', response: { video: 'x' } } }] },
    ],
    tools: [{ functionDeclarations: [{ name: 'f', parameters: schema }] }],
  },
  'tools that a client describes': {
    tools: [
      { type: 'function', function: { name: 'f', parameters: schema } },
      { name: 'g', input_schema: schema },
      { type: 'custom', name: 'h' },
    ],
    toolConfig: { tools: [{ toolSpec: { name: 'f' } }, { cachePoint: { type: 'default' } }] },
  },
  'a prompt that is a text, fields that are empty': {
    prompt: 'Once upon a time',
    previous_response_id: null,
    mcp_servers: [],
    tools: [],
  },
  'a document that is text': said({
    type: 'document',
    source: { type: 'text', media_type: 'text/plain', data: 'Long' },
  }),
  'texts to be embedded': { input: ['Hi', 'there'] },
};

const UNSEEN: readonly (readonly [path: string, body: JsonObject])[] = [
  ['messages[0].content[1]', said(text, { type: 'image_url', image_url: { url: 'https://x/y' } })],
  ['messages[0].content[0]', said({ type: 'image', source: { type: 'base64', data: 'aGk=' } })],
  ['messages[0].content[0]', said({ type: 'document', source: { type: 'file', file_id: 'f' } })],
  ['messages[0].content[0]', said({ type: 'file', file: { file_id: 'file-1' } })],
  ['messages[0].content[0]', said({ type: 'of_tomorrow' })],
  ['messages[0]', { messages: [{ role: 'assistant', audio: { id: 'audio_1' } }] }],
  [
    'messages[0].content[0].content[0]',
    said({ type: 'tool_result', tool_use_id: 't', content: [{ type: 'image' }] }),
  ],
  ['messages[0].content[0]', said({ document: { format: 'pdf', source: { bytes: 'aGk=' } } })],
  ['contents[0].parts[0]', { contents: [{ parts: [{ fileData: { fileUri: 'gs://x' } }] }] }],
  ['contents[0].parts[0]', { contents: [{ parts: [{ inline_data: { data: 'aGk=' } }] }] }],
  ['input[0]', { input: [{ type: 'item_reference', id: 'msg_1' }] }],
  ['input[0]', { input: [{ type: 'reasoning', id: 'rs_1', summary: [] }] }],
  [
    'input[0].output[0]',
    { input: [{ type: 'function_call_output', output: [{ type: 'input_image' }] }] },
  ],
  ['previous_response_id', { previous_response_id: 'resp_1', input: 'Hi' }],
  ['conversation', { conversation: 'conv_1', input: 'Hi' }],
  ['prompt', { prompt: { id: 'pmpt_1' } }],
  ['cachedContent', { cachedContent: 'cachedContents/1', contents: [] }],
  ['tools[0]', { tools: [{ type: 'bash_20250124', name: 'bash' }] }],
];

const TURNS: readonly (readonly [path: string, body: JsonObject])[] = [
  ['tools[1]', { tools: [{ type: 'function', name: 'f' }, { type: 'web_search' }] }],
  ['tools[0]', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
  ['tools[0]', { tools: [{ googleSearch: {} }] }],
  ['toolConfig.tools[0]', { toolConfig: { tools: [{ systemTool: { name: 'nova_grounding' } }] } }],
  ['web_search_options', { web_search_options: {} }],
  ['mcp_servers', { mcp_servers: [{ url: 'https://x' }] }],
  ['context_management', { context_management: [{ type: 'compaction' }] }],
];

describe('what the size of a request tells', () => {
  it.each(Object.entries(SEEN))('is all of %s', (_title, body) => {
    expect(unseenIn(body)).toBeUndefined();
  });

  it.each(UNSEEN)('is not how long %s is', (path, body) => {
    expect(unseenIn(body)).toEqual({ path, kind: 'input' });
  });

  it.each(TURNS)('is not how often a provider goes on by itself, as %s lets it', (path, body) => {
    expect(unseenIn(body)).toEqual({ path, kind: 'turns' });
  });

  it('names what makes turns before what is only long', () => {
    const body = { ...said({ type: 'image' }), tools: [{ type: 'code_interpreter' }] };
    expect(unseenIn(body)).toEqual({ path: 'tools[0]', kind: 'turns' });
  });
});
