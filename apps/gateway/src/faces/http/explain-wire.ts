import { SCOPE_KINDS } from '@tollgate/core/budgets';
import { IdWire } from '@tollgate/core/directory';
import * as z from 'zod';
import type { ExplainedBudget } from '../../services/budgets/explain.ts';

/* What budgets would say to a call, before it is made. */

/** No model reads or writes more. */
const Tokens = z.int().min(0).max(999_999_999);
const QueryTokens = z.coerce.number().pipe(Tokens);
const Model = z.string().min(1).max(256).meta({ description: 'As a client would name it.' });
const USUAL_INPUT = 'Absent: 1,000.';
const USUAL_OUTPUT = 'Absent: what is known of this key and model.';
const LIMIT = 'As the call limits it. Absent: not at all.';

export const ExplainQueryWire = z.strictObject({
  model: Model,
  inputTokens: QueryTokens.exactOptional().meta({ description: USUAL_INPUT }),
  outputTokens: QueryTokens.exactOptional().meta({ description: USUAL_OUTPUT }),
  maxOutputTokens: QueryTokens.exactOptional().meta({ description: LIMIT }),
});

/** `key`: its id; `self` is the caller's own. */
export const ExplainInputWire = z.strictObject({
  key: IdWire,
  model: Model,
  inputTokens: Tokens.exactOptional(),
  outputTokens: Tokens.exactOptional(),
  maxOutputTokens: Tokens.exactOptional(),
});

const Amount = z.string().meta({ description: 'Exact, as decimal text, in `unit`.' });
const OthersToo = 'Absent: it counts others’ calls too, which are not this caller’s to read.';

const ExplainedBudgetWire = z.strictObject({
  id: z.string(),
  scope: z.strictObject({ kind: z.enum(SCOPE_KINDS), id: z.string() }),
  terms: z.string().meta({ description: 'As it is written: `20 USD/month`.' }),
  unit: z.string(),
  limit: Amount,
  spent: Amount.exactOptional().meta({ description: OthersToo }),
  reserved: Amount.exactOptional().meta({ description: OthersToo }),
  left: Amount.exactOptional().meta({ description: OthersToo }),
  asked: Amount,
  resetAt: z.int().exactOptional().meta({ description: 'Unix milliseconds. Absent: never.' }),
  hasRoom: z.boolean().meta({
    description:
      'Where `left` is absent, judged by a usual call of the key and model, whatever sizes were asked for.',
  }),
  lacks: z.enum(['room', 'limit', 'price']).exactOptional().meta({
    description:
      'Why it would refuse: no room; it is hard and nobody limits the output; or it is in dollars and the model has no price.',
  }),
  overshoot: z.strictObject({ perCall: Amount, total: Amount }).exactOptional().meta({
    description:
      'By how much such calls may pass it: one, and all that find room beside each other. Absent: nobody limits what they may think.',
  }),
});

export const ExplainedBudgetsWire: z.ZodType<{ readonly budgets: readonly ExplainedBudget[] }> =
  z.strictObject({ budgets: z.array(ExplainedBudgetWire).readonly() });
