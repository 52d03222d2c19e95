/** Where a look-alike departs from its dialect, as data. Shared code asks for a quirk, never a name. */
export interface Quirks {
  /** Streams carry usage in this field of the last chunk, in place of `usage` (Groq's `x_groq`). */
  readonly usageIn?: string;
  /** `completion_tokens` leaves reasoning out (xAI): output is the sum of both. */
  readonly completionExcludesReasoning?: boolean;
  /** The limit is `max_tokens`; `max_completion_tokens` is not known. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens';
  /** `stream_options` is refused: usage can't be switched on, and is estimated where none comes. */
  readonly noStreamOptions?: boolean;
  /** Messages of role `developer` must be sent as `system`. */
  readonly noDeveloperRole?: boolean;
  /** Earlier reasoning is taken back in this field of assistant messages; absent: it is left out. */
  readonly reasoningField?: 'reasoning_content' | 'reasoning';
}
