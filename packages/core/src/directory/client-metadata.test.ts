import { expect, it } from 'vitest';
import { boundedMetadata } from './client-metadata.ts';

it('keeps texts, as many and as long as OpenAI takes them', () => {
  const many = Object.fromEntries(
    Array.from({ length: 20 }, (_, index): [string, string] => [`name${index}`, 'x'.repeat(512)]),
  );

  expect(Object.keys(boundedMetadata(many)?.kept ?? {})).toHaveLength(16);
  expect(boundedMetadata(many)?.leftOut).toEqual(['name16', 'name17', 'name18', 'name19']);
  expect(boundedMetadata({ job: '7', ['n'.repeat(64)]: '' })).toEqual({
    kept: { job: '7', ['n'.repeat(64)]: '' },
    leftOut: [],
  });
});

it('leaves out what is longer, and what is no text, and says which', () => {
  expect(
    boundedMetadata({ ['n'.repeat(65)]: 'a', long: 'x'.repeat(513), count: 7, '': 'b', job: '7' }),
  ).toEqual({ kept: { job: '7' }, leftOut: ['n'.repeat(65), 'long', 'count', ''] });
});

it.each([undefined, null, 'text', ['a'], {}])('finds nothing in %j', (said) => {
  expect(boundedMetadata(said)).toBeUndefined();
});

it('takes names of objects for names', () => {
  const kept = boundedMetadata(JSON.parse('{"__proto__":"a","toString":"b"}'));

  expect(JSON.stringify(kept?.kept)).toBe('{"__proto__":"a","toString":"b"}');
});
