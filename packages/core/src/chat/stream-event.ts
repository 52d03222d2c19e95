import type { JsonObject } from '../json/json-value.ts';
import type {
  Annotation,
  OpaquePart,
  ServerToolPart,
  SharedTurn,
  TokenLogprob,
} from './content-part.ts';
import type { GatewayError } from './error.ts';
import type { ProviderState } from './provider-state.ts';
import type { StopReason } from './reply.ts';
import type { Rest } from './rest.ts';
import type { Usage } from './usage.ts';

/** What is known of a part when it begins. Parts that come whole carry all of it here. */
export type PartStart =
  | { readonly type: 'text'; readonly rest?: Rest }
  | { readonly type: 'reasoning'; readonly form?: 'full' | 'summary'; readonly rest?: Rest }
  | { readonly type: 'refusal'; readonly rest?: Rest }
  | {
      readonly type: 'tool-call';
      readonly id: string;
      readonly name: string;
      readonly isCustom?: true;
      readonly rest?: Rest;
    }
  | {
      readonly type: 'media';
      readonly kind: 'image' | 'audio' | 'file' | 'video';
      readonly mediaType?: string;
      readonly url?: string;
      /** The provider's id of a file that it keeps. */
      readonly fileId?: string;
      readonly name?: string;
      readonly rest?: Rest;
    }
  | Omit<ServerToolPart, 'state' | 'cache'>
  | Omit<OpaquePart, 'state' | 'cache'>;

export type PartDelta =
  /** Text of a text, reasoning or refusal part, or of a media part that is text; appended. */
  | { readonly type: 'text'; readonly text: string }
  /** Arguments of a tool call; appended. */
  | { readonly type: 'arguments'; readonly json: string }
  /** Base64 of a media part; appended. */
  | { readonly type: 'data'; readonly base64: string }
  | { readonly type: 'transcript'; readonly text: string }
  | { readonly type: 'annotation'; readonly annotation: Annotation }
  | { readonly type: 'logprobs'; readonly logprobs: readonly TokenLogprob[] }
  | { readonly type: 'state'; readonly state: ProviderState }
  /** Replaces a server tool's raw object, when the provider completes it. */
  | { readonly type: 'raw'; readonly raw: JsonObject; readonly shared?: SharedTurn };

/**
 * A reply in time. Order: `start`; per choice `part-start`, its `part-delta`s, `part-end`, with part
 * indexes ascending from 0; `usage` (the latest wins); `choice-end` once a choice; then exactly one
 * `end` or `error`, last. Parts of one choice may overlap only where their provider interleaves them.
 */
export type StreamEvent =
  | {
      readonly type: 'start';
      readonly id: string;
      readonly model: string;
      readonly created?: number;
      readonly serviceTier?: string;
      readonly rest?: Rest;
    }
  | {
      readonly type: 'part-start';
      readonly choice: number;
      readonly part: number;
      readonly start: PartStart;
    }
  | {
      readonly type: 'part-delta';
      readonly choice: number;
      readonly part: number;
      readonly delta: PartDelta;
    }
  | { readonly type: 'part-end'; readonly choice: number; readonly part: number }
  | { readonly type: 'usage'; readonly usage: Usage }
  | {
      readonly type: 'choice-end';
      readonly choice: number;
      readonly stopReason: StopReason;
      readonly rawReason?: string;
      readonly stopSequence?: string;
      readonly rest?: Rest;
    }
  | { readonly type: 'end' }
  | { readonly type: 'error'; readonly error: GatewayError };

export const isTerminal = (event: StreamEvent): boolean =>
  event.type === 'end' || event.type === 'error';
