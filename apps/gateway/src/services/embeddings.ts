import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError, Loss } from '@tollgate/core/chat';
import type { ProviderDialectId, Target } from '@tollgate/core/dialects';
import {
  cohereEmbeddings,
  type EmbeddingFace,
  type EmbeddingReply,
  type EmbeddingRequest,
  geminiEmbeddings,
  isRefusedEmbedding,
  openAiEmbeddings,
} from '@tollgate/core/embeddings';
import type { JsonObject } from '@tollgate/core/json';
import { dialectsFor } from '@tollgate/core/providers';
import type { Clock } from '../ports/clock.ts';
import type { Served, WireAnswer } from './answer.ts';
import { bookedOnBug } from './booked-on-bug.ts';
import { embeds } from './budgets/or-cheaper.ts';
import type { Call } from './call.ts';
import type { CountedText, Metering } from './call-meter.ts';
import type { ChatService } from './chat.ts';
import { weightOf } from './choose-dialect.ts';
import { type Destination, targetOf } from './destination.ts';
import { type Embedder, embedInPieces, tooManyInputs } from './embed-in-pieces.ts';
import { checkLosses, refusalsOf } from './losses.ts';
import type { Pass } from './pass.ts';
import type { Exchange } from './provider-exchange.ts';
import { speaks } from './provider-request.ts';
import type { WireProtocol } from './wire-protocol.ts';

/** A body in a dialect that providers speak too. */
export interface EmbeddingWireRequest {
  readonly protocol: WireProtocol;
  readonly face: EmbeddingFace;
  /** The body as the client sent it, and parsed. */
  readonly text: string;
  readonly body: JsonObject;
  /** The body by the provider's own name of the model, where it says that deeper than at its top. */
  readonly renamed?: ((model: string) => string) | undefined;
}

export interface EmbeddingAnswer {
  readonly reply: EmbeddingReply;
  readonly losses: readonly Loss[];
  readonly served: Served;
}

/** The use case behind every face's embeddings: they pass where the dialect is the same, else are translated. */
export interface EmbeddingService {
  /** In the hub's own words. */
  create(call: Call, request: EmbeddingRequest): Promise<Result<EmbeddingAnswer, GatewayError>>;
  wire(call: Call, request: EmbeddingWireRequest): Promise<Result<WireAnswer, GatewayError>>;
}

export interface EmbeddingDeps {
  readonly clock: Clock;
  readonly choose: ChatService['choose'];
  readonly metering: Metering;
  readonly exchange: Exchange;
  readonly pass: Pass;
}

/** How a provider of each dialect is asked; absent: such providers make no embeddings. */
const EMBEDDERS: { readonly [dialect in ProviderDialectId]?: Embedder } = {
  'openai-chat': { operation: 'openai-embeddings', provider: openAiEmbeddings },
  gemini: { operation: 'gemini-batch-embed-contents', provider: geminiEmbeddings },
  'cohere-chat': { operation: 'cohere-embeddings', provider: cohereEmbeddings },
};

export function createEmbeddingService(deps: EmbeddingDeps): EmbeddingService {
  const translate = async (
    call: Call,
    destination: Destination,
    asked: {
      readonly request: EmbeddingRequest;
      readonly losses: readonly Loss[];
      readonly names?: EmbeddingFace['names'];
    },
  ): Promise<Result<EmbeddingAnswer, GatewayError>> => {
    const { request } = asked;
    const target = targetOf(destination);
    const chosen = chooseEmbedder(request, target, destination);
    if (chosen === undefined) return err(makesNone(destination));
    const named = chosen.losses.map((loss) => ({
      ...loss,
      path: asked.names?.[loss.path] ?? loss.path,
    }));
    const losses = checkLosses([...asked.losses, ...named], {
      strict: call.strict,
      refuses: refusalsOf(destination),
    });
    if (!losses.ok) return losses;
    const tooMany = tooManyInputs(chosen.embedder, request, target);
    if (tooMany !== undefined) return err(tooMany);

    const text = textOf(request);
    const started = await deps.metering.start(call, destination, {
      stream: false,
      inputBytes: text.input().length,
      maxOutputTokens: 0,
      sentBytes: () => Buffer.byteLength(JSON.stringify(request.input)),
      unseenInput: () => undefined,
    });
    if (!started.ok) return started;
    const meter = started.value;
    const sentAt = deps.clock.monotonic();
    const { reply, usage } = await bookedOnBug({ meter, text }, () =>
      embedInPieces({
        ...deps,
        call,
        destination,
        target,
        request,
        embedder: chosen.embedder,
        onPiece: meter.sawFirstToken,
      }),
    );
    if (usage !== undefined) meter.sawUsage(usage);
    if (!reply.ok) {
      meter.finish({ error: reply.error, losses: losses.value, text });
      return reply;
    }
    meter.sawModel(reply.value.model);
    meter.finish({ losses: losses.value, text });
    const served = { destination, providerMs: deps.clock.monotonic() - sentAt };
    return ok({ reply: reply.value, losses: losses.value, served });
  };

  return {
    create: async (call, request) => {
      const found = await deps.choose(call, request.model, embeds);
      return found.ok ? translate(call, found.value, { request, losses: [] }) : found;
    },

    wire: async (call, { protocol, face, text, body, renamed }) => {
      const envelope = protocol.passage.envelope(body);
      if (!envelope.ok) return envelope;
      const found = await deps.choose(call, envelope.value.model, embeds);
      if (!found.ok) return found;
      const destination = found.value;
      const passes =
        speaks(destination, protocol.operation) &&
        !isRefusedEmbedding(body, destination.provider.quirks);
      if (passes) {
        const named = renamed?.(destination.model) ?? text;
        return deps.pass(call, {
          protocol,
          destination,
          envelope: envelope.value,
          text: named,
          body,
        });
      }
      const decoded = face.decodeRequest(body);
      if (!decoded.ok) return decoded;
      const answer = await translate(call, destination, { ...decoded.value, names: face.names });
      if (!answer.ok) return answer;
      const { reply, losses, served } = answer.value;
      const json = face.encodeReply(reply, decoded.value.request);
      return ok({ type: 'whole', body: JSON.stringify(json), losses, served });
    },
  };
}

/** Of the ways that a provider can be asked, the one that can say most; its own order decides between equals. */
function chooseEmbedder(
  request: EmbeddingRequest,
  target: Target,
  destination: Destination,
): { readonly embedder: Embedder; readonly losses: readonly Loss[] } | undefined {
  const refuses = refusalsOf(destination);
  const ways = dialectsFor(destination.provider, destination.model).flatMap((dialect) => {
    const embedder = EMBEDDERS[dialect];
    if (embedder === undefined || !speaks(destination, embedder.operation)) return [];
    const { losses } = embedder.provider.encodeRequest(request, target);
    return [{ embedder, losses }];
  });
  return ways.sort(
    (one, other) => weightOf(one.losses, refuses) - weightOf(other.losses, refuses),
  )[0];
}

const textOf = ({ input }: EmbeddingRequest): CountedText => ({
  input: () => input.map((item) => (typeof item === 'string' ? item : item.join(' '))).join('\n'),
  output: () => '',
});

const makesNone = ({ provider }: Destination): GatewayError => ({
  kind: 'invalid_request',
  path: 'model',
  detail: `The provider "${provider.name}" makes no embeddings that Tollgate can ask for. Choose a model of another provider.`,
});
