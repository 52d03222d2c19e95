import * as z from 'zod';
import { FACE_NAMES } from '../../config/face-names.ts';
import type { NewKey } from '../../ports/key-store.ts';
import type { Procedures, RevokeKeyInput } from './contract.ts';
import { parsed } from './parsed.ts';
import { procedure, valueOrThrow } from './trpc.ts';

const names = z.array(z.string().min(1).max(256)).max(1_000).readonly();

const CreateInput = z.strictObject({
  name: z.string().trim().min(1).max(128),
  role: z.enum(['admin', 'member']),
  allowedModels: names.exactOptional(),
  allowedFaces: z.array(z.enum(FACE_NAMES)).max(FACE_NAMES.length).readonly().exactOptional(),
  requestsPerMinute: z.int().min(1).max(1_000_000).exactOptional(),
});

const RevokeInput = z.strictObject({ key: z.string().min(1).max(256) });

const create = procedure
  .input((value: unknown): NewKey => parsed(CreateInput, value))
  .mutation(async ({ ctx, input }) =>
    valueOrThrow(await ctx.services.keys.create(ctx.call.identity, input)),
  );

const list = procedure.query(async ({ ctx }) =>
  valueOrThrow(await ctx.services.keys.list(ctx.call.identity)),
);

const revoke = procedure
  .input((value: unknown): RevokeKeyInput => parsed(RevokeInput, value))
  .mutation(async ({ ctx, input }) => {
    valueOrThrow(await ctx.services.keys.revoke(ctx.call.identity, input.key));
    return { revoked: true as const };
  });

/** For administrators; the service refuses others. */
export const keyProcedures = { create, list, revoke } satisfies Procedures['keys'];
