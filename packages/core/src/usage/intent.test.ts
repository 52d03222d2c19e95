import { expect, it } from 'vitest';
import { eventOfLost, roughEstimate } from './index.ts';

it.each([
  [{ inputBytes: 401 }, { inputTokens: 101, outputTokens: 2_000 }],
  [
    { inputBytes: 0, maxOutputTokens: 64 },
    { inputTokens: 0, outputTokens: 64 },
  ],
  [
    { inputBytes: 30_000_000, maxOutputTokens: 64_000 },
    { inputTokens: 200_000, outputTokens: 2_000 },
  ],
])('takes %j to cost %j', (asked, estimate) => {
  expect(roughEstimate(asked)).toEqual(estimate);
});

it('bills a lost call at what it was taken to cost, marked as interrupted', () => {
  const call = {
    callId: 'c',
    startedAt: 1_000,
    keyId: 'k',
    keyName: 'app',
    face: 'openai',
    modelAsked: 'm',
    provider: 'p',
    modelServed: 'm',
    stream: true,
    attempt: 1,
  };

  const event = eventOfLost({ ...call, estimate: { inputTokens: 7, outputTokens: 9 } }, 61_000);

  expect(event).toEqual({
    ...call,
    usage: { input: { uncached: 7 }, output: { text: 9 }, provenance: 'interrupted' },
    status: 'failed',
    errorKind: 'internal',
    latencyMs: 60_000,
    losses: [],
  });
});
