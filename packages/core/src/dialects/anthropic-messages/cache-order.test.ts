import { expect, it } from 'vitest';
import type { ChatRequest, Loss } from '../../chat/index.ts';
import { longestFirst } from './cache-order.ts';

const text = (lifetime?: '5m' | '1h') =>
  ({
    type: 'text' as const,
    text: 'a',
    cache: lifetime === undefined ? {} : { lifetime },
  }) as const;

const request: ChatRequest = {
  model: 'm',
  stream: false,
  tools: [{ type: 'function', name: 'f', cache: {} }],
  messages: [
    { role: 'user', content: [text('5m'), text('1h'), text('5m')] },
    { role: 'system', content: [text()] },
  ],
};

it('keeps for an hour what stands before a mark for an hour, in the order that Claude reads', () => {
  const losses: Loss[] = [];
  const { tools, messages } = longestFirst(request, losses);

  expect(tools).toMatchObject([{ cache: { lifetime: '1h' } }]);
  expect(messages).toEqual([
    { role: 'user', content: [text('1h'), text('1h'), text('5m')] },
    { role: 'system', content: [text('1h')] },
  ]);
  expect(losses.map(({ path, action }) => `${path} ${action}`)).toEqual([
    'tools[0].cache clamped',
    'messages[1].content[0].cache clamped',
    'messages[0].content[0].cache clamped',
  ]);
});

it('leaves marks alone that stand in order', () => {
  const losses: Loss[] = [];
  const ordered: ChatRequest = {
    ...request,
    tools: [],
    messages: [{ role: 'user', content: [text('1h'), text('5m')] }],
  };

  expect(longestFirst(ordered, losses)).toBe(ordered);
  expect(losses).toEqual([]);
});
