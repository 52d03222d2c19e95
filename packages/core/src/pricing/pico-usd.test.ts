import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseUsd, picoUsd, showUsd } from './index.ts';

it.each([
  [0n, '0'],
  [1n, '0.000000'],
  [1_500_000n, '0.000002'],
  [46_400_000_000n, '0.05'],
  [9_999_999_999n, '0.010000'],
  [1_234_567_890_123_456n, '1234.57'],
])('shows %d pico-dollars as %s dollars', (amount, text) => {
  expect(showUsd(picoUsd(amount))).toBe(text);
});

it('reads every decimal of up to twelve digits behind the point exactly', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 21n - 1n }), (amount) => {
      const digits = amount.toString().padStart(13, '0');
      expect(parseUsd(`${digits.slice(0, -12)}.${digits.slice(-12)}`)).toBe(amount);
    }),
  );
});

it.each(['', '-1', '1.', '.5', '1e3', '0x1', '1.0000000000001', '1234567890'])(
  'does not take "%s" for an amount of dollars',
  (text) => {
    expect(parseUsd(text)).toBeUndefined();
  },
);
