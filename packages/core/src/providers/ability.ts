export const OUTPUT_BY = ['tool', 'words'] as const;
export type OutputBy = (typeof OUTPUT_BY)[number];

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
  /** How the model is told how much to reason: by an effort's name, or by a budget of tokens. */
  readonly reasoningBy?: 'effort' | 'budget';
  /** False: it reasons whatever it is told. `between-tools`: what it says there still counts as such. */
  readonly reasoningOff?: boolean | 'between-tools';
  /** Whether it reasons where it is told nothing. */
  readonly reasoningDefault?: 'on' | 'off';
  /** False: Chat Completions takes no function tools from it while it reasons; Responses does. */
  readonly chatToolsWithReasoning?: boolean;
  /**
   * How its output is held to a schema: by the dialect's own field for it (absent), by a tool that it
   * is made to call, or by words beside the mode for JSON.
   */
  readonly outputBy?: OutputBy;
  /** False: it may be offered tools, but not be made to call one. */
  readonly toolForcing?: boolean;
  /** True: it takes its thoughts back only behind the very conversation that they were thought in. */
  readonly bindsThoughts?: boolean;
  /** False: a conversation ends with somebody else's words, never with its own to go on from. */
  readonly prefill?: boolean;
  /** Temperature, top-p and top-k. */
  readonly sampling?: boolean;
  /** True: it makes vectors, and answers nothing. */
  readonly embeddings?: boolean;
  /** The lengths that its vectors can have; of one, the model has no choice. */
  readonly dimensions?: readonly number[];
  /** Tokens. */
  readonly maxOutputTokens?: number;
}
