import { expect, it } from 'vitest';
import { unsaid } from './unsayable.ts';

it('tells a client of content that was not understood in no words of the hub', () => {
  const part = { type: 'opaque' as const, dialect: 'anthropic-messages', raw: { type: 'image' } };

  expect(unsaid(part, 'p')).toMatchObject({
    feature: 'foreignPart',
    path: 'p',
    why: 'content that is unknown, or that only another dialect knows',
  });
});
