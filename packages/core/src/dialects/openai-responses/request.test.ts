import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../chat/request.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Target } from '../dialect.ts';
import { decodeRequest, encodeRequest } from './request.ts';

const target: Target = {
  provider: 'p',
  model: 'served',
  ability: {},
  quirks: {},
  origin: { provider: 'p', model: 'served' },
};

function decoded(body: JsonObject) {
  const read = decodeRequest({ model: 'm', ...body });
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
}

const ASKED: ChatRequest = {
  model: 'm',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
  stream: false,
};

function encoded(request: Partial<ChatRequest>, to: Partial<Target> = {}) {
  const written = encodeRequest({ ...ASKED, ...request }, { ...target, ...to });
  if (!written.ok) throw new Error(JSON.stringify(written.error));
  return written.value;
}

const wire = { provider: 'openai-responses' };

describe('reading a request', () => {
  it('reads the items of one turn of the model as one message, each result as one of its own', () => {
    const { request, losses } = decoded({
      instructions: 'Be brief.',
      input: [
        { role: 'user', content: 'weather?' },
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [
            { type: 'summary_text', text: 'a' },
            { type: 'summary_text', text: 'b' },
          ],
          encrypted_content: 'gAAA',
        },
        {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          phase: 'commentary',
          status: 'completed',
          content: [{ type: 'output_text', text: 'Looking.', annotations: [] }],
        },
        { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'get', arguments: '{"a": 1}' },
        { type: 'function_call', call_id: 'c2', name: 'get', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c2', output: 'wet' },
        {
          type: 'function_call_output',
          call_id: 'c1',
          output: [{ type: 'input_image', image_url: 'data:image/png;base64,AA==', detail: 'low' }],
        },
      ],
    });

    const id = { origin: wire, kind: 'item-id', data: 'rs_1' };
    const rest = (fields: JsonObject) => ({ dialect: 'openai-responses', fields });
    expect(losses).toEqual([]);
    expect(request.messages).toEqual([
      { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
      { role: 'user', content: [{ type: 'text', text: 'weather?' }] },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'a', form: 'summary', state: [id] },
          {
            type: 'reasoning',
            text: 'b',
            form: 'summary',
            state: [id, { origin: wire, kind: 'encrypted', data: 'gAAA' }],
          },
          {
            type: 'text',
            text: 'Looking.',
            rest: rest({ item: { id: 'msg_1', phase: 'commentary' } }),
          },
          {
            type: 'tool-call',
            id: 'c1',
            name: 'get',
            argumentsJson: '{"a": 1}',
            rest: rest({ id: 'fc_1' }),
          },
          { type: 'tool-call', id: 'c2', name: 'get', argumentsJson: '{}' },
        ],
      },
      {
        role: 'tool',
        content: [{ type: 'tool-result', callId: 'c2', content: [{ type: 'text', text: 'wet' }] }],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            callId: 'c1',
            content: [
              {
                type: 'media',
                kind: 'image',
                source: { type: 'base64', data: 'AA==' },
                mediaType: 'image/png',
                detail: 'low',
              },
            ],
          },
        ],
      },
    ]);
  });

  it('keeps two texts of the model apart where nothing says that they are one turn', () => {
    const { request } = decoded({
      input: [
        { role: 'assistant', content: 'one' },
        { role: 'assistant', content: 'two' },
      ],
    });

    expect(request.messages).toHaveLength(2);
  });

  it('reads settings under their own names, and keeps what it has no word for', () => {
    const { request } = decoded({
      input: 'hi',
      max_output_tokens: 20,
      reasoning: { effort: 'high', summary: 'detailed' },
      text: {
        verbosity: 'low',
        format: { type: 'json_schema', name: 'n', schema: {}, strict: true },
      },
      include: ['reasoning.encrypted_content', 'message.output_text.logprobs', 'x.y'],
      top_logprobs: 2,
      tools: [
        { type: 'function', name: 'f', parameters: null, strict: null },
        { type: 'mcp', server_label: 'l' },
      ],
      tool_choice: {
        type: 'allowed_tools',
        mode: 'auto',
        tools: [{ type: 'function', name: 'f' }],
      },
      safety_identifier: 'u',
      user: 'old',
      store: false,
      truncation: 'auto',
    });

    expect(request).toEqual({
      ...ASKED,
      maxOutputTokens: 20,
      reasoning: { effort: 'high', visibility: 'summary' },
      verbosity: 'low',
      output: { type: 'json-schema', name: 'n', schema: {}, strict: true },
      logprobs: { top: 2 },
      tools: [
        { type: 'function', name: 'f' },
        {
          type: 'server',
          name: 'l',
          dialect: 'openai-responses',
          raw: { type: 'mcp', server_label: 'l' },
        },
      ],
      toolChoice: { type: 'allowed', mode: 'auto', names: ['f'] },
      endUser: 'u',
      rest: {
        dialect: 'openai-responses',
        fields: { truncation: 'auto', reasoning: { summary: 'detailed' }, include: ['x.y'] },
      },
    });
  });

  it.each<[string, JsonObject, string]>([
    ['no input', {}, 'input'],
    [
      'a result of no call',
      { input: [{ type: 'function_call_output', call_id: 'c', output: '' }] },
      'input[0].call_id',
    ],
    [
      'an image of two sources',
      {
        input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'u', file_id: 'f' }] }],
      },
      'input[0].content[0]',
    ],
    [
      'a call without arguments',
      { input: [{ type: 'function_call', call_id: 'c', name: 'n' }] },
      'input[0].arguments',
    ],
    ['a limit of 0', { input: 'x', max_output_tokens: 0 }, 'max_output_tokens'],
  ])('refuses %s, naming the field', (_name, body, path) => {
    expect(decodeRequest({ model: 'm', ...body })).toMatchObject({
      ok: false,
      error: { kind: 'invalid_request', path },
    });
  });

  it('says what only a provider that keeps replies could do', () => {
    const { request, losses } = decoded({
      input: [{ type: 'function_call_output', call_id: 'c', output: 'kept elsewhere' }],
      previous_response_id: 'resp_1',
      background: true,
      store: true,
    });

    expect(request.messages).toHaveLength(1);
    expect(request.rest).toBeUndefined();
    expect(losses.map(({ path, weight }) => [path, weight])).toEqual([
      ['previous_response_id', 'meaning'],
      ['background', 'meaning'],
      ['store', 'hint'],
    ]);
  });
});

describe('writing a request', () => {
  it('keeps nothing at the provider, and asks for thoughts to come back where the model has any', () => {
    const plain = encoded({}).value;
    const thinking = encoded({}, { ability: { reasoning: true } }).value;

    expect(plain).toEqual({
      model: 'served',
      input: [{ role: 'user', content: 'hi' }],
      store: false,
    });
    expect(thinking).toEqual({ ...plain, include: ['reasoning.encrypted_content'] });
  });

  it.each([
    [{ enabled: true, budgetTokens: 2000 }, 'auto'],
    [{ enabled: true, budgetTokens: 2000, visibility: 'hidden' as const }, undefined],
    [{ enabled: true, adaptive: true }, undefined],
    [{ budgetTokens: 2000 }, undefined],
    [{ effort: 'low' }, undefined],
  ])('asks for thoughts to be shown to who switched them on: %j', (reasoning, summary) => {
    const settings = encoded({ reasoning }).value['reasoning'] ?? {};

    expect(Object(settings).summary).toBe(summary);
  });

  it('gives each call of a turn an id of its own, and each result that of its call', () => {
    const call = { type: 'tool-call' as const, id: 'c', name: 'f', argumentsJson: '{}' };
    const result = { type: 'tool-result' as const, callId: 'c', content: [] };
    const { value } = encoded({
      messages: [
        { role: 'assistant', content: [call, call] },
        { role: 'tool', content: [result] },
        { role: 'tool', content: [result] },
      ],
    });

    const ids = Object(value['input']).map((item: JsonObject) => item['call_id']);
    expect(ids).toEqual(['c', 'c_2', 'c', 'c_2']);
  });

  it('says of each function whether it is strict: left out, it would be', () => {
    const { value, losses } = encoded({
      tools: [
        { type: 'function', name: 'f' },
        { type: 'function', name: 'g', parameters: { type: 'object' }, strict: true },
      ],
      toolChoice: { type: 'one', name: 'g' },
    });

    expect(losses).toEqual([]);
    expect(value).toMatchObject({
      tools: [
        { name: 'f', parameters: { type: 'object', properties: {} }, strict: false },
        { name: 'g', strict: true },
      ],
      tool_choice: { type: 'function', name: 'g' },
    });
  });

  it('gives thoughts back to who encrypted them, and tells where it can not', () => {
    const thought = (provider: string, encrypted?: string) => ({
      type: 'reasoning' as const,
      text: 'so',
      form: 'summary' as const,
      state: [
        { origin: { provider }, kind: 'item-id' as const, data: 'rs_1' },
        ...(encrypted === undefined
          ? []
          : [{ origin: { provider }, kind: 'encrypted' as const, data: encrypted }]),
      ],
    });
    const said = (part: ReturnType<typeof thought>) =>
      encoded({ messages: [...ASKED.messages, { role: 'assistant', content: [part] }] });

    expect(said(thought('p', 'gAAA')).value['input']).toEqual([
      { role: 'user', content: 'hi' },
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'so' }],
        encrypted_content: 'gAAA',
      },
    ]);
    for (const lost of [thought('other', 'gAAA'), thought('p')]) {
      const { value, losses } = said(lost);
      expect(value['input']).toHaveLength(1);
      expect(losses).toMatchObject([{ path: 'messages[1].content[0]', weight: 'hint' }]);
    }
  });

  it.each<[Partial<ChatRequest>, string, string]>([
    [{ stopSequences: ['END'] }, 'stopSequences', 'hint'],
    [{ n: 2 }, 'n', 'meaning'],
    [{ modalities: ['text', 'audio'] }, 'modalities', 'meaning'],
    [{ seed: 0 }, 'seed', 'hint'],
    [{ frequencyPenalty: 0.5 }, 'frequencyPenalty', 'hint'],
    [{ logitBias: { '1': 1 } }, 'logitBias', 'hint'],
    [{ maxOutputTokens: 5 }, 'maxOutputTokens', 'hint'],
    [{ reasoning: { budgetTokens: 4096 } }, 'reasoning.budgetTokens', 'hint'],
    [{ rest: { dialect: 'openai-chat', fields: { prediction: {} } } }, 'rest.prediction', 'hint'],
  ])('tells what it can not say: %j', (request, path, weight) => {
    expect(encoded(request).losses).toMatchObject([{ path, weight }]);
  });

  it('loses nothing by settings that change nothing', () => {
    const neutral = {
      n: 1,
      frequencyPenalty: 0,
      presencePenalty: 0,
      logitBias: {},
      stopSequences: [],
    };

    expect(encoded({ ...neutral, modalities: ['text'] }).losses).toEqual([]);
  });

  it('does not let the rest of a request go around the words that it has', () => {
    const { value } = encoded({
      rest: {
        dialect: 'openai-responses',
        fields: {
          store: true,
          previous_response_id: 'resp_of_another',
          include: ['reasoning.encrypted_content'],
          reasoning: { effort: 'high' },
          text: { format: { type: 'json_object' } },
          truncation: 'auto',
        },
      },
    });

    expect(value).toEqual({
      model: 'served',
      input: [{ role: 'user', content: 'hi' }],
      truncation: 'auto',
      store: false,
    });
  });
});
