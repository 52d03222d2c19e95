import { adminProcedures } from './admin-procedures.ts';
import { chatProcedures } from './chat-procedures.ts';
import type { Procedures } from './contract.ts';
import { embeddingProcedures } from './embedding-procedures.ts';
import { keyProcedures } from './key-procedures.ts';
import { procedure, router } from './trpc.ts';
import { usageProcedures } from './usage-procedures.ts';

/** The typed face: the hub's own words, by name. */
export const appRouter = router({
  chat: chatProcedures,
  embeddings: embeddingProcedures,
  models: {
    list: procedure.query(({ ctx }) => ctx.services.models.list(ctx.call.identity)),
  },
  usage: usageProcedures,
  keys: keyProcedures,
  admin: adminProcedures,
  health: procedure.query(({ ctx }) => ctx.services.health.report()),
} satisfies Procedures);
