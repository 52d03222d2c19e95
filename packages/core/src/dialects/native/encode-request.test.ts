import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../chat/request.ts';
import type { Target } from '../dialect.ts';
import { native } from './index.ts';

const target: Target = {
  provider: 'far',
  model: 'far-model',
  ability: {},
  quirks: {},
  origin: { provider: 'far' },
};

function encoded(fields: Partial<ChatRequest>) {
  const result = native.encodeRequest(
    { model: 'm', messages: [], stream: false, ...fields },
    target,
  );
  if (!result.ok) throw new Error('was refused');
  const { value, losses } = result.value;
  return { value, losses: losses.map((loss) => `${loss.path} ${loss.action} ${loss.weight}`) };
}

describe('a request written in native words', () => {
  it('puts system messages first and says which it moved', () => {
    const { value, losses } = encoded({
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'a' }] },
        { role: 'developer', content: [{ type: 'text', text: 'b' }] },
      ],
    });
    expect(value['messages']).toEqual([
      { role: 'system', content: 'b' },
      { role: 'user', content: 'a' },
    ]);
    expect(losses).toEqual(['messages[1] moved hint', 'messages[1].role emulated hint']);
  });

  it('gives each result of parallel calls a message of its own', () => {
    const { value } = encoded({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'tool-result', callId: 'a', content: [{ type: 'text', text: '1' }] },
            { type: 'tool-result', callId: 'b', content: [] },
            { type: 'text', text: 'and now?' },
          ],
        },
      ],
    });
    expect(value['messages']).toEqual([
      { role: 'tool', tool_call_id: 'a', content: '1' },
      { role: 'tool', tool_call_id: 'b', content: '' },
      { role: 'user', content: 'and now?' },
    ]);
  });

  it.each<[Partial<ChatRequest>, string]>([
    [{ n: 2 }, 'n dropped meaning'],
    [{ output: { type: 'json' } }, 'output dropped hint'],
    [{ output: { type: 'json-schema', schema: {} } }, 'output dropped meaning'],
    [{ seed: 1 }, 'seed dropped hint'],
    [{ reasoning: { effort: 'low' } }, 'reasoning dropped hint'],
    [{ tools: [{ type: 'server', name: 's', dialect: 'd', raw: {} }] }, 'tools[0] dropped meaning'],
    [
      { tools: [{ type: 'function', name: 'a-b', description: 'd' }] },
      'tools[0].name dropped meaning',
    ],
    [{ tools: [{ type: 'function', name: 'f' }] }, 'tools[0].description emulated hint'],
    [
      { toolChoice: { type: 'allowed', mode: 'auto', names: [] } },
      'toolChoice.names emulated hint',
    ],
  ])('says of %j: %s', (fields, loss) => {
    expect(encoded(fields).losses).toEqual([loss]);
  });

  it('loses nothing where the request asks for what the contract gives anyway', () => {
    expect(encoded({ n: 1, output: { type: 'text' } })).toEqual({
      value: { model: 'far-model', messages: [] },
      losses: [],
    });
  });
});
