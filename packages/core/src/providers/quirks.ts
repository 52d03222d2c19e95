import type { SharedToolKind } from '../chat/tool.ts';
import type { OutputBy } from './ability.ts';

/** Where a look-alike departs from its dialect, as data. Shared code asks for a quirk, never a name. */
export interface Quirks {
  /**
   * Streams carry usage in this field of the last chunk, in place of `usage` (Groq's `x_groq`); of a
   * list, in its first item (Moonshot's `choices`).
   */
  readonly usageIn?: string;
  /** Cached and reasoning tokens stand beside the sums, in place of `…_tokens_details`. */
  readonly flatUsage?: boolean;
  /** `completion_tokens` leaves reasoning out (xAI): output is the sum of both. */
  readonly completionExcludesReasoning?: boolean;
  /** `prompt_tokens` may leave out what came from the cache (xAI): input is then the sum of both. */
  readonly promptExcludesCached?: boolean;
  /** The limit is `max_tokens`; `max_completion_tokens` is not known. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens';
  /** `stream_options` is refused: usage can't be switched on, and is estimated where none comes. */
  readonly noStreamOptions?: boolean;
  /** Messages of role `developer` must be sent as `system`. */
  readonly noDeveloperRole?: boolean;
  /** Where its embeddings depart from their dialect. */
  readonly embeddings?: EmbeddingQuirks;
  /** Media are taken as bytes only, never by their address. */
  readonly noMediaUrls?: boolean;
  /** None of its models is held to a schema by the dialect's own field: as `outputBy` of a model. */
  readonly outputBy?: OutputBy;
  /** Earlier reasoning is taken back in this field of assistant messages; absent: it is left out. */
  readonly reasoningField?: 'reasoning_content' | 'reasoning';
  /** It takes back `reasoning_details`, which clients' histories hold as it made them. */
  readonly takesReasoningDetails?: boolean;
  /**
   * Replies carry reasoning elsewhere than in `reasoning_content`: in `reasoning`, or as `thinking`
   * parts of a `content` that is a list (Mistral). It is taken back where it came from.
   */
  readonly reasoningIn?: 'reasoning' | 'content';
  /** Calls of custom tools in Responses are its own, run already (xAI's searches). */
  readonly runsCustomTools?: boolean;
  /** Tools that it runs itself, of those that several providers do; absent: none is known. */
  readonly serverTools?: readonly SharedToolKind[];
  /** It takes what OpenAI's dialects both know and look-alikes don't: of the prompt cache, `moderation`, `safety_identifier`. */
  readonly openAiFields?: boolean;
  /** What replies leave out, or fill wrongly, of what the dialect's clients insist on. */
  readonly omits?: readonly Omission[];
  /** A stream's beginning (`message_start`) comes again in its midst. */
  readonly repeatsStart?: boolean;
}

/**
 * - `object`: the kind of a reply or chunk.
 * - `choices`: the list, in chunks that have nothing for it.
 * - `role`: the author of a message, once at its beginning.
 * - `index`: the position of a choice.
 * - `tool_call_index`: the position of a tool call in a stream, or the same for all of them.
 * - `tool_call_type`: that a tool call in a stream is one of a function.
 * - `sequence_number`: the count of a stream's events.
 */
export const OMISSIONS = [
  'object',
  'choices',
  'role',
  'index',
  'tool_call_index',
  'tool_call_type',
  'sequence_number',
] as const;
export type Omission = (typeof OMISSIONS)[number];

export interface EmbeddingQuirks {
  /** Most inputs in one request. */
  readonly maxInputs?: number;
  /** The length of vectors is asked for by this name, in place of `dimensions`. */
  readonly dimensionsField?: 'output_dimension';
  /** Vectors of other numbers than floats can be had, by `output_dtype`. */
  readonly vectorTypes?: boolean;
  /** What vectors can be made for, by `input_type`. */
  readonly tasks?: readonly string[];
  /** Inputs that are too long are cut unless `truncation` is false. */
  readonly truncation?: boolean;
  /** Inputs are texts: lists of tokens are refused. */
  readonly textsOnly?: boolean;
  /** `user` is refused. */
  readonly noUser?: boolean;
}
