import type { UsageEvent } from '@tollgate/core/usage';
import type { BookedPrice } from '../../ports/price-book.ts';

let made = 0;

/** An ordinary settled call; its call id is new each time. */
export function usageEvent(changes: Partial<UsageEvent> = {}): UsageEvent {
  made += 1;
  return {
    callId: `019ab000-0000-7000-8000-${String(made).padStart(12, '0')}`,
    startedAt: Date.UTC(2026, 10, 23, 12),
    keyId: 'key_1',
    keyName: 'app',
    face: 'openai',
    modelAsked: 'gpt-4o-mini',
    provider: 'openai',
    modelServed: 'gpt-4o-mini',
    stream: false,
    attempt: 1,
    usage: { input: { uncached: 10 }, output: { text: 5 }, provenance: 'provider' },
    status: 'ok',
    latencyMs: 120,
    losses: [],
    ...changes,
  };
}

export const PRICE: BookedPrice = {
  id: 'price_1',
  source: 'configuration',
  price: { base: { input: { uncached: 1 }, output: { text: 2 } } },
};

export const ZION_USER = { id: 'user_123', externalId: 'ext_123', email: 'test@test.com' };
