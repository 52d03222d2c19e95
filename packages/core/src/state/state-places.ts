import type { ContentPart } from '../chat/content-part.ts';
import type { ProviderState } from '../chat/provider-state.ts';

/** Where a dialect has a place for provider state, so that its clients know to give it back. */
export interface StatePlaces {
  /** The kind of state that stands on a part, by the part's type; absent: no place there. */
  readonly kinds: { readonly [type in ContentPart['type']]?: ProviderState['kind'] };
  /** Whether its providers make state though its clients have no place for it. */
  readonly isMade?: boolean;
  /**
   * Whether clients give thoughts back whole. Where they may leave them out, what belongs to thoughts
   * rides with the call that follows as well.
   */
  readonly keepsThoughts: boolean;
  /** Names of the fields of its bodies and stream payloads that hold state. */
  readonly fields: readonly string[];
}

/** For a dialect that has no word for state at all. */
export const NO_STATE: StatePlaces = { kinds: {}, keepsThoughts: false, fields: [] };
