import { TEST_EMAIL, TEST_EXTERNAL_ID, TEST_USER_ID } from '../test-data.ts';

/** Zion's data as the origin's factories made it. */

export interface ZionProfile {
  readonly id: string;
  readonly email: string;
  readonly name?: string;
  readonly externalId?: string | null;
  readonly emailVerified: boolean;
  readonly createdAt: string;
  readonly lastLoginAt?: string;
}

export interface ZionLimitCount {
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
}

export interface ZionLimit {
  readonly name: string;
  readonly displayName: string;
  readonly description?: string;
  readonly unit?: string;
  readonly aiInputTokens: ZionLimitCount;
  readonly aiOutputTokens: ZionLimitCount;
  readonly aiRequests: ZionLimitCount;
  readonly resetPeriod?: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'NEVER';
  readonly periodStart?: string;
  readonly periodEnd?: string;
}

export interface ZionTierModel {
  readonly provider: string;
  readonly model: string;
  readonly relativeCost: number;
  readonly inputPricePerMillion: number;
  readonly outputPricePerMillion: number;
}

export interface ZionTierConfig {
  readonly version: string;
  readonly updatedAt: string;
  readonly tiers: {
    readonly simple: readonly ZionTierModel[];
    readonly moderate: readonly ZionTierModel[];
    readonly complex: readonly ZionTierModel[];
  };
}

export function defaultProfile(changes: Partial<ZionProfile> = {}): ZionProfile {
  return {
    id: TEST_USER_ID,
    email: TEST_EMAIL,
    name: 'Test User',
    externalId: TEST_EXTERNAL_ID,
    emailVerified: true,
    createdAt: '2024-01-01T00:00:00.000Z',
    lastLoginAt: '2024-01-15T00:00:00.000Z',
    ...changes,
  };
}

export const unverifiedProfile = (): ZionProfile => defaultProfile({ emailVerified: false });

type UsedOf = readonly [used: number, limit: number];

/** The one unified limit that Zion knows, `ai_usage`; `remaining` may be negative. */
export function aiUsageLimit(input: UsedOf, output: UsedOf, requests: UsedOf): ZionLimit {
  const count = ([used, limit]: UsedOf): ZionLimitCount => ({
    limit,
    used,
    remaining: limit - used,
  });
  return {
    name: 'ai_usage',
    displayName: 'AI Usage',
    description: 'AI API usage limits',
    unit: 'tokens',
    aiInputTokens: count(input),
    aiOutputTokens: count(output),
    aiRequests: count(requests),
    resetPeriod: 'MONTHLY',
    periodStart: '2024-01-01T00:00:00.000Z',
    periodEnd: '2024-01-31T23:59:59.000Z',
  };
}

export const freeTier = (): ZionLimit => aiUsageLimit([5_000, 50_000], [2_000, 20_000], [50, 100]);
export const proTier = (): ZionLimit =>
  aiUsageLimit([100_000, 1_000_000], [50_000, 500_000], [500, 10_000]);
export const nearlyExhausted = (): ZionLimit =>
  aiUsageLimit([49_900, 50_000], [19_900, 20_000], [99, 100]);
export const exhausted = (): ZionLimit =>
  aiUsageLimit([50_000, 50_000], [20_000, 20_000], [100, 100]);

/** An OpenAI model of a tier. */
export function tierModel(model: string, changes: Partial<ZionTierModel> = {}): ZionTierModel {
  return {
    provider: 'openai',
    model,
    relativeCost: 1,
    inputPricePerMillion: 0.15,
    outputPricePerMillion: 0.6,
    ...changes,
  };
}

const gpt4o = (): ZionTierModel =>
  tierModel('gpt-4o', { relativeCost: 5, inputPricePerMillion: 2.5, outputPricePerMillion: 10 });

export function defaultTierConfig(changes: Partial<ZionTierConfig['tiers']> = {}): ZionTierConfig {
  return {
    version: '1.0.0',
    updatedAt: '2024-01-01T00:00:00.000Z',
    tiers: {
      simple: [tierModel('gpt-4o-mini')],
      moderate: [gpt4o()],
      complex: [gpt4o()],
      ...changes,
    },
  };
}

/** One OpenAI model for each tier. */
export function tierConfigWith(simple: string, moderate: string, complex: string): ZionTierConfig {
  return defaultTierConfig({
    simple: [tierModel(simple)],
    moderate: [tierModel(moderate, { relativeCost: 5 })],
    complex: [tierModel(complex, { relativeCost: 10 })],
  });
}
