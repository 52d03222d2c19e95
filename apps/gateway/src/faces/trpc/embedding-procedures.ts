import { decodeHubEmbeddingRequest, encodeHubEmbeddingReply } from '@tollgate/core/dialects';
import type { EmbeddingInput, EmbeddingOutput, Procedures } from './contract.ts';
import { procedure, valueOrThrow } from './trpc.ts';

const create = procedure
  .input((value: unknown): EmbeddingInput => valueOrThrow(decodeHubEmbeddingRequest(value)))
  .mutation(async ({ ctx, input }): Promise<EmbeddingOutput> => {
    const answer = valueOrThrow(await ctx.services.embeddings.create(ctx.call, input));
    ctx.served(answer);
    const { reply, losses } = answer;
    return { callId: ctx.call.id, reply: encodeHubEmbeddingReply(reply), losses };
  });

export const embeddingProcedures = { create } satisfies Procedures['embeddings'];
