import * as z from 'zod';
import { TIERS, type Tier, type TierConfig } from './tiers.ts';

/*
 * What the governance service Zion answers, and what it is sent. Replies are read tolerantly: only
 * what we use, unknown fields ignored, null like absent. Requests are ours and exact.
 */

const enveloped = <Data extends z.ZodType>(data: Data) =>
  z.looseObject({ success: z.boolean().nullish(), data });

/** `GET /api/v1/users/me`. */
export const ZionProfile = z.looseObject({
  id: z.string().min(1),
  email: z.string(),
  name: z.string().nullish(),
  /** May be blank: then the user's own id stands in. */
  externalId: z.string().nullish(),
  emailVerified: z.boolean().nullish(),
});
export type ZionProfile = z.infer<typeof ZionProfile>;
export const ZionProfileReply = enveloped(ZionProfile);

/** The id that limits and sessions are counted by; never blank. */
export function externalIdOf(profile: ZionProfile): string {
  const external = profile.externalId?.trim() ?? '';
  return external === '' ? profile.id : external;
}

const Meter = z.looseObject({
  limit: z.number(),
  used: z.number(),
  /** Negative once a limit is overdrawn. */
  remaining: z.number(),
});

const ZionLimit = z.looseObject({
  name: z.string(),
  displayName: z.string().nullish(),
  aiInputTokens: Meter.nullish(),
  aiOutputTokens: Meter.nullish(),
  aiRequests: Meter.nullish(),
  /** `DAILY`, `WEEKLY`, `MONTHLY`, `NEVER`, or what Zion invents. */
  resetPeriod: z.string().nullish(),
  /** ISO 8601. */
  periodEnd: z.string().nullish(),
});
export type ZionLimit = z.infer<typeof ZionLimit>;

/** `GET /api/v1/limits/external/{externalId}`. */
export const ZionLimits = z.looseObject({
  userId: z.string().nullish(),
  externalId: z.string().nullish(),
  limits: z.array(ZionLimit),
});
export type ZionLimits = z.infer<typeof ZionLimits>;
export const ZionLimitsReply = enveloped(ZionLimits);

const ZionTierModel = z.looseObject({
  provider: z.string().min(1),
  model: z.string().min(1),
  relativeCost: z.number().nonnegative(),
});
const tierModels = z.array(ZionTierModel);

/** `GET /api/v1/tiers/config`. */
export const ZionTiers = z.looseObject({
  version: z.string().nullish(),
  updatedAt: z.string().nullish(),
  tiers: z.looseObject({ simple: tierModels, moderate: tierModels, complex: tierModels }),
});
export type ZionTiers = z.infer<typeof ZionTiers>;
export const ZionTiersReply = enveloped(ZionTiers);

export function tierConfigOf({ tiers }: ZionTiers): TierConfig {
  const models = (tier: Tier) =>
    tiers[tier].map(({ provider, model, relativeCost }) => ({ provider, model, relativeCost }));
  const [simple, moderate, complex] = TIERS;
  return { simple: models(simple), moderate: models(moderate), complex: models(complex) };
}

/** Zion refuses longer batches. */
export const MAX_ZION_INCREMENTS = 1000;

const count = z.int().positive().exactOptional();

/** One user's spending. Counts that are zero are left out. */
export const ZionIncrement = z.strictObject({
  email: z.string().min(1),
  aiInputTokens: count,
  aiOutputTokens: count,
  aiRequests: count,
  model: z.string().min(1).exactOptional(),
  /** UTC with milliseconds: `2026-11-23T18:47:00.000Z`. */
  timestamp: z.iso.datetime({ precision: 3 }).exactOptional(),
});
export type ZionIncrement = z.infer<typeof ZionIncrement>;

/** The body of `POST /api/v1/usage/external/batch-increment`. */
export const ZionIncrements = z.strictObject({
  increments: z.array(ZionIncrement).min(1).max(MAX_ZION_INCREMENTS),
});
export type ZionIncrements = z.infer<typeof ZionIncrements>;

const ZionIncrementResult = z.looseObject({
  success: z.boolean(),
  email: z.string().nullish(),
  limitName: z.string().nullish(),
  error: z.unknown().optional(),
});

export const ZionIncrementsReply = enveloped(
  z.looseObject({
    processed: z.int().nonnegative(),
    failed: z.int().nonnegative(),
    results: z.array(ZionIncrementResult).nullish(),
  }),
);
export type ZionIncrementsReply = z.infer<typeof ZionIncrementsReply>;

/**
 * Which items of a batch Zion did not count, by their place in it: results stand in the order of
 * the items, and e-mail addresses repeat. Where results came for the failures alone, an address
 * that stands in the batch once is as good as a place. Undefined when the reply does not tell.
 */
export function failedIncrements(
  reply: ZionIncrementsReply,
  sent: readonly Pick<ZionIncrement, 'email'>[],
): readonly number[] | undefined {
  const { failed } = reply.data;
  const results = reply.data.results ?? [];
  if (failed === 0) return [];
  if (results.length === sent.length) {
    return results.flatMap(({ success }, index) => (success ? [] : [index]));
  }
  if (failed >= sent.length) return sent.map((_item, index) => index);
  const places = results
    .filter(({ success }) => !success)
    .map(({ email }) => {
      const first = sent.findIndex((item) => item.email === email);
      return first === sent.findLastIndex((item) => item.email === email) ? first : -1;
    });
  return places.length === failed && !places.includes(-1) ? places : undefined;
}
