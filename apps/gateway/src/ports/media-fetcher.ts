import type { Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';

export interface FetchedMedia {
  readonly bytes: Uint8Array;
  /** As its server says; absent: it doesn't. */
  readonly mediaType?: string;
}

export interface FetchLimits {
  readonly maxBytes: number;
  /** The whole of it, redirects included, milliseconds. */
  readonly totalMs: number;
  /** Fires when the client leaves. */
  readonly signal: AbortSignal;
}

/**
 * Gets what a client's URL leads to. A refusal is `invalid_request` without a path, in words that tell
 * nothing of where the URL led.
 */
export interface MediaFetcher {
  fetch(url: string, limits: FetchLimits): Promise<Result<FetchedMedia, GatewayError>>;
  close(): Promise<void>;
}
