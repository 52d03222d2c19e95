/** Why a text is not JSON for us. `message` is ours, quotes at most one character of the text. */
export interface JsonProblem {
  readonly kind: 'syntax' | 'too_deep' | 'not_utf8';
  readonly message: string;
  /** From 1. */
  readonly line?: number;
  /** From 1, in UTF-16 units. */
  readonly column?: number;
}
