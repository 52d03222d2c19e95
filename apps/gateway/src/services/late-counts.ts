import type { Usage } from '@tollgate/core/chat';
import { optionalField } from '@tollgate/core/directory';
import { lateCorrection, type UsageEvent } from '@tollgate/core/usage';
import type { Ledger } from '../ports/ledger.ts';
import type { Log } from '../ports/log.ts';
import type { PriceBook } from '../ports/price-book.ts';
import type { UsageReports } from '../ports/usage-reports.ts';
import type { Admission } from './budgets/admission.ts';
import { type PricedEvent, priced } from './priced.ts';

/** What a provider says of a call after it was booked. */
export interface LateCount {
  readonly usage: Usage;
  readonly model?: string | undefined;
  readonly serviceTier?: string | undefined;
}

/** Corrects what was booked at an estimate by the count that comes after all: by a row of differences, once. */
export interface LateCounts {
  /** A call of which nothing is booked yet will be booked by whoever has it. */
  saw(callId: string, count: LateCount): Promise<void>;
}

export interface LateCountDeps {
  readonly ledger: Ledger & Pick<UsageReports, 'find'>;
  readonly prices: PriceBook;
  readonly admission: Pick<Admission, 'fresh' | 'chargesOf'>;
  readonly log: Log;
}

/** From the start it takes what gateways tell of calls that others booked for lost. */
export function createLateCounts({ ledger, prices, admission, log }: LateCountDeps): LateCounts {
  const correct = async (
    { event: late, price }: PricedEvent,
    booked: UsageEvent,
  ): Promise<void> => {
    const correction = lateCorrection(booked, late);
    if (correction === undefined) return;
    await admission.fresh();
    ledger.record(correction, { price, charges: admission.chargesOf(correction) });
    log.warn({ callId: late.callId }, 'a call that was booked at an estimate is corrected');
  };
  // Its price came with it, and stands in the ledger though the call stood there already.
  ledger.onBookedBefore((event, booked) => correct({ event, price: undefined }, booked));
  return {
    saw: async (callId, { usage, model, serviceTier }) => {
      const booked = await ledger.find(callId);
      if (booked === undefined) return;
      const sent = booked.modelSent ?? booked.modelServed ?? booked.modelAsked;
      const counted = {
        ...booked,
        usage,
        ...optionalField('modelServed', model),
        ...optionalField('serviceTier', serviceTier),
      };
      await correct(priced(counted, prices, sent), booked);
    },
  };
}
