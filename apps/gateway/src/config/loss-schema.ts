import { FEATURE_NAMES, FEATURES } from '@tollgate/core/chat';
import * as z from 'zod';

/** What may be refused, or not: replies are told of only, and nothing can be sent without messages. */
export const SETTABLE_FEATURES = FEATURE_NAMES.filter((name) => FEATURES[name].of === 'request');

export const LOSS_POLICIES = ['drop', 'refuse', 'exact'] as const;

export const Losses = z.partialRecord(z.enum(SETTABLE_FEATURES), z.enum(LOSS_POLICIES));
