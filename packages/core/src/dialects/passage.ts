import type { GatewayError } from '../chat/error.ts';
import type { Usage } from '../chat/usage.ts';
import type { SaidMetadata } from '../directory/client-metadata.ts';
import type { JsonObject, JsonValue } from '../json/json-value.ts';
import type { Ability } from '../providers/ability.ts';
import type { Quirks } from '../providers/quirks.ts';
import type { Result } from '../result.ts';
import type { SseEvent } from '../sse/sse-event.ts';
import type { DialectId } from './dialect-id.ts';

/** What is ours to check on a body that passes through; the rest is the provider's. */
export interface Envelope {
  readonly model: string;
  readonly stream: boolean;
  readonly maxOutputTokens?: number;
  /** True when the client itself asked for usage in its stream. */
  readonly includeUsage: boolean;
  /** True where more than one choice is asked for. */
  readonly severalChoices?: boolean;
  /** How many answers are written; absent: one. */
  readonly choices?: number;
  /** The class of service that it asks for, as its dialect names it. */
  readonly serviceTier?: string;
  /** What the client says of the call for its own reports, bounded. */
  readonly metadata?: SaidMetadata;
}

/**
 * Top-level fields to be written into a body that passes, by name; the rest of its bytes stay. What
 * is undefined is taken out.
 * `model` is always the caller's business and not named here.
 */
export type Edits = { readonly [field: string]: JsonValue | undefined };

/**
 * What a tap says of one event: send it on, send it on as the last one whatever the provider does with
 * its connection, leave it out, or end with this error instead.
 */
export type Verdict =
  | { readonly type: 'pass' }
  | { readonly type: 'last' }
  | { readonly type: 'drop' }
  | { readonly type: 'fail'; readonly error: GatewayError };

/** Watches a stream that passes, for the meter; parses no more than it must. */
export interface Tap {
  push(event: SseEvent): Verdict;
  /** The provider's own count, once it came. */
  usage(): Usage | undefined;
  /** The model that served, once it was told. */
  model(): string | undefined;
  /** The class of service that it was served in, where the dialect tells. */
  serviceTier?(): string | undefined;
  /** True once the dialect's own end was seen; a stream that stops before is truncated. */
  hasEnded(): boolean;
  /**
   * How the dialect ends a stream that failed, where that repeats what the stream has told already;
   * absent, or undefined: by an error that stands for itself.
   */
  failure?(error: GatewayError): SseEvent | undefined;
}

export interface TapOptions {
  readonly provider: string;
  readonly quirks: Quirks;
  /** True when usage was switched on by us: its extra chunk is taken out again. */
  readonly dropUsageChunk: boolean;
  /** True when the stream holds several choices: it has ended when all of them have. */
  readonly severalChoices?: boolean;
}

/** Spells out of a stream's events the text of the reply that would have come at once. */
export interface Gatherer {
  /** The data of one event. */
  push(data: string): void;
  /** Undefined: the stream did not hold a whole one. */
  reply(): string | undefined;
}

/** Puts right in a passing reply what its provider's quirks name, and leaves the rest of its text. */
export interface Mender {
  /** The event's data as it goes on; undefined: it is left out. */
  event(event: SseEvent): string | undefined;
  reply(text: string, body: JsonValue): string;
}

/** How bodies of one dialect pass through: read for the meter, changed only where they must be. */
export interface Passage {
  readonly id: DialectId;
  envelope(body: JsonObject): Result<Envelope, GatewayError>;
  /** Edits to the request besides the model: usage switched on for streams, listed quirks mended. */
  edits(body: JsonObject, envelope: Envelope, quirks: Quirks): Edits;
  /** True where the provider takes such a body of this model only in another dialect that it speaks. */
  isRefused?(body: JsonObject, ability: Ability): boolean;
  /** True where a body asks for output by a schema. */
  asksForSchema?(body: JsonObject): boolean;
  /** Reads a whole reply for the meter; not a check of its shape beyond "this is a reply". */
  readReply(
    body: JsonValue,
    options: { readonly provider: string; readonly quirks: Quirks },
  ): Result<ReadReply, GatewayError>;
  createTap(options: TapOptions): Tap;
  /**
   * For a whole reply that is asked for as a stream; undefined: such a body can't be. Absent: such streams
   * are gathered in the hub's words.
   */
  gather?(body: JsonObject): Gatherer | undefined;
  /** Absent, or undefined: with such quirks a reply is the client's as it comes. */
  createMender?(quirks: Quirks, options: MenderOptions): Mender | undefined;
  /** Gives a provider back, in its own place, what a mender put elsewhere in an earlier reply. */
  restore?(text: string, body: JsonObject, quirks: Quirks): string;
  /** Text of a request or reply body or stream payload, for an estimate where no usage came. */
  inputText(body: JsonObject): string;
  outputText(body: JsonValue): string;
  /** How many messages a request holds, for the same estimate; absent where there are none. */
  messageCount?(body: JsonObject): number;
}

export interface MenderOptions {
  /** True when the client asked for usage, or the reply isn't streamed. */
  readonly includeUsage: boolean;
}

export interface ReadReply {
  readonly model?: string;
  readonly serviceTier?: string;
  readonly usage?: Usage;
}
