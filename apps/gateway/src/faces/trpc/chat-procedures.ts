import type { ChatRequest, StreamEvent } from '@tollgate/core/chat';
import { decodeHubRequest, encodeHubEvent, encodeHubReply } from '@tollgate/core/dialects';
import type { TRPCError } from '@trpc/server';
import type { HubAnswer } from '../../services/answer.ts';
import type { TrpcContext } from './context.ts';
import type { ChatInput, ChatOutput, Procedures } from './contract.ts';
import { thrown } from './errors.ts';
import { procedure, valueOrThrow } from './trpc.ts';

/** Checked by the hub's schema; the type is what clients write. */
function chatInput(value: unknown): ChatInput {
  const { stream: _stream, ...request } = valueOrThrow(decodeHubRequest(value));
  return request;
}

async function ask(ctx: TrpcContext, request: ChatRequest): Promise<HubAnswer> {
  const { chat } = ctx.services;
  const destination = valueOrThrow(await chat.choose(ctx.call, request.model));
  const answer = valueOrThrow(
    await chat.hub(ctx.call, { request, body: request, destination, losses: [] }),
  );
  ctx.served(answer);
  return answer;
}

const otherThanAsked = (): TRPCError =>
  thrown({
    kind: 'internal',
    detail: 'the service answered in another form than it was asked for',
  });

const complete = procedure
  .input(chatInput)
  .mutation(async ({ ctx, input }): Promise<ChatOutput> => {
    const answer = await ask(ctx, { ...input, stream: false });
    if (answer.type !== 'whole') throw otherThanAsked();
    const { provider, model } = answer.served.destination;
    return {
      callId: ctx.call.id,
      model: `${provider.name}/${model}`,
      reply: encodeHubReply(answer.reply),
      losses: answer.losses,
    };
  });

const stream = procedure.input(chatInput).mutation(async ({ ctx, input }) => {
  const answer = await ask(ctx, { ...input, stream: true });
  if (answer.type !== 'stream') throw otherThanAsked();
  const batches = answer.batches[Symbol.asyncIterator]();
  ctx.owns(batches);
  // Asked for here, so that what reads the provider has begun: only then does closing it book the call.
  return eachEvent(await batches.next(), batches);
});

type Batch = IteratorResult<readonly StreamEvent[]>;

async function* eachEvent(
  first: Batch,
  batches: AsyncIterator<readonly StreamEvent[]>,
): AsyncGenerator<StreamEvent, void> {
  for (let batch = first; batch.done !== true; batch = await batches.next()) {
    for (const event of batch.value) yield encodeHubEvent(event);
  }
}

export const chatProcedures = { complete, stream } satisfies Procedures['chat'];
