import { FEATURE_NAMES, FEATURES } from '@tollgate/core/chat';
import * as z from 'zod';

/** What may be refused, or not: replies are told of only, and nothing can be sent without messages. */
export const SETTABLE_FEATURES = FEATURE_NAMES.filter((name) => FEATURES[name].of === 'request');

export const LOSS_POLICIES = ['drop', 'refuse', 'exact'] as const;

export const Losses = z.partialRecord(z.enum(SETTABLE_FEATURES), z.enum(LOSS_POLICIES));

export const LOSSES =
  'By provider/model, `*` at its end for any ending: what happens to what the model can’t be told. For each feature of [dialects.md](dialects.md): `drop` leaves it out and says so, `refuse` is a 400, `exact` is one also where it could only be said otherwise. The longest name counts.';
