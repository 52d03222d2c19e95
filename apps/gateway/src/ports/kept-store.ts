import type { Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';

/**
 * What is kept of one call for a later one: stored responses, which of them an item of the output
 * stands in, who wants one ended that runs, provider state that is too large to travel with its
 * client, and the models of native conversations.
 */
export type KeptKind = 'response' | 'item' | 'ending' | 'state' | 'session';

export interface KeptItem {
  readonly kind: KeptKind;
  /** Unguessable where it is ours, the provider's own where that keeps the thing itself. */
  readonly id: string;
  readonly body: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

/** What became of items: one was too large, or the store is away. */
export type Put = 'kept' | 'too-large' | 'unwritten';

/**
 * Items by their owner, the identity's `subject`: nobody else finds one, nor learns that it is there.
 * Gateways of one ledger have one store. Bounded in each item's size and, for each owner, in number and
 * in size: the oldest go first.
 */
export interface KeptStore {
  /** Keeps, or replaces, all of them or none. */
  put(owner: string, ...items: readonly KeptItem[]): Promise<Put>;
  /** Fails where the store is away. */
  get(kind: KeptKind, id: string, owner: string): Promise<Result<string | undefined, GatewayError>>;
  /** Fails where the store is away; else it is gone, if it was there. */
  delete(kind: KeptKind, id: string, owner: string): Promise<Result<void, GatewayError>>;
}

/** The largest body of an item, bytes: whoever knows beforehand that his is larger needn't try. */
export const KEPT_BYTES = {
  response: 16 * 1024 * 1024,
  item: 1024,
  ending: 1024,
  state: 4 * 1024 * 1024,
  session: 4 * 1024,
} as const satisfies Record<KeptKind, number>;

/** The longest id of an item, bytes: a token of state in place of an id takes 1,500. */
export const LONGEST_KEPT_ID = 2_000;
