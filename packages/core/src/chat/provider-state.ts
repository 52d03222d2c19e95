/**
 * What a provider wants back untouched on the next turn. Bound to who made it: given to another
 * origin it is left out and told, never sent.
 */
export interface ProviderState {
  readonly origin: StateOrigin;
  readonly kind: 'signature' | 'encrypted' | 'thought-signature' | 'item-id';
  readonly data: string;
}

export interface StateOrigin {
  /** The dialect's id where the provider isn't known (a client's own history). */
  readonly provider: string;
  readonly account?: string;
  readonly model?: string;
}
