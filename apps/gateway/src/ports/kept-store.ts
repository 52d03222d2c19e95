/**
 * What is kept of one call for a later one: stored responses, which of them an item of the output
 * stands in, and provider state that is too large to travel with its client.
 */
export type KeptKind = 'response' | 'item' | 'state';

export interface KeptItem {
  readonly kind: KeptKind;
  /** Unguessable where it is ours, the provider's own where that keeps the thing itself. */
  readonly id: string;
  /** The identity's `subject`: nobody else finds the item, nor learns that it is there. */
  readonly owner: string;
  readonly body: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

/** Bounded in each item's size and, for each owner, in number and in size: the oldest go first. */
export interface KeptStore {
  /**
   * Keeps, or replaces, an item; of several, which cost one write together, all or none. False: one
   * is too large, or they could not be written.
   */
  put(...items: readonly KeptItem[]): boolean;
  get(kind: KeptKind, id: string, owner: string): string | undefined;
  /** True when there was one. */
  delete(kind: KeptKind, id: string, owner: string): boolean;
}

/** The largest body of an item, bytes: whoever knows beforehand that his is larger needn't try. */
export const KEPT_BYTES = {
  response: 16 * 1024 * 1024,
  item: 1024,
  state: 4 * 1024 * 1024,
} as const satisfies Record<KeptKind, number>;
