import { describe, expect, it } from 'vitest';
import type { ChatRequest, ContentPart, TextPart } from '../../chat/index.ts';
import type { JsonObject } from '../../json/index.ts';
import type { Ability } from '../../providers/ability.ts';
import type { Target } from '../dialect.ts';
import { cohereChat } from './index.ts';

const target = (ability: Ability = {}): Target => ({
  provider: 'p',
  model: 'command-a-03-2025',
  ability,
  quirks: {},
  origin: { provider: 'p' },
});

function encoded(
  fields: Partial<ChatRequest>,
  ability: Ability = {},
): { body: JsonObject; losses: string[] } {
  const request: ChatRequest = {
    model: 'm',
    messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
    stream: false,
    ...fields,
  };
  const result = cohereChat.encodeRequest(request, target(ability));
  if (!result.ok) throw new Error(result.error.kind);
  const losses = result.value.losses.map(
    ({ path, action, weight }) => `${path} ${action} ${weight}`,
  );
  return { body: result.value.value, losses };
}

function decoded(body: JsonObject): ChatRequest {
  const result = cohereChat.decodeRequest({ model: 'm', ...body });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value.request;
}

const text = (value: string): TextPart => ({ type: 'text', text: value });
const call = (id: string, argumentsJson = '{}'): ContentPart => ({
  type: 'tool-call',
  id,
  name: 'weather',
  argumentsJson,
});
const weather = {
  type: 'function' as const,
  name: 'weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
};
const time = { type: 'function' as const, name: 'time' };

describe('a tool loop sent to Cohere', () => {
  it('says words before calls as their plan, and results one a message', () => {
    const { body, losses } = encoded({
      messages: [
        { role: 'developer', content: [text('Be brief.')] },
        { role: 'user', content: [text('Weather?')] },
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: 'Hm.' },
            text('I will look.'),
            call('a', '{"city":"Bern"}'),
            call('b', ''),
          ],
        },
        {
          role: 'tool',
          content: [
            { type: 'tool-result', callId: 'a', content: [text('rain')] },
            {
              type: 'tool-result',
              callId: 'b',
              content: [
                {
                  type: 'media',
                  kind: 'file',
                  source: { type: 'text', text: 'noon' },
                  name: 'clock',
                },
              ],
            },
          ],
        },
      ],
    });

    expect(losses).toEqual([]);
    expect(body).toEqual({
      model: 'command-a-03-2025',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: [{ type: 'thinking', thinking: 'Hm.' }],
          tool_plan: 'I will look.',
          tool_calls: [
            {
              id: 'a',
              type: 'function',
              function: { name: 'weather', arguments: '{"city":"Bern"}' },
            },
            { id: 'b', type: 'function', function: { name: 'weather', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'a', content: 'rain' },
        {
          role: 'tool',
          tool_call_id: 'b',
          content: [{ type: 'document', document: { data: { text: 'noon', title: 'clock' } } }],
        },
      ],
    });
  });

  it('tells of everything in a history that has no words here', () => {
    const state = [{ origin: { provider: 'q' }, kind: 'signature' as const, data: 's' }];
    const { body, losses } = encoded({
      messages: [
        {
          role: 'user',
          name: 'ann',
          content: [
            { ...text('hi'), cache: {} },
            { type: 'media', kind: 'audio', source: { type: 'base64', data: 'UklG' } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', state },
            { type: 'opaque', dialect: 'gemini', raw: {} },
            call('a'),
            text('after'),
          ],
        },
        {
          role: 'tool',
          content: [{ type: 'tool-result', callId: 'a', content: [text('no')], isError: true }],
        },
      ],
    });

    expect(losses).toEqual([
      'messages[0].name dropped hint',
      'messages[0].content[0].cache dropped hint',
      'messages[0].content[1] dropped meaning',
      'messages[1].content[0] dropped hint',
      'messages[1].content[0].state dropped hint',
      'messages[1].content[1] dropped meaning',
      'messages[1].content[3] moved hint',
      'messages[2].content[0].isError dropped hint',
    ]);
    expect(body['messages']).toMatchObject([
      { role: 'user', content: 'hi' },
      { role: 'assistant', tool_plan: 'after' },
      { role: 'tool', content: 'no' },
    ]);
  });

  it('leaves thoughts out for a model that does not reason', () => {
    const { body, losses } = encoded(
      {
        messages: [
          { role: 'user', content: [text('a')] },
          { role: 'assistant', content: [{ type: 'reasoning', text: 'Hm.' }, text('b')] },
          { role: 'user', content: [text('c')] },
        ],
      },
      { reasoning: false },
    );

    expect(losses).toEqual(['messages[1].content[0] dropped hint']);
    expect(body['messages']).toMatchObject([{}, { content: [{ type: 'text', text: 'b' }] }, {}]);
  });
});

describe('tools and their choice', () => {
  it.each([
    [{ type: 'none' as const }, { tool_choice: 'NONE' }, 2, []],
    [{ type: 'required' as const }, { tool_choice: 'REQUIRED' }, 2, []],
    [
      { type: 'one' as const, name: 'time' },
      { tool_choice: 'REQUIRED' },
      1,
      ['toolChoice emulated hint'],
    ],
    [
      { type: 'allowed' as const, mode: 'auto' as const, names: ['weather'] },
      {},
      1,
      ['toolChoice emulated hint'],
    ],
  ])('says the choice %o in its own words', (toolChoice, said, count, told) => {
    const { body, losses } = encoded({ tools: [weather, time], toolChoice });

    expect(body).toMatchObject(said);
    expect('tool_choice' in body).toBe('tool_choice' in said);
    expect(body['tools']).toHaveLength(count);
    expect(losses).toEqual(told);
  });

  it('is strict with all tools or none, and keeps no calls apart', () => {
    const strict = { ...weather, strict: true };

    expect(encoded({ tools: [strict] }).body['strict_tools']).toBe(true);
    const mixed = encoded({ tools: [strict, time], parallelToolCalls: false });
    expect(mixed.body).not.toHaveProperty('strict_tools');
    expect(mixed.losses).toEqual([
      'parallelToolCalls dropped hint',
      'tools[0].strict dropped hint',
    ]);
  });

  it('refuses a format of the output beside tools, and sends a schema without them', () => {
    const schema = { type: 'object', properties: {} };
    const output = { type: 'json-schema' as const, name: 'answer', schema, strict: true };

    expect(encoded({ output }).body['response_format']).toEqual({
      type: 'json_object',
      json_schema: schema,
    });
    const beside = encoded({ output, tools: [weather] });
    expect(beside.body).not.toHaveProperty('response_format');
    expect(beside.losses).toEqual(['output.schema dropped meaning']);
  });
});

describe('settings sent to Cohere', () => {
  it('stay within its bounds', () => {
    const { body, losses } = encoded({
      temperature: 1.5,
      topP: 1,
      frequencyPenalty: -1,
      presencePenalty: 0.5,
      stopSequences: ['a', 'b', 'c', 'd', 'e', 'f'],
    });

    expect(body).toMatchObject({
      temperature: 1,
      p: 0.99,
      frequency_penalty: 0,
      presence_penalty: 0.5,
    });
    expect(losses).toEqual([
      'stopSequences emulated hint',
      'temperature clamped hint',
      'topP clamped hint',
      'frequencyPenalty clamped hint',
    ]);
  });

  it.each([
    [{ effort: 'none' }, { type: 'disabled' }, []],
    [{ enabled: false }, { type: 'disabled' }, []],
    [
      { effort: 'low' },
      { type: 'enabled', token_budget: 2048 },
      ['reasoning.effort emulated hint'],
    ],
    [{ effort: 'high' }, { type: 'enabled' }, ['reasoning.effort emulated hint']],
    [{ enabled: true, budgetTokens: 500 }, { type: 'enabled', token_budget: 500 }, []],
    [{ visibility: 'summary' as const }, undefined, ['reasoning.visibility dropped hint']],
  ])('tells how much to think by %o', (reasoning, thinking, told) => {
    const { body, losses } = encoded({ reasoning });

    expect(body['thinking']).toEqual(thinking);
    expect(losses).toEqual(told);
  });

  it('are told where there are none of the kind', () => {
    const { losses } = encoded({
      n: 2,
      serviceTier: 'flex',
      cacheKey: 'k',
      metadata: { a: 'b' },
      logprobs: { top: 3 },
      modalities: ['text', 'audio'],
      rest: { dialect: 'gemini', fields: { safetySettings: [] } },
    });

    expect(losses).toEqual([
      'metadata dropped hint',
      'cacheKey dropped hint',
      'serviceTier dropped hint',
      'n dropped meaning',
      'modalities dropped meaning',
      'rest.safetySettings dropped hint',
      'logprobs.top dropped hint',
    ]);
  });

  it('let no field of the rest go around a word of the hub', () => {
    const rest = { dialect: 'cohere-chat', fields: { model: 'other', safety_mode: 'OFF' } };

    expect(encoded({ rest }).body).toMatchObject({
      model: 'command-a-03-2025',
      safety_mode: 'OFF',
    });
  });
});

describe('a request of a Cohere client', () => {
  it('keeps documents that only this dialect knows, and reads those that are text', () => {
    const data = { temperature: '20°C' };
    const { messages } = decoded({
      messages: [
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          tool_plan: 'I look.',
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'w', arguments: 'null' } }],
          citations: [
            { start: 0, end: 1, text: 'I', type: 'PLAN', sources: [] },
            { start: 0, end: 1, text: 'H', type: 'THINKING_CONTENT' },
          ],
        },
        {
          role: 'tool',
          tool_call_id: 'a',
          content: [
            { type: 'document', document: { id: 'd', data } },
            { type: 'document', document: { data: { text: 'wet' } } },
          ],
        },
      ],
    });

    expect(messages[1]).toMatchObject({
      content: [
        { type: 'text', text: 'I look.', annotations: [{ start: 0, end: 1 }] },
        { type: 'tool-call', id: 'a', argumentsJson: '{}' },
      ],
      rest: { fields: { citations: [{ type: 'THINKING_CONTENT' }] } },
    });
    expect(messages[2]?.content).toMatchObject([
      {
        type: 'tool-result',
        content: [
          { type: 'opaque', raw: { document: { id: 'd', data } } },
          { type: 'media', source: { type: 'text', text: 'wet' } },
        ],
      },
    ]);
    const again = encoded({ messages }).body['messages'];
    expect(again).toMatchObject([
      {},
      { citations: [{ type: 'PLAN' }, { type: 'THINKING_CONTENT' }] },
      {},
    ]);
  });

  it('is refused with the path of what is wrong', () => {
    const result = cohereChat.decodeRequest({
      model: 'm',
      messages: [{ role: 'tool', content: 'x' }],
    });

    expect(result).toMatchObject({
      ok: false,
      error: { kind: 'invalid_request', path: 'messages[0].tool_call_id' },
    });
  });
});
