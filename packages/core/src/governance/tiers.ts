export const TIERS = ['simple', 'moderate', 'complex'] as const;
export type Tier = (typeof TIERS)[number];

/** A model that serves a tier. Weight in the draw is the inverse of its relative cost. */
export interface TierModel {
  readonly provider: string;
  readonly model: string;
  readonly relativeCost: number;
}

export type TierConfig = { readonly [tier in Tier]: readonly TierModel[] };
