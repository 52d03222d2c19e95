import { expect, it } from 'vitest';
import { nearestName } from './nearest-name.ts';

it.each<[string, string | undefined]>([
  ['temprature', 'temperature'],
  ['Tools', 'tools'],
  ['max_token', 'max_tokens'],
  ['toolchoice', 'tool_choice'],
  ['n', undefined],
  ['', undefined],
  ['response_format', undefined],
  ['temperature'.repeat(10), undefined],
])('finds what %j was meant to be', (name, expected) => {
  const known = ['temperature', 'tools', 'tool_choice', 'max_tokens', 'stop'];
  expect(nearestName(name, known)).toBe(expected);
});
