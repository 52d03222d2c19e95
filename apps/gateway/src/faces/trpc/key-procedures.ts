import { IdWire, type NewKey, NewKeyWire } from '@tollgate/core/directory';
import * as z from 'zod';
import type { Procedures, RevokeKeyInput } from './contract.ts';
import { parsed } from './parsed.ts';
import { procedure, valueOrThrow } from './trpc.ts';

/** As many as were ever told at once; `admin.keys.list` tells all of them, by pages. */
const MOST_LISTED = 1_000;

const RevokeInput = z.strictObject({ key: IdWire });

const create = procedure
  .input((value: unknown): NewKey => parsed(NewKeyWire, value))
  .mutation(async ({ ctx, input }) =>
    valueOrThrow(await ctx.services.directory.keys.create(ctx.call.identity, input)),
  );

const list = procedure.query(async ({ ctx }) => {
  const { keys } = ctx.services.directory;
  return valueOrThrow(await keys.list(ctx.call.identity, { limit: MOST_LISTED })).items;
});

const revoke = procedure
  .input((value: unknown): RevokeKeyInput => parsed(RevokeInput, value))
  .mutation(async ({ ctx, input }) => {
    valueOrThrow(await ctx.services.directory.keys.revokeNamed(ctx.call.identity, input.key));
    return { revoked: true as const };
  });

/** For administrators; the service refuses others. */
export const keyProcedures = { create, list, revoke } satisfies Procedures['keys'];
