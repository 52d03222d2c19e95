import { DeadLetterQueryWire, ResendWire } from '../http/outbox-wire.ts';
import type { OutboxProcedures } from './contract.ts';
import { parsed } from './parsed.ts';
import { procedure, valueOrThrow } from './trpc.ts';

const status = procedure.query(async ({ ctx }) =>
  valueOrThrow(await ctx.services.outbox.status(ctx.call.identity)),
);

const deadLetters = procedure
  .input((value: unknown) => parsed(DeadLetterQueryWire.optional(), value))
  .query(async ({ ctx, input = {} }) =>
    valueOrThrow(await ctx.services.outbox.deadLetters(ctx.call.identity, input)),
  );

const resend = procedure
  .input((value: unknown) => parsed(ResendWire, value))
  .mutation(async ({ ctx, input }) =>
    valueOrThrow(await ctx.services.outbox.resend(ctx.call.identity, input)),
  );

/** For administrators; the service refuses others. */
export const outboxProcedures = { status, deadLetters, resend } satisfies OutboxProcedures;
