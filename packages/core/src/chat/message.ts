import type { CacheMark, ContentPart } from './content-part.ts';
import type { Rest } from './rest.ts';

export type Role = 'system' | 'developer' | 'user' | 'assistant' | 'tool';

/** One message, in the client's own order; nothing is merged or moved on decode. */
export interface Message {
  readonly role: Role;
  readonly content: readonly ContentPart[];
  /** The participant's name (Chat Completions' `name`). */
  readonly name?: string;
  readonly cache?: CacheMark;
  /** Unknown fields of this message, for the same dialect only. */
  readonly rest?: Rest;
}
