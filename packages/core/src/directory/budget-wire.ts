import * as z from 'zod';
import { SCOPE_KINDS } from '../budgets/index.ts';
import type { BudgetPatch, NewBudget, StoredBudget } from './budget.ts';
import { IdWire, storedWire, VersionWire } from './wire.ts';

const Scope = z.strictObject({
  kind: z.enum(SCOPE_KINDS),
  id: z.string().min(1).max(256).meta({
    description:
      'Whose calls count: an id, a tag, or a model (`provider/model`, with `*` at its end for any ending).',
  }),
});

const Text = z.string().min(1).max(200).meta({
  description:
    'AMOUNT MEASURE/PERIOD, and after it `hard`, `in ZONE`, `finish-running`, `cheaper:MODEL`, `unpriced`, `warn:50,80,100`: "100 requests/day", "20 USD/month hard in Europe/Berlin".',
});

export const BudgetWire = z.strictObject({
  ...storedWire,
  scope: Scope,
  budget: Text,
  mayPassBy: z.string().exactOptional().meta({
    description:
      'By how much calls like those that this gateway let in in this window may pass it, in what it counts: what can’t be seen of them until they end. Absent: none came yet, or nobody limits what one of them may think.',
  }),
}) satisfies z.ZodType<StoredBudget>;

export const NewBudgetWire = z.strictObject({
  scope: Scope,
  budget: Text,
}) satisfies z.ZodType<NewBudget>;

export const BudgetPatchWire = z.strictObject({
  version: VersionWire,
  budget: Text.exactOptional(),
}) satisfies z.ZodType<BudgetPatch>;

/** What a list of budgets may be narrowed by. */
export const budgetFiltersWire = {
  scopeKind: z.enum(SCOPE_KINDS).exactOptional(),
  scopeId: IdWire.exactOptional(),
};
