import { describe, expect, it } from 'vitest';
import type { ChatRequest, Loss, Message, ReasoningSettings } from '../../chat/index.ts';
import type { JsonObject } from '../../json/index.ts';
import { abilityOf } from '../../providers/ability-of.ts';
import { anthropic } from '../../providers/known/anthropic.ts';
import type { Betas } from '../../providers/provider-description.ts';
import type { Target } from '../dialect.ts';
import { encodeRequest } from './encode-request.ts';

const asked: Message = { role: 'user', content: [{ type: 'text', text: 'hi' }] };
const begun: Message = { role: 'assistant', content: [{ type: 'text', text: '{"a":' }] };

/** A request as it goes to a Claude that Anthropic serves, by what is known of it. */
function sent(
  model: string,
  request: Partial<ChatRequest>,
  apiVersion?: string,
): { readonly body: JsonObject; readonly losses: readonly string[] } {
  const encoded = encodeRequest(
    { model, messages: [asked], stream: false, maxOutputTokens: 8000, ...request },
    {
      provider: 'anthropic',
      model,
      ability: abilityOf(anthropic, model),
      quirks: {},
      ...(apiVersion === undefined ? {} : { apiVersion }),
      origin: { provider: 'anthropic', model },
    },
  );
  if (!encoded.ok) throw new Error(encoded.error.kind);
  const { value: body, losses } = encoded.value;
  const told = ({ path, action, weight }: Loss): string => `${path} ${action} ${weight}`;
  return { body, losses: losses.map(told) };
}

describe('a version of the API', () => {
  const sampling = { temperature: 1, topK: 3 };

  it.each([undefined, '2023-06-01'])('of old (%s) takes sampling settings', (version) => {
    const { body, losses } = sent('claude-haiku-4-5', sampling, version);

    expect(body).toMatchObject({ temperature: 1, top_k: 3 });
    expect(losses).toEqual([]);
  });

  it('that has none of them is sent none, not even the default, and it is told', () => {
    const { body, losses } = sent('claude-haiku-4-5', { ...sampling, topP: 1 }, '2026-10-21');

    for (const field of ['temperature', 'top_p', 'top_k']) expect(body).not.toHaveProperty(field);
    expect(losses).toEqual(['temperature dropped hint', 'topP dropped hint', 'topK dropped hint']);
  });

  const cited: Message['content'][number] = {
    type: 'text',
    text: 'So it is.',
    annotations: [
      { kind: 'other', raw: { dialect: 'anthropic-messages', value: { type: 'char_location' } } },
    ],
  };
  const history: readonly Message[] = [
    { role: 'user', content: [cited] },
    { role: 'assistant', content: [cited] },
    asked,
  ];

  it.each([
    ['2023-06-01', true, []],
    ['2026-10-21', false, ['messages[0].content[0].annotations dropped hint']],
  ])('%s: takes citations of others than the model: %s', (version, isTaken, told) => {
    const { body, losses } = sent('claude-haiku-4-5', { messages: history }, version);

    const citations = { citations: [{ type: 'char_location' }] };
    expect(body).toMatchObject({
      messages: [{ role: 'user' }, { content: [citations] }, { role: 'user' }],
    });
    expect(JSON.stringify(Object(body['messages'])[0]).includes('citations')).toBe(isTaken);
    expect(losses).toEqual(told);
  });

  it.each(['2023-06-01', '2026-10-21'])(
    '%s: is sent no document in a turn of the model',
    (version) => {
      const pdf: Message['content'][number] = {
        type: 'media',
        kind: 'file',
        source: { type: 'base64', data: 'JVBERi0=' },
        mediaType: 'application/pdf',
      };
      const { body, losses } = sent(
        'claude-haiku-4-5',
        {
          messages: [
            asked,
            { role: 'assistant', content: [{ type: 'text', text: 'Here.' }, pdf] },
            { role: 'user', content: [pdf] },
          ],
        },
        version,
      );

      expect(JSON.stringify(body).match(/"document"/g)).toHaveLength(1);
      expect(losses).toEqual(['messages[1].content[1] dropped hint']);
    },
  );
});

describe('words put into a model’s mouth', () => {
  it.each(['claude-opus-4-5', 'claude-haiku-4-5-20251001'])('are continued by %s', (model) => {
    const { body, losses } = sent(model, { messages: [asked, begun] });

    expect(body).toMatchObject({ messages: [{ role: 'user' }, { role: 'assistant' }] });
    expect(losses).toEqual([]);
  });

  it.each([
    'claude-opus-4-6',
    'claude-sonnet-4-6',
    'claude-opus-5',
    'claude-haiku-5-5',
    'claude-sonnet-5-5',
    'claude-opus-5-5',
    'claude-fable-5-2',
  ])('are refused for %s, which goes on from none', (model) => {
    const { body, losses } = sent(model, { messages: [asked, begun] });

    expect(body).toMatchObject({ messages: [{ role: 'user' }] });
    expect(losses).toEqual(['messages[1] dropped meaning']);
  });

  it('are not what a provider’s own tool did last: by that a paused turn goes on', () => {
    const raw = { type: 'server_tool_use', id: 's', name: 'web_search', input: {} };
    const paused: Message = {
      role: 'assistant',
      content: [
        { type: 'text', text: 'Let me look.' },
        {
          type: 'server-tool',
          role: 'call',
          name: 'web_search',
          dialect: 'anthropic-messages',
          raw,
        },
      ],
    };
    const { body, losses } = sent('claude-opus-5-5', { messages: [asked, paused] });

    expect(body).toMatchObject({ messages: [{ role: 'user' }, { role: 'assistant' }] });
    expect(losses).toEqual([]);
  });

  it('leave a model that thinks by a budget no room to', () => {
    const { body, losses } = sent('claude-opus-4-5', {
      messages: [asked, begun],
      reasoning: { budgetTokens: 2000 },
    });

    expect(body).not.toHaveProperty('thinking');
    expect(losses).toEqual(['reasoning dropped hint']);
  });
});

describe('reasoning', () => {
  it.each<[string, ReasoningSettings, JsonObject, string[]]>([
    ['claude-haiku-4-5', { effort: 'none' }, { thinking: { type: 'disabled' } }, []],
    ['claude-opus-4-7', { effort: 'none' }, { thinking: { type: 'disabled' } }, []],
    ['claude-haiku-5-5', { effort: 'none' }, { thinking: { type: 'disabled' } }, []],
    ['claude-sonnet-5-5', { effort: 'none' }, { thinking: { type: 'between_tools' } }, []],
    [
      'claude-opus-5',
      { enabled: false, effort: 'max' },
      { thinking: { type: 'disabled' }, output_config: { effort: 'high' } },
      ['reasoning.effort clamped hint'],
    ],
    [
      'claude-opus-5-5',
      { effort: 'none' },
      { output_config: { effort: 'low' } },
      ['reasoning clamped hint'],
    ],
    [
      'claude-opus-5-5',
      { budgetTokens: 30_000 },
      { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
      ['reasoning.budgetTokens emulated hint'],
    ],
    [
      'claude-opus-4-6',
      { budgetTokens: 2000 },
      { thinking: { type: 'enabled', budget_tokens: 2000 } },
      [],
    ],
    [
      'claude-haiku-4-5',
      { effort: 'low' },
      { thinking: { type: 'enabled', budget_tokens: 2048 } },
      ['reasoning emulated hint'],
    ],
  ])('of %s, asked for by %j', (model, reasoning, expected, told) => {
    const { body, losses } = sent(model, { reasoning });

    const { model: _model, max_tokens: _most, messages: _messages, ...settings } = body;
    expect(settings).toEqual(expected);
    expect(losses).toEqual(told);
  });
});

describe('a call that must be made', () => {
  const forced: Partial<ChatRequest> = {
    tools: [{ type: 'function', name: 'f' }],
    toolChoice: { type: 'required' },
    reasoning: { effort: 'low' },
  };

  it.each([
    ['claude-haiku-4-5', { tool_choice: { type: 'any' } }, ['reasoning dropped hint']],
    ['claude-opus-5', { tool_choice: { type: 'any' }, thinking: { type: 'adaptive' } }, []],
    ['claude-haiku-5-5', { tool_choice: { type: 'any' }, thinking: { type: 'adaptive' } }, []],
    ['claude-fable-5-1', { thinking: { type: 'adaptive' } }, ['toolChoice dropped meaning']],
    ['claude-sonnet-5-5', { thinking: { type: 'adaptive' } }, ['toolChoice dropped meaning']],
    ['claude-opus-5-5', { thinking: { type: 'adaptive' } }, ['toolChoice dropped meaning']],
  ])('by %s goes with its reasoning, or is refused and told', (model, expected, told) => {
    const { body, losses } = sent(model, forced);

    const { thinking, tool_choice } = body;
    expect(JSON.parse(JSON.stringify({ thinking, tool_choice }))).toEqual(expected);
    expect(losses).toEqual(told);
  });
});

describe('thoughts of earlier turns', () => {
  const signed = (model: string): Message => ({
    role: 'assistant',
    content: [
      {
        type: 'reasoning',
        text: 'Hm.',
        state: [
          {
            kind: 'signature',
            data: 'sig',
            origin: { provider: 'anthropic', model },
          },
        ],
      },
      { type: 'text', text: 'Yes.' },
    ],
  });
  const encoded = (
    model: string,
    request: Partial<ChatRequest>,
    betas: Betas = { 'anthropic-beta': ['*'] },
  ) => {
    const known: Target = {
      provider: 'anthropic',
      model,
      ability: abilityOf(anthropic, model),
      quirks: {},
      betas,
      origin: { provider: 'anthropic', model },
    };
    const messages = [asked, signed(model), asked];
    const all = { model, messages, stream: false, maxOutputTokens: 8000, ...request };
    const result = encodeRequest(all, known);
    if (!result.ok) throw new Error(result.error.kind);
    const { headers, value } = result.value;
    return { thinking: value['thinking'], beta: headers?.['anthropic-beta'] };
  };
  const block_binding = { prefix_mismatch_behavior: 'drop_block' };
  const beta = 'thinking-binding-controls-2026-08-01';

  it.each(['claude-fable-5-1', 'claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5'])(
    'are given up by %s where the conversation before them was edited',
    (model) => {
      const thinking = { type: 'adaptive', block_binding };
      expect(encoded(model, {})).toEqual({ thinking, beta });
      expect(encoded(model, { reasoning: { effort: 'low', visibility: 'summary' } })).toEqual({
        thinking: { ...thinking, display: 'summarized' },
        beta,
      });
    },
  );

  it.each<[string, string, Partial<ChatRequest>, Betas?]>([
    ['a model that binds none', 'claude-opus-5', { reasoning: { effort: 'low' } }],
    ['a request without any', 'claude-opus-5-5', { messages: [asked] }],
    ['a provider that does not know of it', 'claude-opus-5-5', {}, {}],
    ['a model that is told not to think', 'claude-haiku-5-5', { reasoning: { effort: 'none' } }],
  ])('are nothing to opt in for: %s', (_case, model, request, betas) => {
    const { thinking, beta: sentBeta } = encoded(model, request, betas);

    expect(JSON.stringify(thinking ?? {})).not.toContain('block_binding');
    expect(sentBeta).toBeUndefined();
  });

  it('are bound as a client of the dialect itself says', () => {
    const rest = {
      dialect: 'anthropic-messages' as const,
      fields: { thinking: { block_binding: { prefix_mismatch_behavior: 'error' } } },
    };
    expect(encoded('claude-opus-5-5', { rest, reasoning: { adaptive: true } }).thinking).toEqual({
      type: 'adaptive',
      block_binding: { prefix_mismatch_behavior: 'error' },
    });
  });
});
