import { expect, it } from 'vitest';
import { createCallIds } from './call-ids.ts';

it('gives each call an id of its own, the same on every turn, and results that of the latest', () => {
  const ids = createCallIds();
  const given = ['a', 'a.b', 'a', 'a_b', 'a_2', 'a', ''].map((id) => ids.forCall(id));

  expect(given).toEqual(['a', 'a_b', 'a_2', 'a_b_2', 'a_2_2', 'a_3', 'call']);
  expect(['a.b', 'a_b', 'never'].map((id) => ids.forResult(id))).toEqual(['a_b', 'a_b_2', 'never']);
  expect(ids.forCall('a')).toBe('a_4');
  expect(ids.forResult('a')).toBe('a_4');
});

it('gives results of calls that share an id in one turn to each of them, in their order', () => {
  const ids = createCallIds();
  for (const id of ['a', 'b', 'a', 'a']) ids.forCall(id);

  expect(['a', 'b', 'a', 'a', 'a'].map((id) => ids.forResult(id))).toEqual([
    'a',
    'b',
    'a_2',
    'a_3',
    'a_3',
  ]);
});

it('keeps to the length that a dialect takes', () => {
  const ids = createCallIds({ most: 4 });

  expect(['abcdef', 'abcdeg', 'abcd'].map((id) => ids.forCall(id))).toEqual([
    'abcd',
    'ab_2',
    'ab_3',
  ]);
  expect(['abcdeg', 'unknown'].map((id) => ids.forResult(id))).toEqual(['ab_2', 'unkn']);
});

it('costs a history of one id alone no more than any other', () => {
  const ids = createCallIds();
  const given = Array.from({ length: 200_000 }, () => ids.forCall('same'));

  expect(given.at(-1)).toBe('same_200000');
});

it('leaves ids as they are where a dialect takes any text, but for those that come again', () => {
  const ids = createCallIds({ anyText: true });

  expect(['a.b', 'call:1', 'a.b'].map((id) => ids.forCall(id))).toEqual(['a.b', 'call:1', 'a.b_2']);
  expect(['a.b', 'a.b', 'never/seen'].map((id) => ids.forResult(id))).toEqual([
    'a.b',
    'a.b_2',
    'never/seen',
  ]);
});
