import type { ContentPart } from './content-part.ts';
import type { Rest } from './rest.ts';
import type { Usage } from './usage.ts';

/** Why the model stopped, in the words all dialects share; `rawReason` keeps the provider's own. */
export type StopReason =
  | 'stop'
  | 'length'
  | 'tool-calls'
  | 'content-filter'
  | 'refusal'
  | 'pause'
  | 'other';

export interface Choice {
  readonly content: readonly ContentPart[];
  readonly stopReason: StopReason;
  readonly rawReason?: string;
  /** Which stop sequence was hit, where the provider tells. */
  readonly stopSequence?: string;
  readonly rest?: Rest;
}

/** A whole answer. `collect` makes it of a stream, `replay` turns it into one. */
export interface ChatReply {
  readonly id: string;
  /** The model that served, as the provider names it. */
  readonly model: string;
  /** Unix seconds; absent where the provider doesn't say. */
  readonly created?: number;
  readonly serviceTier?: string;
  readonly choices: readonly Choice[];
  /** Absent when the provider sent none: the meter estimates, and says so. */
  readonly usage?: Usage;
  readonly rest?: Rest;
}
