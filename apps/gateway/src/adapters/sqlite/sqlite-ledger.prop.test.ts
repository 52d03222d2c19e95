import type { Usage } from '@tollgate/core/chat';
import { inputTokens, outputTokens } from '@tollgate/core/chat';
import type { UsageEvent } from '@tollgate/core/usage';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../test-support/temp-dir.ts';
import { usageEvent, ZION_USER } from '../test-support/usage-event.ts';
import { sqliteLedger } from '../test-support/with-ledger.ts';
import { openDatabase } from './open-database.ts';

const count = fc.nat({ max: 2 ** 40 });
const usage: fc.Arbitrary<Usage> = fc.record({
  input: fc.record(
    { uncached: count, cacheRead: count, cacheWrite5m: count, cacheWrite1h: count, audio: count },
    { requiredKeys: [] },
  ),
  output: fc.record({ text: count, reasoning: count }, { requiredKeys: [] }),
  provenance: fc.constantFrom('provider', 'estimate', 'interrupted'),
});
const change: fc.Arbitrary<Partial<UsageEvent>> = fc.record(
  {
    usage,
    startedAt: fc.integer({ min: 0, max: Date.UTC(2030, 0, 1) }),
    keyId: fc.constantFrom('a', 'b'),
    modelServed: fc.constantFrom('m', 'n', "o'; --"),
    user: fc.constant(ZION_USER),
    status: fc.constantFrom('ok', 'failed', 'client_closed'),
    losses: fc.array(fc.string(), { maxLength: 3 }),
  },
  { requiredKeys: ['losses'] },
);

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

describe('the ledger, for any calls in any groups', () => {
  it('gives each call back as it was, and sums that are exact', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 30 }),
        fc.nat(7),
        async (changes, groupSize) => {
          using dir = tempDir();
          const opened = openDatabase(dir.path);
          if (!opened.ok) throw new Error(opened.error.detail);
          const ledger = sqliteLedger(opened.value);
          const events = changes.map((one) => usageEvent(one));

          for (const [index, event] of events.entries()) {
            ledger.record(event);
            if (index % (groupSize + 1) === 0) await ledger.flush();
          }

          expect([...(await ledger.recent({ limit: 1000 }))].reverse()).toEqual(events);
          const rows = await ledger.summary({ groupBy: ['day', 'key', 'model'] });
          const usages = events.flatMap((event) => event.usage ?? []);
          expect(total(rows.map((row) => row.requests))).toBe(events.length);
          expect(total(rows.map((row) => row.inputTokens))).toBe(total(usages.map(inputTokens)));
          expect(total(rows.map((row) => row.outputTokens))).toBe(total(usages.map(outputTokens)));
          await ledger.close();
          opened.value.close();
        },
      ),
      { numRuns: 60 },
    );
  });
});
