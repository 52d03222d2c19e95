import { isTimeZone } from '@tollgate/core/budgets';
import * as z from 'zod';
import { USAGE_GROUPS, type UsageGroup, type UsageRow } from '../../ports/usage-reports.ts';

/* What was used, over HTTP: the rows of the one report that every face and the command line show. */

const Count = z.int();

const groupOf = (word: string): UsageGroup | undefined => USAGE_GROUPS.find((one) => one === word);

/** Instants in Unix milliseconds; groups in one text, with commas between. */
export const UsageQueryWire = z.strictObject({
  from: z.coerce.number().int().min(0).exactOptional().meta({
    description: 'Unix milliseconds, inclusive. Absent: from the beginning.',
  }),
  to: z.coerce.number().int().min(0).exactOptional().meta({
    description: 'Unix milliseconds, exclusive. Absent: until now.',
  }),
  zone: z
    .string()
    .max(64)
    .refine(isTimeZone, 'no time zone that is known: Europe/Berlin is one')
    .exactOptional()
    .meta({ description: 'IANA name of the time zone of days and months. Absent: UTC.' }),
  groupBy: z
    .string()
    .max(200)
    .refine(
      (text) => text.split(',').every((word) => groupOf(word) !== undefined),
      `expected some of ${USAGE_GROUPS.join(', ')}, with commas between`,
    )
    .exactOptional()
    .meta({
      description: `Some of ${USAGE_GROUPS.join(', ')}, with commas between. Absent: day,key,model.`,
    }),
});

export const groupsOf = (text: string): readonly UsageGroup[] => [
  ...new Set(text.split(',').flatMap((word) => groupOf(word) ?? [])),
];

const UsageRowWire: z.ZodType<UsageRow> = z.strictObject({
  day: z.string().exactOptional(),
  month: z.string().exactOptional(),
  keyId: z.string().exactOptional(),
  keyName: z.string().exactOptional(),
  userId: z.string().exactOptional(),
  teamId: z.string().exactOptional(),
  organisationId: z.string().exactOptional(),
  model: z.string().exactOptional().meta({ description: '`provider/model`, as it served.' }),
  serviceTier: z.string().exactOptional(),
  face: z.string().exactOptional(),
  tag: z.string().exactOptional(),
  requests: Count,
  inputTokens: Count,
  cachedInputTokens: Count,
  cacheWriteTokens: Count,
  outputTokens: Count,
  reasoningTokens: Count,
  estimatedRequests: Count,
  failedRequests: Count,
  costPicoUsd: z.string().meta({ description: 'Whole pico-dollars (1e-12 USD), as text.' }),
  unpricedRequests: Count.meta({ description: 'Calls whose cost is unknown: not in the sum.' }),
});

export const UsageRowsWire: z.ZodType<{ readonly rows: readonly UsageRow[] }> = z.strictObject({
  rows: z.array(UsageRowWire).readonly(),
});
