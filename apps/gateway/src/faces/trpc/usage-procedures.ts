import { isTimeZone } from '@tollgate/core/budgets';
import { tracked } from '@trpc/server';
import * as z from 'zod';
import { USAGE_GROUPS } from '../../ports/usage-reports.ts';
import type { Procedures, UsageSummaryInput, UsageTailInput } from './contract.ts';
import { parsed } from './parsed.ts';
import { procedure, valueOrThrow } from './trpc.ts';
import { tailUsage } from './usage-tail.ts';

const unixMs = z.int().min(0);

const SummaryInput = z.strictObject({
  from: unixMs.exactOptional(),
  to: unixMs.exactOptional(),
  zone: z
    .string()
    .max(64)
    .refine(isTimeZone, 'no time zone that is known: Europe/Berlin is one')
    .exactOptional(),
  groupBy: z.array(z.enum(USAGE_GROUPS)).max(USAGE_GROUPS.length).exactOptional(),
});

const TailInput = z.strictObject({ lastEventId: z.string().max(64).exactOptional() });

const summary = procedure
  .input((value: unknown): UsageSummaryInput | undefined => parsed(SummaryInput.optional(), value))
  .query(async ({ ctx, input }) => {
    const query = { groupBy: ['day', 'key', 'model'] as const, ...input };
    return valueOrThrow(await ctx.services.usage.summary(ctx.call.identity, query));
  });

const tail = procedure
  .input((value: unknown): UsageTailInput | undefined => parsed(TailInput.optional(), value))
  .subscription(async function* ({ ctx, input, signal = ctx.call.signal }) {
    const options = { lastEventId: input?.lastEventId, signal };
    for await (const event of tailUsage(ctx.services.usage, ctx.call.identity, options)) {
      yield tracked(event.callId, event);
    }
  });

export const usageProcedures = { summary, tail } satisfies Procedures['usage'];
