import { lateCorrection } from '@tollgate/core/usage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenedEngine, onEngine, testedEngines } from '../../test/support/engines.ts';
import { auditBooks } from '../adapters/sql/audit/audit-books.ts';
import { PRICE, usageEvent } from '../adapters/test-support/usage-event.ts';
import { inlineLedger } from '../adapters/test-support/with-ledger.ts';
import type { BookedPrice } from '../ports/price-book.ts';
import { createLateCounts } from './late-counts.ts';

/** Ten uncached tokens and five of text come to 20 by the estimate's price, and to 60 by this one. */
const SERVED: BookedPrice = {
  id: 'price_priority',
  source: 'configuration',
  price: { base: { input: { uncached: 3 }, output: { text: 6 } } },
};

const booked = () =>
  usageEvent({
    usage: { input: { uncached: 10 }, output: { text: 5 }, provenance: 'interrupted' },
    errorKind: 'internal',
    status: 'failed',
    cost: { picoUsd: '20', priceId: PRICE.id },
  });
const counted = { input: { uncached: 10 }, output: { text: 7 }, provenance: 'provider' } as const;
const cost = { picoUsd: '72', priceId: SERVED.id };

for (const engine of await testedEngines()) {
  const { missing } = engine;
  describe.skipIf(missing !== undefined)(onEngine('a late count', engine), () => {
    let opened: OpenedEngine;
    beforeEach(async () => {
      opened = await engine.open();
    });
    afterEach(() => opened[Symbol.asyncDispose]());

    const countsIn = (ledger: ReturnType<typeof inlineLedger>) =>
      createLateCounts({
        ledger,
        prices: { priceOf: () => SERVED },
        admission: { fresh: () => undefined, chargesOf: () => [] },
        log: { debug() {}, info() {}, warn() {}, error() {} },
      });
    const expectProved = async (costPicoUsd: string): Promise<void> => {
      const { calls, differences } = await auditBooks(opened.db, { budgets: [] });
      expect({ calls, differences }).toEqual({ calls: 2, differences: [] });
      const [sum] = await inlineLedger(opened.db).summary({ groupBy: [] });
      expect(sum).toMatchObject({ costPicoUsd });
    };

    it('of another gateway brings its price, which nobody may have used before', async () => {
      const event = booked();
      const ledger = inlineLedger(opened.db);
      countsIn(ledger);
      ledger.record(event, { price: PRICE });
      await ledger.flush();
      const late = { ...event, usage: counted, cost };

      ledger.record(late, { price: SERVED });
      await ledger.flush();

      const correction = lateCorrection(event, late)?.callId ?? '';
      await expect
        .poll(() => ledger.find(correction))
        .toMatchObject({
          cost: { picoUsd: '52', priceId: SERVED.id },
        });
      await expectProved('72');
    });

    it('of a provider brings its price, which nobody may have used before', async () => {
      const event = booked();
      const ledger = inlineLedger(opened.db);
      const counts = countsIn(ledger);
      ledger.record(event, { price: PRICE });
      await ledger.flush();

      await counts.saw(event.callId, { usage: counted });
      await ledger.flush();

      await expectProved('72');
    });
  });
}
