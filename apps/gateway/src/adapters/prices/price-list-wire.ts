import type { MatchLogic } from '@pydantic/genai-prices';
import { err, ok, type Result } from '@tollgate/core';
import * as z from 'zod';

/*
 * The list of `@pydantic/genai-prices` as its makers publish it, `prices/new_data/v2/data.json` of their
 * repository; its schema is `data.schema.json` beside it. What no cost is computed by is not read.
 */

const MAX_PATTERN = 100;
const REPEAT = /[*+]|\{\d*,\d*\}/g;
const REPEATED_GROUP = /\)[*+{]/;

/** With two repeats, or one of a group, a pattern could be made to look at a name for ever. */
const Pattern = z
  .string()
  .max(MAX_PATTERN)
  .refine((text) => (text.match(REPEAT) ?? []).length < 2, 'repeats more than once')
  .refine((text) => !REPEATED_GROUP.test(text), 'repeats a group')
  .refine(isPattern, 'is no regular expression');

const Name = z.string().min(1).max(200);

const Clause: z.ZodType<MatchLogic> = z.lazy(() =>
  z.union([
    z.strictObject({ equals: Name }),
    z.strictObject({ starts_with: Name }),
    z.strictObject({ ends_with: Name }),
    z.strictObject({ contains: Name }),
    z.strictObject({ regex: Pattern }),
    z.strictObject({ or: z.array(Clause) }),
    z.strictObject({ and: z.array(Clause) }),
  ]),
);

const Dollars = z.number().min(0).max(1_000_000);
const Amount = z.union([
  Dollars,
  z.object({
    base: Dollars,
    tiers: z
      .array(z.object({ start: z.int().min(0), price: Dollars }))
      .max(20)
      .transform((tiers) => tiers.toSorted((one, other) => one.start - other.start)),
  }),
]);
const Amounts = z.record(z.string(), Amount);

/** `16:30:00Z`, or with an offset. */
const TimeOfDay = z.string().refine((text) => !Number.isNaN(Date.parse(`1970-01-01T${text}`)));
const Constraint = z.union([
  z.object({ start_date: z.iso.date() }),
  z.object({ start_time: TimeOfDay, end_time: TimeOfDay }),
]);

const Model = z.object({
  id: Name,
  match: Clause,
  prices: z.union([
    z.array(z.object({ constraint: Constraint.optional(), prices: Amounts })).min(1),
    Amounts,
  ]),
});

const Provider = z.object({
  id: Name,
  provider_match: Clause.optional(),
  fallback_model_providers: z.array(Name).optional(),
  models: z.array(Model).max(20_000),
});

const PriceList = z.array(Provider).min(1).max(1_000);

/** Dollars for so many, by what is counted. */
export interface ListedAmounts {
  readonly [field: string]: z.output<typeof Amount> | undefined;
}

export interface ConditionalAmounts {
  readonly constraint?: z.output<typeof Constraint> | undefined;
  readonly prices: ListedAmounts;
}

export interface ListedModel {
  readonly id: string;
  readonly match: MatchLogic;
  readonly prices: ListedAmounts | readonly ConditionalAmounts[];
}

export interface ListedProvider {
  readonly id: string;
  readonly provider_match?: MatchLogic | undefined;
  readonly fallback_model_providers?: readonly string[] | undefined;
  readonly models: readonly ListedModel[];
}

/** Fails with what is wrong, and where. */
export function parsePriceList(text: string): Result<readonly ListedProvider[], string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return err('it is no JSON');
  }
  const list = PriceList.safeParse(json);
  if (list.success) return ok(list.data);
  const [issue] = list.error.issues;
  return err(`it has another form than expected at ${issue?.path.join('.') || 'its top'}`);
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
