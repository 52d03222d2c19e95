import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import {
  decodeOpenAiEmbeddings,
  type EmbeddingReply,
  type EmbeddingRequest,
  encodeOpenAiEmbeddingRequest,
} from '@tollgate/core/embeddings';
import type { Clock } from '../ports/clock.ts';
import { bookedOnBug } from './booked-on-bug.ts';
import type { Call } from './call.ts';
import type { Metering } from './call-meter.ts';
import type { ChatService } from './chat.ts';
import type { Destination } from './destination.ts';
import { type Exchange, readJsonReply } from './provider-exchange.ts';
import { speaks } from './provider-request.ts';

/** Embeddings in the hub's words. Bodies of OpenAI's dialect pass through the chat service's `wire`. */
export interface EmbeddingService {
  create(call: Call, request: EmbeddingRequest): Promise<Result<EmbeddingReply, GatewayError>>;
}

export interface EmbeddingDeps {
  readonly clock: Clock;
  readonly find: ChatService['find'];
  readonly metering: Metering;
  readonly exchange: Exchange;
}

export function createEmbeddingService(deps: EmbeddingDeps): EmbeddingService {
  return {
    create: async (call, request) => {
      const found = await deps.find(call, request.model);
      if (!found.ok) return found;
      if (!speaks(found.value, 'openai-embeddings')) return err(none(found.value));
      const input = textOf(request);
      const started = await deps.metering.start(call, found.value, {
        stream: false,
        inputBytes: input.length,
        maxOutputTokens: 0,
      });
      if (!started.ok) return started;
      const meter = started.value;
      const text = { input: () => input, output: () => '' };
      const reply = await bookedOnBug({ meter, text }, () =>
        embed(deps.exchange, call, { request, destination: found.value }),
      );
      if (!reply.ok) {
        meter.finish({ error: reply.error, losses: [], text });
        return reply;
      }
      if (reply.value.usage !== undefined) meter.sawUsage(reply.value.usage);
      meter.sawModel(reply.value.model);
      meter.finish({ losses: [], text });
      return ok(reply.value);
    },
  };
}

async function embed(
  exchange: Exchange,
  call: Call,
  asked: { readonly request: EmbeddingRequest; readonly destination: Destination },
): Promise<Result<EmbeddingReply, GatewayError>> {
  const { request, destination } = asked;
  const sent = await exchange({
    call,
    destination,
    operation: 'openai-embeddings',
    body: JSON.stringify(encodeOpenAiEmbeddingRequest(request, destination.model)),
  });
  if (!sent.ok) return sent;
  const provider = destination.provider.name;
  const read = await readJsonReply(sent.value, provider);
  if (!read.ok) return read;
  return decodeOpenAiEmbeddings(read.value.json, {
    provider,
    model: destination.model,
    items: request.input.length,
  });
}

const textOf = (request: EmbeddingRequest): string =>
  request.input.map((item) => (typeof item === 'string' ? item : item.join(' '))).join('\n');

const none = (destination: Destination): GatewayError => ({
  kind: 'invalid_request',
  path: 'model',
  detail: `The provider "${destination.provider.name}" makes no embeddings that Tollgate can ask for. Choose a model of another provider.`,
});
