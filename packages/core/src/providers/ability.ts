/**
 * What a model at a provider can do. Absent is unknown, and unknown is assumed possible: the
 * provider alone knows its models.
 */
export interface Ability {
  readonly images?: boolean;
  readonly audio?: boolean;
  readonly files?: boolean;
  readonly tools?: boolean;
  readonly reasoning?: boolean;
  /** Tokens. */
  readonly maxOutputTokens?: number;
}
