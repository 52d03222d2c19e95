import { describe, expect, it } from 'vitest';
import type { ChatRequest, ContentPart, Loss, Message, Role } from '../../chat/index.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { Ability } from '../../providers/index.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeRequest } from './encode-request.ts';

const decode = (body: JsonObject): ChatRequest => {
  const decoded = decodeRequest({ model: 'm', ...body });
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.error));
  return decoded.value.request;
};

interface Encoding {
  readonly body: JsonObject;
  readonly told: readonly string[];
}

const tell = (losses: readonly Loss[]): string[] =>
  losses.map(({ path, action, weight }) => `${path} ${action} ${weight}`);

function encode(
  fields: Partial<ChatRequest>,
  { model = 'gemini-3-pro', ability = {} as Ability } = {},
): Encoding {
  const request = { model: 'x', messages: [say('user', text('hi'))], stream: false, ...fields };
  const origin = { provider: 'p', account: 'a', model: 'm' };
  const target = { provider: 'p', model, ability, quirks: {}, origin };
  const encoded = encodeRequest(request, target);
  if (!encoded.ok) throw new Error(encoded.error.kind);
  return { body: encoded.value.value, told: tell(encoded.value.losses) };
}

const say = (role: Role, ...content: ContentPart[]): Message => ({ role, content });
const text = (value: string): ContentPart => ({ type: 'text', text: value });
const call = (id: string, name: string): ContentPart => ({
  type: 'tool-call',
  id,
  name,
  argumentsJson: '{}',
});
const result = (callId: string, value: string): ContentPart => ({
  type: 'tool-result',
  callId,
  content: [{ type: 'text', text: value }],
});
const signature = (data: string, provider = 'p') => ({
  state: [{ origin: { provider }, kind: 'thought-signature' as const, data }],
});

const user = (value: string) => ({ role: 'user', parts: [{ text: value }] });
const SKIPPED = 'skip_thought_signature_validator';

describe('decoding a history', () => {
  it('invents ids for calls, and pairs results with them by name and order', () => {
    const { messages } = decode({
      contents: [
        user('hi'),
        {
          role: 'model',
          parts: [
            { functionCall: { name: 'f', args: { x: 1 } }, thoughtSignature: 'sig' },
            { functionCall: { name: 'g' } },
            { functionCall: { name: 'f', args: { x: 2 } } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { name: 'g', response: { output: 'G' } } },
            { functionResponse: { name: 'f', response: { output: '1' } } },
            { functionResponse: { name: 'f', response: { error: '2' } } },
            { text: 'and?' },
          ],
        },
      ],
    });

    expect(messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'tool',
      'tool',
      'user',
    ]);
    expect(messages[1]?.content).toMatchObject([
      { id: 'tgcall_0', argumentsJson: '{"x":1}', state: [{ data: 'sig' }] },
      { id: 'tgcall_1', argumentsJson: '{}' },
      { id: 'tgcall_2' },
    ]);
    expect(messages.slice(2, 5).flatMap(({ content }) => content)).toMatchObject([
      { callId: 'tgcall_1', content: [{ text: 'G' }] },
      { callId: 'tgcall_0', content: [{ text: '1' }] },
      { callId: 'tgcall_2', content: [{ text: '2' }], isError: true },
    ]);
  });

  it('goes by ids where the client has them', () => {
    const { messages } = decode({
      contents: [
        user('hi'),
        {
          role: 'model',
          parts: [
            { functionCall: { id: 'a', name: 'f' } },
            { functionCall: { id: 'b', name: 'f' } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { id: 'b', name: 'f', response: {} } },
            { functionResponse: { id: 'a', name: 'f', response: {} } },
          ],
        },
      ],
    });

    const results = messages.slice(2).flatMap(({ content }) => content);
    expect(results).toMatchObject([{ callId: 'b' }, { callId: 'a' }]);
  });

  it.each<[string, JsonObject, string]>([
    [
      'a result without a call',
      { contents: [{ parts: [{ functionResponse: { name: 'f', response: {} } }] }] },
      'contents[0].parts[0].functionResponse',
    ],
    ['no contents', {}, 'contents'],
    ['an unknown role', { contents: [{ role: 'assistant', parts: [] }] }, 'contents[0].role'],
    [
      'a limit that is none',
      { contents: [user('x')], generationConfig: { maxOutputTokens: -1 } },
      'generationConfig.maxOutputTokens',
    ],
  ])('refuses %s, naming its path', (_what, body, path) => {
    expect(decodeRequest({ model: 'm', ...body })).toMatchObject({
      ok: false,
      error: { kind: 'invalid_request', path },
    });
  });

  it('keeps every digit beneath names that it does not know', () => {
    const parsed = parseJson('{"input":{"id":12345678901234567890,"in_it":1}}');
    const unknown = parsed.ok ? parsed.value : null;

    const decoded = decode({ contents: [{ role: 'user', parts: [{ some_part: unknown }] }] });

    expect(JSON.stringify(encode(decoded).body)).toContain('"id":12345678901234567890,"inIt":1');
  });

  it('reads snake case and single items as the API does, and leaves what is the client’s own', () => {
    const request = decode({
      contents: { parts: { inline_data: { mime_type: 'image/png', data: 'AA==' } } },
      system_instruction: { parts: { text: 'Be terse.' } },
      generation_config: { max_output_tokens: 9, stop_sequences: ['a_b'] },
      tools: [
        { function_declarations: [{ name: 'f', parameters: { properties: { a_b: {} } } }] },
        { google_search: {} },
      ],
    });

    expect(request).toMatchObject({
      maxOutputTokens: 9,
      stopSequences: ['a_b'],
      messages: [
        { role: 'system', content: [{ text: 'Be terse.' }] },
        { role: 'user', content: [{ type: 'media', kind: 'image', mediaType: 'image/png' }] },
      ],
      tools: [
        { name: 'f', parameters: { properties: { a_b: {} } } },
        { type: 'server', name: 'googleSearch', raw: { googleSearch: {} } },
      ],
    });
  });

  it('reads the API’s own schemas as JSON Schema', () => {
    const schema = {
      type: 'OBJECT',
      nullable: true,
      properties: { n: { type: 'ARRAY', items: { type: 'INTEGER' }, maxItems: '3' } },
    };
    const { output } = decode({
      contents: [user('x')],
      generationConfig: { responseMimeType: 'application/json', responseSchema: schema },
    });

    expect(output).toEqual({
      type: 'json-schema',
      schema: {
        type: ['object', 'null'],
        properties: { n: { type: 'array', items: { type: 'integer' }, maxItems: 3 } },
      },
    });
  });

  it('gives back whole what a function answered as an object', () => {
    const contents = [
      user('hi'),
      { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] },
      {
        role: 'user',
        parts: [{ functionResponse: { name: 'f', response: { a: [1, { b: null }] } } }],
      },
    ];
    const { messages } = decode({ contents });

    expect(messages.at(-1)?.content).toMatchObject([
      { content: [{ text: '{"a":[1,{"b":null}]}' }] },
    ]);
    expect(encode({ messages }, { model: 'gemini-2.5-pro' }).body['contents']).toEqual(contents);
  });
});

describe('encoding a history', () => {
  it('gives results of calls that share an id each the name of its own call', () => {
    const { body } = encode({
      messages: [
        say('user', text('hi')),
        say('assistant', call('a', 'f'), call('a', 'g')),
        say('tool', result('a', '1')),
        say('tool', result('a', '2')),
      ],
    });

    expect(body['contents']).toMatchObject([
      {},
      {},
      {
        parts: [
          { functionResponse: { name: 'f', response: { output: '1' } } },
          { functionResponse: { name: 'g', response: { output: '2' } } },
        ],
      },
    ]);
  });

  it('puts all results of parallel calls into one turn right behind their calls', () => {
    const { body, told } = encode({
      messages: [
        say('user', text('hi')),
        say('assistant', call('a', 'f')),
        say('assistant', call('b', 'g')),
        say('tool', result('b', 'B')),
        say('user', text('and?')),
        say('tool', result('a', 'A')),
      ],
    });

    expect(body['contents']).toEqual([
      user('hi'),
      {
        role: 'model',
        parts: [
          { functionCall: { id: 'a', name: 'f', args: {} }, thoughtSignature: SKIPPED },
          { functionCall: { id: 'b', name: 'g', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'b', name: 'g', response: { output: 'B' } } },
          { functionResponse: { id: 'a', name: 'f', response: { output: 'A' } } },
        ],
      },
      user('and?'),
    ]);
    expect(told).toEqual(['messages[5].content[0] moved hint']);
  });

  it('gives signatures back to who made them, and names those that it leaves out', () => {
    const messages = [
      say('user', text('hi')),
      say(
        'assistant',
        { type: 'reasoning', text: 'hm', ...signature('own') },
        { type: 'reasoning', text: 'foreign', ...signature('x', 'q') },
        { ...call('a', 'f'), ...signature('x', 'q') },
      ),
    ];

    const { body, told } = encode({ messages });

    expect(Object(body['contents'])[1].parts).toEqual([
      { text: 'hm', thought: true, thoughtSignature: 'own' },
      { functionCall: { id: 'a', name: 'f', args: {} }, thoughtSignature: SKIPPED },
    ]);
    expect(told).toEqual([
      'messages[1].content[1] dropped hint',
      'messages[1].content[2].state dropped hint',
    ]);
  });

  it('sends no substitute for a signature to models that ask for none', () => {
    const messages = [say('user', text('hi')), say('assistant', call('a', 'f'))];

    const { body } = encode({ messages }, { model: 'gemini-2.5-flash' });

    expect(JSON.stringify(body)).not.toContain('thoughtSignature');
  });

  it('gathers instructions in front, and tells of those that it moved', () => {
    const { body, told } = encode({
      messages: [
        say('system', text('a')),
        say('developer', text('b')),
        say('user', text('hi')),
        say('system', text('c')),
      ],
    });

    expect(body['systemInstruction']).toEqual({
      parts: [{ text: 'a' }, { text: 'b' }, { text: 'c' }],
    });
    expect(body['contents']).toEqual([user('hi')]);
    expect(told).toEqual(['messages[3] moved hint']);
  });

  it('refuses media that the model does not take', () => {
    const image: ContentPart = {
      type: 'media',
      kind: 'image',
      source: { type: 'base64', data: 'AA==' },
    };

    const { told } = encode({ messages: [say('user', image)] }, { ability: { images: false } });

    expect(told).toContain('messages[0].content[0] dropped meaning');
  });
});

describe('settings', () => {
  it.each<[Partial<ChatRequest>, JsonObject]>([
    [{ toolChoice: { type: 'required' } }, { mode: 'ANY' }],
    [{ toolChoice: { type: 'one', name: 'f' } }, { mode: 'ANY', allowedFunctionNames: ['f'] }],
    [
      { toolChoice: { type: 'allowed', mode: 'auto', names: ['f', 'g'] } },
      { mode: 'VALIDATED', allowedFunctionNames: ['f', 'g'] },
    ],
    [{ toolChoice: { type: 'none' } }, { mode: 'NONE' }],
  ])('choose tools by %j, and back', (choice, config) => {
    const tools = [{ type: 'function', name: 'f' } as const];
    const { body } = encode({ tools, ...choice });

    expect(body['toolConfig']).toEqual({ functionCallingConfig: config });
    expect(decode(body)).toMatchObject(choice);
  });

  it.each<[string, NonNullable<ChatRequest['reasoning']>, JsonObject | undefined, string[]]>([
    ['gemini-3-pro', { effort: 'low' }, { thinkingLevel: 'LOW' }, []],
    ['gemini-3-pro', { effort: 'xhigh' }, { thinkingLevel: 'HIGH' }, ['reasoning.effort clamped']],
    ['gemini-3-pro', { enabled: false }, { thinkingLevel: 'MINIMAL' }, ['reasoning clamped']],
    [
      'gemini-3-pro',
      { enabled: true, budgetTokens: 2000 },
      { thinkingBudget: 2000, includeThoughts: true },
      [],
    ],
    [
      'gemini-3-pro',
      { effort: 'high', budgetTokens: 2000 },
      { thinkingLevel: 'HIGH' },
      ['reasoning.budgetTokens dropped'],
    ],
    ['gemini-2.5-pro', { effort: 'none' }, { thinkingBudget: 0 }, []],
    [
      'gemini-2.5-pro',
      { effort: 'medium', visibility: 'summary' },
      { thinkingBudget: 8192, includeThoughts: true },
      ['reasoning.effort emulated'],
    ],
    ['gemini-2.5-pro', { adaptive: true }, { thinkingBudget: -1 }, []],
  ])('tell %s to reason by %j', (model, reasoning, config, losses) => {
    const { body, told } = encode({ reasoning }, { model });

    expect(Object(body['generationConfig'] ?? {}).thinkingConfig).toEqual(config);
    expect(told).toEqual(losses.map((loss) => `${loss} hint`));
  });

  it('name what a tool’s schema could only say in words, and refuse where an answer must obey it', () => {
    const schema = { type: 'object', not: {}, properties: { a: { type: 'string', pattern: 'x' } } };
    const tools = [{ type: 'function', name: 'f', parameters: schema } as const];

    expect(encode({ tools }).told).toEqual([
      'tools[0].parameters.not dropped hint',
      'tools[0].parameters.properties.a.pattern emulated hint',
    ]);
    expect(encode({ output: { type: 'json-schema', schema, strict: true } }).told).toEqual([
      'output.schema.not dropped meaning',
      'output.schema.properties.a.pattern emulated hint',
    ]);
  });

  it('that have no word here are named', () => {
    const { told } = encode({
      logitBias: { '1': 2 },
      endUser: 'u',
      metadata: { a: 'b' },
      parallelToolCalls: false,
      tools: [
        { type: 'function', name: 'f', strict: true },
        { type: 'server', name: 'web_search', dialect: 'anthropic-messages', raw: {} },
      ],
      n: 9,
      seed: 2 ** 40,
      serviceTier: 'scale',
    });

    expect(told.toSorted()).toEqual([
      'endUser dropped hint',
      'logitBias dropped hint',
      'metadata dropped hint',
      'n dropped meaning',
      'parallelToolCalls dropped hint',
      'seed clamped hint',
      'serviceTier dropped hint',
      'tools[0].strict dropped hint',
      'tools[1] dropped meaning',
    ]);
  });

  it('keep the fields that only this dialect has', () => {
    const body = {
      model: 'm',
      contents: [user('hi')],
      safetySettings: [{ category: 'c', threshold: 't' }],
      cachedContent: 'cachedContents/1',
      labels: { team: 'a' },
      tools: [{ googleSearch: { timeRangeFilter: {} } }],
      toolConfig: { retrievalConfig: { languageCode: 'de' } },
      generationConfig: {
        responseMimeType: 'text/x.enum',
        responseSchema: { type: 'STRING', enum: ['a'] },
        speechConfig: { multiSpeakerVoiceConfig: {} },
        fieldOfTomorrow: 1,
      },
    };

    expect(encode(decode(body), { model: 'm' })).toEqual({ body, told: [] });
  });
});

describe('what a client calls its own fields', () => {
  it('is kept, be it `__proto__`', () => {
    const args = JSON.parse('{"__proto__":{"a":1}}');
    const { messages } = decode({
      contents: [
        { role: 'user', parts: [{ text: 'Go.' }] },
        { role: 'model', parts: [{ functionCall: { name: 'f', args } }] },
      ],
    });

    expect(messages[1]?.content).toMatchObject([{ argumentsJson: '{"__proto__":{"a":1}}' }]);
  });
});
