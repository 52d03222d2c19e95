import { expect, it } from 'vitest';
import { createToolIds } from './tool-ids.ts';

it('gives each call an id of its own, the same on every turn, and results that of the latest', () => {
  const ids = createToolIds();
  const given = ['a', 'a.b', 'a', 'a_b', 'a_2', 'a', ''].map((id) => ids.forCall(id));

  expect(given).toEqual(['a', 'a_b', 'a_2', 'a_b_2', 'a_2_2', 'a_3', 'call']);
  expect(['a', 'a.b', 'a_b', 'never'].map((id) => ids.forResult(id))).toEqual([
    'a_3',
    'a_b',
    'a_b_2',
    'never',
  ]);
});

it('costs a history of one id alone no more than any other', () => {
  const ids = createToolIds();
  const given = Array.from({ length: 200_000 }, () => ids.forCall('same'));

  expect(given.at(-1)).toBe('same_200000');
});
