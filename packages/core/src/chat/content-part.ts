import type { JsonObject, JsonValue } from '../json/json-value.ts';
import type { ProviderState } from './provider-state.ts';
import type { Rest } from './rest.ts';

/** A prompt-cache mark: "the prefix up to here may be cached". */
export interface CacheMark {
  /** How long the provider is asked to keep it; absent: the provider's default. */
  readonly lifetime?: '5m' | '1h';
}

interface PartBase {
  readonly cache?: CacheMark;
  /** Provider state that belongs to this part and must come back untouched. */
  readonly state?: readonly ProviderState[];
  /** Unknown fields of this part, for the same dialect only. */
  readonly rest?: Rest;
}

/** One token with its log probability, as Chat Completions reports it. */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly bytes?: readonly number[] | null;
  readonly top?: readonly {
    readonly token: string;
    readonly logprob: number;
    readonly bytes?: readonly number[] | null;
  }[];
}

/** A source that a stretch of text rests on. Offsets count UTF-16 units of the part's text. */
export interface Annotation {
  readonly kind: 'url-citation' | 'document-citation' | 'other';
  readonly start?: number;
  readonly end?: number;
  readonly url?: string;
  readonly title?: string;
  readonly citedText?: string;
  /** The provider's own object, for a face of the same dialect. */
  readonly raw?: { readonly dialect: string; readonly value: JsonValue };
}

export interface TextPart extends PartBase {
  readonly type: 'text';
  readonly text: string;
  readonly annotations?: readonly Annotation[];
  readonly logprobs?: readonly TokenLogprob[];
}

export type MediaSource =
  | { readonly type: 'url'; readonly url: string }
  /** Base64 kept exactly as it came, never re-encoded. */
  | { readonly type: 'base64'; readonly data: string }
  | { readonly type: 'text'; readonly text: string }
  /** `dialect`: of the client that named it; absent: the target's own. */
  | { readonly type: 'provider-file'; readonly id: string; readonly dialect?: string };

export interface MediaPart extends PartBase {
  readonly type: 'media';
  readonly kind: 'image' | 'audio' | 'file' | 'video';
  readonly source: MediaSource;
  readonly mediaType?: string;
  readonly name?: string;
  /** Image resolution hint: `auto`, `low`, `high`, or what a provider invents. */
  readonly detail?: string;
  /** What was said, for audio that a model produced. */
  readonly transcript?: string;
}

export interface ReasoningPart extends PartBase {
  readonly type: 'reasoning';
  /** Absent when only provider state exists (redacted or hidden reasoning). */
  readonly text?: string;
  /** `summary`: a provider's digest of what it thought; `full`: the thoughts themselves. */
  readonly form?: 'full' | 'summary';
}

export interface ToolCallPart extends PartBase {
  readonly type: 'tool-call';
  readonly id: string;
  readonly name: string;
  /** The exact text that came, parsed only by who needs it. May be invalid JSON. */
  readonly argumentsJson: string;
  /** It is called with free text (a custom tool of OpenAI's): the arguments are `{"input": text}`. */
  readonly isCustom?: true;
}

export interface ToolResultPart extends PartBase {
  readonly type: 'tool-result';
  readonly callId: string;
  readonly name?: string;
  readonly content: readonly (TextPart | MediaPart | OpaquePart)[];
  readonly isError?: boolean;
}

/** A call, or the result of one, that the provider ran itself. Never a client tool call. */
export interface ServerToolPart extends PartBase {
  readonly type: 'server-tool';
  readonly role: 'call' | 'result';
  readonly id?: string;
  readonly name: string;
  readonly dialect: string;
  readonly raw: JsonObject;
  /** What was done, where several providers do such a thing: enough to tell it in another's words. */
  readonly shared?: SharedTurn;
}

export type SharedTurn = McpCall | McpResult;

/** A call of a tool on an MCP server. */
export interface McpCall {
  readonly kind: 'mcp-call';
  readonly server: string;
  readonly tool: string;
  readonly argumentsJson: string;
  /** What came of it, where its dialect says both in one. */
  readonly outcome?: McpOutcome;
}

/** What came of the call with the same id. */
export interface McpResult {
  readonly kind: 'mcp-result';
  readonly outcome: McpOutcome;
}

export interface McpOutcome {
  readonly text: string;
  readonly isError?: true;
}

export interface RefusalPart extends PartBase {
  readonly type: 'refusal';
  readonly text: string;
}

/** What we don't know, at its place and in its order, for the same dialect only. */
export interface OpaquePart extends PartBase {
  readonly type: 'opaque';
  readonly dialect: string;
  readonly raw: JsonValue;
}

/** The unit of content, in requests and replies. */
export type ContentPart =
  | TextPart
  | MediaPart
  | ReasoningPart
  | ToolCallPart
  | ToolResultPart
  | ServerToolPart
  | RefusalPart
  | OpaquePart;
