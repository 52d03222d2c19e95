import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError, Usage } from '@tollgate/core/chat';
import type { Target } from '@tollgate/core/dialects';
import {
  countedInput,
  type EmbeddingProvider,
  type EmbeddingReply,
  type EmbeddingRequest,
  type Vector,
} from '@tollgate/core/embeddings';
import type { Operation } from '@tollgate/core/providers';
import type { Call } from './call.ts';
import type { Destination } from './destination.ts';
import { type Exchange, readJsonReply } from './provider-exchange.ts';
import { withoutSecrets } from './without-secrets.ts';

/** Requests that one call may become, where a provider takes fewer inputs at once than the client sent. */
const MAX_PIECES = 32;

/** How a provider is asked for embeddings. */
export interface Embedder {
  readonly operation: Operation;
  readonly provider: EmbeddingProvider;
}

interface Embedding {
  readonly exchange: Exchange;
  readonly call: Call;
  readonly destination: Destination;
  readonly target: Target;
  readonly request: EmbeddingRequest;
  readonly embedder: Embedder;
  /** After each piece that was answered: from then on something was spent. */
  readonly onPiece?: () => void;
}

export interface EmbeddedPieces {
  readonly reply: Result<EmbeddingReply, GatewayError>;
  /** What was counted, up to a failure; absent: some piece was not. */
  readonly usage: Usage | undefined;
}

/** A call that would become too many requests; found before the first is sent. */
export function tooManyInputs(
  { provider }: Embedder,
  { input }: EmbeddingRequest,
  target: Target,
): GatewayError | undefined {
  const most = MAX_PIECES * provider.maxInputs(target);
  if (input.length <= most) return undefined;
  const detail = `at most ${most} inputs can be embedded by this model in one call`;
  return { kind: 'invalid_request', path: 'input', detail };
}

/** One request after the other, in the order of the inputs: together they are one call, booked once. */
export async function embedInPieces(embedding: Embedding): Promise<EmbeddedPieces> {
  const { request, embedder, target } = embedding;
  const size = embedder.provider.maxInputs(target);
  const vectors: Vector[] = [];
  let model = target.model;
  let tokens: number | undefined = 0;
  const counted = (): Usage | undefined =>
    tokens === undefined || vectors.length === 0 ? undefined : countedInput(tokens);
  for (let at = 0; at < request.input.length; at += size) {
    const input = request.input.slice(at, at + size);
    const piece = await embedPiece(embedding, { ...request, input });
    if (!piece.ok) return { reply: piece, usage: counted() };
    embedding.onPiece?.();
    vectors.push(...piece.value.vectors);
    model = piece.value.model;
    const own = piece.value.usage?.input.uncached;
    tokens = tokens === undefined || own === undefined ? undefined : tokens + own;
  }
  const usage = counted();
  return {
    reply: ok({ model, vectors, ...(usage === undefined ? {} : { usage }) }),
    usage,
  };
}

async function embedPiece(
  { exchange, call, destination, target, embedder }: Embedding,
  piece: EmbeddingRequest,
): Promise<Result<EmbeddingReply, GatewayError>> {
  const sent = await exchange({
    call,
    destination,
    operation: embedder.operation,
    body: embedder.provider.encodeRequest(piece, target).value,
  });
  if (!sent.ok) return sent;
  const read = await readJsonReply(sent.value, target.provider);
  if (!read.ok) return read;
  const decoded = embedder.provider.decodeReply(read.value.json, piece, target);
  return decoded.ok ? decoded : err(withoutSecrets(decoded.error, destination.provider));
}
