import { describe, expect, it } from 'vitest';
import type { Usage } from '../chat/usage.ts';
import { eventOfLost, type Intent, lateCorrection, type UsageEvent } from './index.ts';

const call: Intent = {
  callId: '019ab000-0000-7000-8000-00000000012f',
  startedAt: 1_000,
  keyId: 'key-1',
  keyName: 'app',
  face: 'openai',
  modelAsked: 'fast',
  provider: 'openai',
  modelServed: 'gpt-4o-mini',
  stream: true,
  attempt: 1,
  estimate: { inputTokens: 100, outputTokens: 2_000 },
};
const { estimate: _, ...admitted } = call;
const booked: UsageEvent = {
  ...eventOfLost(call, 61_000),
  cost: { picoUsd: '4100', priceId: 'price_1' },
};
const counted: Usage = {
  input: { uncached: 90, cacheRead: 30 },
  output: { text: 2_000 },
  provenance: 'provider',
};
const late = (fields: Partial<UsageEvent>): UsageEvent => ({
  ...admitted,
  status: 'ok',
  latencyMs: 70_000,
  losses: [],
  ...fields,
});

describe('a count that comes after its call was booked at an estimate', () => {
  it('is booked as the difference, in the time of the call, once', () => {
    const known = late({ usage: counted, cost: { picoUsd: '4095', priceId: 'price_2' } });

    const correction = lateCorrection(booked, known);

    expect(correction).toEqual({
      ...booked,
      callId: '019ab000-0000-7000-8000-fffffffffed0',
      corrects: booked.callId,
      usage: { input: { uncached: -10, cacheRead: 30 }, output: {}, provenance: 'provider' },
      cost: { picoUsd: '-5', priceId: 'price_2' },
    });
    expect(lateCorrection(booked, known)?.callId).toBe(correction?.callId);
  });

  it('takes all of it back where nothing was spent', () => {
    expect(
      lateCorrection(booked, late({ status: 'failed', errorKind: 'provider_refused' })),
    ).toMatchObject({
      usage: { input: { uncached: -100 }, output: { text: -2_000 } },
      cost: { picoUsd: '-4100', priceId: 'price_1' },
    });
  });

  it('yields to its provider’s count however the call ended, and to no other estimate', () => {
    const stopped: UsageEvent = { ...booked, errorKind: 'shutting_down' };
    const known = late({ usage: counted, cost: { picoUsd: '4095', priceId: 'price_2' } });
    const guessed = late({ ...known, usage: { ...counted, provenance: 'estimate' } });

    expect(lateCorrection(stopped, known)).toMatchObject({ corrects: booked.callId });
    expect(lateCorrection(stopped, guessed)).toBeUndefined();
  });

  it('prices what had no price', () => {
    const unpriced: UsageEvent = { ...booked, cost: { picoUsd: null, reason: 'no price' } };
    const cost = { picoUsd: '4095', priceId: 'price_2' };

    expect(lateCorrection(unpriced, late({ usage: counted, cost }))?.cost).toEqual(cost);
  });

  it.each<[string, UsageEvent, UsageEvent]>([
    ['it is the very row', late({ usage: counted }), late({ usage: counted })],
    ['both say the same', booked, { ...booked }],
    [
      'nobody knows its price any more',
      booked,
      late({ usage: counted, cost: { picoUsd: null, reason: 'no price' } }),
    ],
    ['it is of another attempt', booked, late({ usage: counted, attempt: 2 })],
  ])('corrects nothing where %s', (_why, earlier, later) => {
    expect(lateCorrection(earlier, later)).toBeUndefined();
  });
});
