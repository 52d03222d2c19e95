import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueFinder } from './value-finder.ts';

const hasUsage = valueFinder('usage');

describe('valueFinder', () => {
  it.each([
    ['{"usage":{}}', true],
    ['{"usage" :\n {}}', true],
    ['{"a":{"usage":1}}', true],
    ['{"usage":null,"x":{"usage":2}}', true],
    ['{"usage": null}', false],
    ['{"a":"usage"}', false],
    ['{"a":"\\"usage\\":1"}', false],
    ['{"usage"', false],
    ['', false],
  ])('of %s says %s', (json, expected) => {
    expect(hasUsage(json)).toBe(expected);
  });

  it('is never misled by what stands in a string', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        expect(hasUsage(JSON.stringify({ a: `${before}"usage":1${after}` }))).toBe(false);
      }),
    );
  });
});
