import type { JsonObject, JsonValue } from '../json/json-value.ts';
import type { Message } from './message.ts';
import type { Rest } from './rest.ts';
import type { Tool, ToolChoice } from './tool.ts';

/** How much a model may think, and whether the client wants to see it. */
export interface ReasoningSettings {
  readonly enabled?: boolean;
  /** `none`, `minimal`, `low`, `medium`, `high`, `xhigh`, or what a provider invents. */
  readonly effort?: string;
  readonly budgetTokens?: number;
  /** The provider decides how much. */
  readonly adaptive?: boolean;
  readonly visibility?: 'hidden' | 'summary' | 'full';
}

export type OutputFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json' }
  | {
      readonly type: 'json-schema';
      readonly name?: string;
      readonly description?: string;
      readonly schema: JsonObject;
      readonly strict?: boolean;
    };

/** The one request that every dialect decodes to and is encoded from. */
export interface ChatRequest {
  /** As the client named it; the encoder writes the target's own name. */
  readonly model: string;
  readonly messages: readonly Message[];
  readonly stream: boolean;

  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly minP?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly repetitionPenalty?: number;
  readonly stopSequences?: readonly string[];
  /** Number of choices wanted; absent: one. */
  readonly n?: number;
  readonly seed?: number;
  readonly logprobs?: { readonly top?: number };
  readonly logitBias?: { readonly [token: string]: number };

  readonly reasoning?: ReasoningSettings;
  readonly output?: OutputFormat;
  readonly verbosity?: string;
  /** Kinds of output wanted besides text, with the audio's voice and format. */
  readonly modalities?: readonly ('text' | 'audio' | 'image')[];
  readonly audio?: { readonly voice: JsonValue; readonly format: string };

  readonly tools?: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  readonly parallelToolCalls?: boolean;

  readonly serviceTier?: string;
  readonly metadata?: { readonly [key: string]: string };
  readonly endUser?: string;
  readonly cacheKey?: string;
  readonly store?: boolean;
  /** Unknown top-level fields, for the same dialect only. */
  readonly rest?: Rest;
}
