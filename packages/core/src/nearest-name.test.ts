import { expect, it } from 'vitest';
import { nearestName } from './nearest-name.ts';

it.each([
  ['temprature', ['temperature', 'top_p'], 'temperature'],
  ['prot', ['host', 'port'], 'port'],
  ['OPENAI', ['openai'], 'openai'],
  ['zebra', ['port', 'host'], undefined],
  ['', ['a'], 'a'],
  ['x'.repeat(65), ['x'.repeat(65)], undefined],
])('finds what %j probably meant among %j', (name, known, expected) => {
  expect(nearestName(name, known)).toBe(expected);
});
