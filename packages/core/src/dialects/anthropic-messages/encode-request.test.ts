import { describe, expect, it } from 'vitest';
import type { ChatRequest, Loss, Message } from '../../chat/index.ts';
import type { JsonObject } from '../../json/index.ts';
import type { Ability } from '../../providers/index.ts';
import { encodeRequest } from './encode-request.ts';

const asked: Message = { role: 'user', content: [{ type: 'text', text: 'hi' }] };

function encode(
  request: Partial<ChatRequest>,
  ability: Ability = {},
): { readonly body: JsonObject; readonly losses: readonly Loss[] } {
  const encoded = encodeRequest(
    { model: 'asked', messages: [asked], stream: false, maxOutputTokens: 8000, ...request },
    {
      provider: 'p',
      model: 'served',
      ability,
      quirks: {},
      origin: { provider: 'p', model: 'served' },
    },
  );
  if (!encoded.ok) throw new Error(encoded.error.kind);
  return { body: encoded.value.value, losses: encoded.value.losses };
}

const told = (losses: readonly Loss[]): string[] =>
  losses.map(({ path, action, weight }) => `${path} ${action} ${weight}`);

it('sends the least that the dialect asks for, and names the limit that it made up', () => {
  const encoded = encodeRequest(
    { model: 'asked', messages: [asked], stream: true },
    { provider: 'p', model: 'served', ability: {}, quirks: {}, origin: { provider: 'p' } },
  );

  expect(encoded).toMatchObject({
    value: {
      value: {
        model: 'served',
        max_tokens: 4096,
        stream: true,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
      },
      losses: [{ path: 'maxOutputTokens', action: 'emulated', weight: 'hint' }],
    },
  });
});

describe('settings', () => {
  it.each<[string, Partial<ChatRequest>, JsonObject, string[]]>([
    ['clamps temperature', { temperature: 1.7 }, { temperature: 1 }, ['temperature clamped hint']],
    [
      'sends temperature rather than top-p',
      { temperature: 0.3, topP: 0.9 },
      { temperature: 0.3 },
      ['topP dropped hint'],
    ],
    [
      'leaves stop sequences of white space to whoever reads the reply',
      { stopSequences: ['\n', 'END'] },
      { stop_sequences: ['END'] },
      ['stopSequences emulated hint'],
    ],
    ['refuses several choices', { n: 2 }, {}, ['n dropped meaning']],
    ['takes one choice', { n: 1, frequencyPenalty: 0 }, {}, []],
    [
      'names what it has no word for',
      { seed: 0, presencePenalty: 1, logprobs: {}, logitBias: { '5': 1 }, cacheKey: 'k' },
      {},
      [
        'presencePenalty dropped hint',
        'seed dropped hint',
        'logprobs dropped hint',
        'logitBias dropped hint',
        'cacheKey dropped hint',
      ],
    ],
    ['refuses audio', { modalities: ['text', 'audio'] }, {}, ['modalities dropped meaning']],
    [
      'has no JSON mode without a schema',
      { output: { type: 'json' } },
      {},
      ['output dropped hint'],
    ],
    [
      'sends a schema',
      { output: { type: 'json-schema', name: 'x', schema: { type: 'object' } } },
      {
        output_config: {
          format: { type: 'json_schema', schema: { type: 'object', additionalProperties: false } },
        },
      },
      [],
    ],
    ['names the end user', { endUser: 'u' }, { metadata: { user_id: 'u' } }, []],
    ['knows its own tiers', { serviceTier: 'default' }, { service_tier: 'standard_only' }, []],
    [
      'leaves out fields of another dialect',
      { rest: { dialect: 'openai-chat', fields: { web_search_options: {}, prediction: {} } } },
      {},
      ['rest.web_search_options dropped meaning', 'rest.prediction dropped hint'],
    ],
    [
      'keeps fields of its own',
      { rest: { dialect: 'anthropic-messages', fields: { container: 'c' } } },
      { container: 'c' },
      [],
    ],
  ])('%s', (_title, request, expected, losses) => {
    const encoded = encode(request);

    const { model: _model, max_tokens: _max, messages: _messages, ...settings } = encoded.body;
    expect(settings).toEqual(expected);
    expect(told(encoded.losses)).toEqual(losses);
  });
});

describe('reasoning', () => {
  it.each<[string, Partial<ChatRequest>, Ability, JsonObject, string[]]>([
    [
      'gives an effort to a model that takes one',
      { reasoning: { effort: 'high' } },
      {},
      { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
      [],
    ],
    [
      'clamps the least effort',
      { reasoning: { effort: 'minimal' } },
      {},
      { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
      ['reasoning.effort clamped hint'],
    ],
    [
      'gives a budget to a model that takes one',
      { reasoning: { effort: 'low', visibility: 'summary' } },
      { reasoningBy: 'budget' },
      { thinking: { type: 'enabled', budget_tokens: 2048, display: 'summarized' } },
      ['reasoning emulated hint'],
    ],
    [
      'sends a budget as asked',
      { reasoning: { budgetTokens: 4000 } },
      {},
      { thinking: { type: 'enabled', budget_tokens: 4000 } },
      [],
    ],
    [
      'keeps the budget below the output limit',
      { reasoning: { budgetTokens: 9000 } },
      {},
      { thinking: { type: 'enabled', budget_tokens: 7999 } },
      ['reasoning.budgetTokens clamped hint'],
    ],
    [
      'raises a budget to the least there is',
      { reasoning: { budgetTokens: 100 } },
      {},
      { thinking: { type: 'enabled', budget_tokens: 1024 } },
      ['reasoning.budgetTokens clamped hint'],
    ],
    [
      'leaves reasoning out where the limit has no room for it',
      { reasoning: { budgetTokens: 2000 }, maxOutputTokens: 500 },
      {},
      {},
      ['reasoning dropped hint'],
    ],
    [
      'leaves half of a small limit for the answer where nobody named a budget',
      { reasoning: { effort: 'high' } },
      { reasoningBy: 'budget' },
      { thinking: { type: 'enabled', budget_tokens: 4000 } },
      ['reasoning emulated hint'],
    ],
    [
      'takes an effort that is no effort, whatever its name, as the least',
      { reasoning: { effort: 'constructor' } },
      { reasoningBy: 'budget' },
      { thinking: { type: 'enabled', budget_tokens: 1024 } },
      ['reasoning emulated hint'],
    ],
    [
      'says so where it can not be turned off',
      { reasoning: { effort: 'none' } },
      { reasoningOff: false },
      {},
      ['reasoning dropped hint'],
    ],
    ['turns it off', { reasoning: { effort: 'none' } }, {}, { thinking: { type: 'disabled' } }, []],
    [
      'lets a forced tool call go before',
      {
        reasoning: { effort: 'high' },
        tools: [{ type: 'function', name: 'f' }],
        toolChoice: { type: 'required' },
      },
      {},
      {
        tools: [{ name: 'f', input_schema: { type: 'object', properties: {} } }],
        tool_choice: { type: 'any' },
      },
      ['reasoning dropped hint'],
    ],
    [
      'leaves sampling to the model that thinks',
      { reasoning: { effort: 'high' }, temperature: 0.2 },
      {},
      { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
      ['temperature dropped hint'],
    ],
  ])('%s', (_title, request, ability, expected, losses) => {
    const encoded = encode(request, ability);

    const { model: _model, max_tokens: _max, messages: _messages, ...settings } = encoded.body;
    expect(settings).toEqual(expected);
    expect(told(encoded.losses)).toEqual(losses);
  });
});

it.each<[string, Ability, number]>([
  ['what a model can write', { reasoningBy: 'budget', maxOutputTokens: 64_000 }, 64_000],
  ['an answer beside what it may think', { reasoningBy: 'budget' }, 4096 + 16_384],
  ['an answer beside its effort', {}, 4096 + 16_384],
  ['an answer where it does not reason', { reasoning: false }, 4096],
])('makes room for %s where nobody named a limit', (_title, ability, limit) => {
  const encoded = encodeRequest(
    { model: 'asked', messages: [asked], stream: false, reasoning: { effort: 'high' } },
    { provider: 'p', model: 'served', ability, quirks: {}, origin: { provider: 'p' } },
  );

  expect(encoded).toMatchObject({ value: { value: { max_tokens: limit } } });
});

describe('tools', () => {
  const f = { type: 'function', name: 'f', parameters: { type: 'object' } } as const;
  const wire = { name: 'f', input_schema: { type: 'object' } };

  it.each<[string, Partial<ChatRequest>, JsonObject, string[]]>([
    [
      'forces one',
      { tools: [f], toolChoice: { type: 'one', name: 'f' }, parallelToolCalls: false },
      { tools: [wire], tool_choice: { type: 'tool', name: 'f', disable_parallel_tool_use: true } },
      [],
    ],
    [
      'asks for one call at a time',
      { tools: [f], parallelToolCalls: false },
      { tools: [wire], tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
      [],
    ],
    [
      'sends only those that are allowed',
      {
        tools: [f, { ...f, name: 'g' }],
        toolChoice: { type: 'allowed', mode: 'required', names: ['f'] },
      },
      { tools: [wire], tool_choice: { type: 'any' } },
      ['toolChoice emulated hint'],
    ],
    [
      'refuses those that another provider runs',
      { tools: [f, { type: 'server', name: 'search', dialect: 'openai-responses', raw: {} }] },
      { tools: [wire] },
      ['tools[1] dropped meaning'],
    ],
    [
      'completes a schema without a type',
      { tools: [{ ...f, parameters: { properties: {} } }] },
      { tools: [{ name: 'f', input_schema: { type: 'object', properties: {} } }] },
      [],
    ],
  ])('%s', (_title, request, expected, losses) => {
    const encoded = encode(request);

    const { model: _model, max_tokens: _max, messages: _messages, ...settings } = encoded.body;
    expect(settings).toEqual(expected);
    expect(told(encoded.losses)).toEqual(losses);
  });

  it('is offered but not forced where a model can not be made to call one', () => {
    const { body, losses } = encode(
      { tools: [f], toolChoice: { type: 'required' }, reasoning: { effort: 'low' } },
      { toolForcing: false },
    );

    expect(body).toMatchObject({ tools: [wire], thinking: { type: 'adaptive' } });
    expect(body).not.toHaveProperty('tool_choice');
    expect(told(losses)).toEqual(['toolChoice dropped meaning']);
  });

  it('is refused by a model that calls none', () => {
    expect(told(encode({ tools: [f] }, { tools: false }).losses)).toEqual([
      'tools dropped meaning',
    ]);
  });
});
