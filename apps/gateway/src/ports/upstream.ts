import type { Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';

/** Phase limits of one call, milliseconds. `total` bounds the whole call, stream included. */
export interface Deadlines {
  readonly connectMs: number;
  /** From the request's last byte to the reply's headers. */
  readonly headersMs: number;
  /** Between two pieces of a reply's body. */
  readonly idleMs: number;
  readonly totalMs: number;
}

export interface UpstreamRequest {
  /** The configured provider's name, for errors. */
  readonly provider: string;
  readonly url: URL;
  readonly method: string;
  /** Lower-case names. */
  readonly headers: { readonly [name: string]: string };
  readonly body: Uint8Array | string | undefined;
  readonly deadlines: Deadlines;
  /** Fires when the client leaves; the provider's connection is then cut. */
  readonly signal: AbortSignal;
}

export interface UpstreamReply {
  readonly status: number;
  /** Lower-case names; several values joined by a comma. */
  readonly headers: { readonly [name: string]: string };
  readonly body: UpstreamBody;
}

/** Read once, by one of the two; pulls from the provider only as its reader asks. */
export interface UpstreamBody {
  /** The whole body; longer than `limitBytes` is an error, and the connection is cut. */
  bytes(limitBytes: number): Promise<Result<Uint8Array, GatewayError>>;
  /**
   * The pieces as they come. A cut, a time-out or an abort ends the iteration by throwing
   * `UpstreamFailure`; leaving the loop early cuts the connection.
   */
  chunks(): AsyncIterable<Uint8Array>;
  /** Cuts the connection; idempotent. */
  cancel(): void;
  /**
   * Nothing more is wanted, the end is near: what still comes is dropped, so that the connection can
   * serve again. Cut all the same when the end isn't there within a second.
   */
  letEnd(): void;
}

/** Thrown by `chunks` only, where a generator has no other way to end badly. */
export class UpstreamFailure extends Error {
  readonly failure: GatewayError;
  constructor(failure: GatewayError) {
    super(failure.kind);
    this.failure = failure;
  }
}

/** Sends one request to a provider. Never throws, and never retries. */
export interface Upstream {
  send(request: UpstreamRequest): Promise<Result<UpstreamReply, GatewayError>>;
  /** Ends idle connections, lets running ones finish. */
  close(): Promise<void>;
}
