import type { MediaPart } from '../chat/content-part.ts';
import type { GatewayError } from '../chat/error.ts';
import type { Encoded, Loss } from '../chat/loss.ts';
import type { StateOrigin } from '../chat/provider-state.ts';
import type { ChatReply } from '../chat/reply.ts';
import type { ChatRequest } from '../chat/request.ts';
import type { StreamEvent } from '../chat/stream-event.ts';
import type { ServerTool } from '../chat/tool.ts';
import type { Stepper } from '../fold.ts';
import type { JsonObject, JsonValue } from '../json/json-value.ts';
import type { Ability } from '../providers/ability.ts';
import type { Betas } from '../providers/provider-description.ts';
import type { Quirks } from '../providers/quirks.ts';
import type { Result } from '../result.ts';
import type { SseEvent } from '../sse/sse-event.ts';
import type { StatePlaces } from '../state/state-places.ts';
import type { ClientWords } from './client-words.ts';
import type { DialectId } from './dialect-id.ts';
import type { Passage } from './passage.ts';

/** Who is being spoken to, for an encoder of requests and a decoder of replies. */
export interface Target {
  /** The configured provider's name: stands in errors and in the origin of state. */
  readonly provider: string;
  /** The model as the provider calls it. */
  readonly model: string;
  readonly ability: Ability;
  readonly quirks: Quirks;
  /** The opt-ins that it knows, by their header; absent: none. */
  readonly betas?: Betas;
  /** Of the provider's API, where its dialect has versions that differ; absent: the oldest. */
  readonly apiVersion?: string;
  readonly origin: StateOrigin;
}

/** What an encoder of replies must know of the request it answers. */
export interface Answering {
  /** The id our reply carries when the provider sent none. */
  readonly replyId: string;
  /** Unix seconds, for a provider that doesn't say when. */
  readonly created: number;
  /** The model as the client asked for it, for a provider that doesn't say. */
  readonly model: string;
  /** Chat Completions sends usage in streams only when asked. */
  readonly includeUsage: boolean;
  /** The reply is kept, and found again under `replyId`: the provider's own id stays out of it. */
  readonly isKept?: boolean;
  /** Unix seconds, for a dialect that says when a reply was finished. */
  readonly now?: () => number;
  /** What the reply repeats of its request, where the dialect's replies do: by their wire names. */
  readonly repeated?: JsonObject;
  /** What else the client asked to be told, in its dialect's words; absent: no more than the usual. */
  readonly include?: readonly string[];
}

export interface EncodedRequest extends Encoded<JsonObject> {
  /** What must be said beside the body, for something in it to be taken. */
  readonly headers?: { readonly [name: string]: string };
}

export interface DecodedRequest {
  readonly request: ChatRequest;
  /** What the decoder left out, where its contract says that it does (native's nested fields). */
  readonly losses: readonly Loss[];
}

export interface StreamEncoder extends Stepper<StreamEvent, SseEvent> {
  /** What could not be said so far. */
  losses(): readonly Loss[];
}

/** The side of a wire dialect that clients speak. */
export interface FaceCodec {
  readonly id: DialectId;
  readonly statePlaces: StatePlaces;
  /** Absent where clients speak the hub's own words, or none speaks the dialect. */
  readonly clientWords?: ClientWords;

  decodeRequest(body: JsonObject): Result<DecodedRequest, GatewayError>;
  encodeReply(reply: ChatReply, answering: Answering): Encoded<JsonObject>;
  createStreamEncoder(answering: Answering): StreamEncoder;
}

/** One wire dialect, both ways: the same codec serves as client face and as provider adapter. */
export interface Codec extends FaceCodec {
  encodeRequest(request: ChatRequest, target: Target): Result<EncodedRequest, GatewayError>;

  decodeReply(body: JsonValue, target: Target): Result<ChatReply, GatewayError>;

  /** What of the request its provider did not read, by the head of its reply; absent: it never says. */
  leftOut?(reply: Pick<ChatReply, 'rest'>): readonly Loss[];

  /** Yields exactly one `end` or `error`, last; a stream that stops before its end is an `error`. */
  createStreamDecoder(target: Target): Stepper<SseEvent, StreamEvent>;
}

/** A dialect that providers speak too, so that bodies of it can pass through. */
export interface Dialect extends Codec {
  readonly passage: Passage;
  /** How media of each kind may come: also by their address, or as bytes only. Absent: not at all. */
  readonly media: { readonly [kind in MediaPart['kind']]?: 'address' | 'bytes' };
  /** What a provider's own tool is called, where no function may be called the same. */
  readonly serverToolName?: (tool: ServerTool) => string;
  /** Present where its providers count the tokens of a request without answering it. */
  readonly tokenCounting?: TokenCounting;
}

/** A request to be counted and not answered, and its count. */
export interface TokenCounting {
  decodeRequest(body: JsonObject): Result<DecodedRequest, GatewayError>;
  /** Of a body that would be answered, what is counted. */
  encodeRequest(body: JsonObject): JsonObject;
  /** A number, unless the reply is no count. */
  decodeReply(body: JsonValue): JsonValue | undefined;
  encodeReply(tokens: number): JsonObject;
}
