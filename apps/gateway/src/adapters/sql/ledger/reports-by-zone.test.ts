import { createDice } from '@tollgate/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenedEngine, onEngine, testedEngines } from '../../../../test/support/engines.ts';
import { usageEvent } from '../../test-support/usage-event.ts';
import { inlineLedger } from '../../test-support/with-ledger.ts';

/** Ahead of UTC and behind it, by parts of an hour too, with clocks that change in the range and without. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Kiritimati',
];
const HOUR_MS = 3_600_000;
/** Over the weeks in which clocks of Europe, America and Australia change. */
const FROM = Date.UTC(2026, 9, 1);
const HOURS = 40 * 24;

const dice = createDice(14);
const starts = Array.from({ length: 200 }, () => FROM + dice.below(HOURS * HOUR_MS));

/** Calls of each calendar day of a zone, counted one by one. */
function callsByDay(zone: string): { readonly [day: string]: number } {
  const days: { [day: string]: number } = {};
  for (const start of starts.toSorted((one, other) => one - other)) {
    const day = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone);
    const label = day.toPlainDate().toString();
    days[label] = (days[label] ?? 0) + 1;
  }
  return days;
}

for (const engine of await testedEngines()) {
  const { missing } = engine;
  describe.skipIf(missing !== undefined)(onEngine('reports by the day', engine), () => {
    let opened: OpenedEngine;
    beforeEach(async () => {
      opened = await engine.open();
      const ledger = inlineLedger(opened.db);
      for (const startedAt of starts) ledger.record(usageEvent({ startedAt }));
      await ledger.flush();
    });
    afterEach(() => opened[Symbol.asyncDispose]());

    it('have each call once, on the day that it was in the zone of whoever asks', async () => {
      const ledger = inlineLedger(opened.db);
      for (const zone of ZONES) {
        const rows = await ledger.summary({ groupBy: ['day'], zone });

        const told = Object.fromEntries(rows.map(({ day, requests }) => [day, requests]));
        expect(told, zone).toEqual(callsByDay(zone));
        expect(
          rows.reduce((sum, row) => sum + row.inputTokens, 0),
          zone,
        ).toBe(2_000);
      }
    });
  });
}
