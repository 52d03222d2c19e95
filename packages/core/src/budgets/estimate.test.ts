import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOf } from '../pricing/cost-of.ts';
import type { ModelPrice } from '../pricing/model-price.ts';
import { createCalibration, type SeenCall } from './calibration.ts';
import { ceilingOf, likelyOf } from './estimate.ts';

const price: ModelPrice = {
  base: {
    input: { uncached: 3, cacheRead: 1, cacheWrite5m: 4, cacheWrite1h: 6 },
    output: { text: 15 },
  },
  tiers: [
    {
      aboveInputTokens: 5_000,
      input: { uncached: 6, cacheRead: 2, cacheWrite5m: 8, cacheWrite1h: 12 },
      output: { text: 22 },
    },
  ],
  request: 1_000,
};
const call: SeenCall = {
  keyId: 'key_1',
  model: 'openai/gpt-4o',
  inputBytes: 400,
  inputTokens: 100,
  outputTokens: 300,
};

describe('what a call will likely cost', () => {
  const known = { tokensPerByte: 0.25, outputTokens: 300 };

  it('is priced as uncached input and text', () => {
    expect(likelyOf({ inputBytes: 400 }, known, price)).toEqual({
      inputTokens: 100,
      outputTokens: 300,
      picoUsd: 100n * 3n + 300n * 15n + 1_000n,
    });
  });

  it('is capped by the client’s limit, and never raised by it', () => {
    expect(likelyOf({ inputBytes: 0, maxOutputTokens: 10 }, known, undefined).outputTokens).toBe(
      10,
    );
    const generous = { inputBytes: 0, maxOutputTokens: 64_000 };
    expect(likelyOf(generous, known, undefined).outputTokens).toBe(300);
  });
});

describe('calibration', () => {
  it('takes 2,000 tokens of output while nothing is known', () => {
    const calibration = createCalibration();
    for (let at = 0; at < 19; at += 1) calibration.learn(call);
    expect(calibration.outputTokens('key_1', call.model)).toBe(2_000);
  });

  it('learns of a key’s calls to a model, and of others’ where the key is new', () => {
    const calibration = createCalibration();
    for (let at = 0; at < 50; at += 1) calibration.learn(call);
    expect(calibration.outputTokens('key_1', call.model)).toBeGreaterThanOrEqual(300);
    expect(calibration.outputTokens('key_1', call.model)).toBeLessThan(400);
    expect(calibration.outputTokens('key_2', call.model)).toBeLessThan(400);
    expect(calibration.outputTokens('key_2', 'openai/gpt-5')).toBe(2_000);
  });

  it('is an upper bound of nine calls in ten', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 20, maxLength: 200 }),
        (outputs) => {
          const calibration = createCalibration();
          for (const outputTokens of outputs) calibration.learn({ ...call, outputTokens });
          const likely = calibration.outputTokens(call.keyId, call.model);
          const within = outputs.filter((tokens) => tokens <= likely).length;
          expect(within / outputs.length).toBeGreaterThanOrEqual(0.9);
          expect(likely).toBeLessThanOrEqual(Math.max(...outputs) * 1.3);
        },
      ),
    );
  });

  it('follows a model that begins to write more', () => {
    const calibration = createCalibration();
    for (let at = 0; at < 1_000; at += 1) calibration.learn(call);
    for (let at = 0; at < 60; at += 1) calibration.learn({ ...call, outputTokens: 9_000 });
    expect(calibration.outputTokens(call.keyId, call.model)).toBeGreaterThanOrEqual(9_000);
  });

  it('learns how many tokens a byte is', () => {
    const calibration = createCalibration();
    for (let at = 0; at < 50; at += 1) calibration.learn(call);
    expect(calibration.tokensPerByte(call.model)).toBeGreaterThanOrEqual(0.25);
    expect(calibration.tokensPerByte(call.model)).toBeLessThan(0.33);
  });

  it('learns how many tokens stand behind what is read', () => {
    const calibration = createCalibration();
    for (let at = 0; at < 50; at += 1) calibration.learn({ ...call, saidBytes: 600 });
    expect(calibration.tokensPerSaidByte(call.model)).toBeGreaterThanOrEqual(0.5);
    expect(calibration.tokensPerSaidByte(call.model)).toBeLessThan(0.65);
    expect(calibration.tokensPerSaidByte('m/other')).toBeCloseTo(1 / 3);
  });

  it('forgets whoever was quiet for longest', () => {
    const calibration = createCalibration(4);
    const learn = (keyId: string) => {
      for (let at = 0; at < 50; at += 1) calibration.learn({ ...call, keyId, model: `m/${keyId}` });
    };
    for (const keyId of ['a', 'b', 'c']) learn(keyId);
    expect(calibration.outputTokens('a', 'm/a')).toBe(2_000);
    expect(calibration.outputTokens('c', 'm/c')).toBeLessThan(400);
  });
});

describe('the ceiling of a call', () => {
  it('is not known where neither client nor model limits the output', () => {
    expect(ceilingOf({ inputBytes: 1 }, undefined, price)).toBeUndefined();
  });

  it('is passed by no usage that fits into its bytes and its limit', () => {
    const part = fc.nat({ max: 4_000 });
    fc.assert(
      fc.property(part, part, part, part, part, (a, b, c, d, output) => {
        const size = { inputBytes: a + b + c + d, maxOutputTokens: output };
        const input = { uncached: a, cacheRead: b, cacheWrite5m: c, cacheWrite1h: d };
        const cost = costOf({ input, output: { text: output }, provenance: 'provider' }, price);
        const ceiling = ceilingOf(size, undefined, price);
        expect(cost.ok).toBe(true);
        expect(cost.ok && cost.value <= (ceiling?.picoUsd ?? 0n)).toBe(true);
      }),
    );
  });
});
