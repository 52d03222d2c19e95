import type { GatewayError } from '@tollgate/core/chat';
import type { Dialect, Passage } from '@tollgate/core/dialects';
import type { SseEvent } from '@tollgate/core/sse';
import type { Operation } from './provider-request.ts';

/** A wire dialect that clients and providers both speak, so that its bodies may pass. */
export interface WireProtocol {
  readonly operation: Operation;
  readonly passage: Passage;
  /** Present where bodies can also be translated; absent: they only pass. */
  readonly dialect: Dialect | undefined;
  /** A failure after the headers are sent, in this dialect. */
  readonly errorEvent: (error: GatewayError) => SseEvent;
}

/** A provider's refusal, read: status, headers and at most the first 64 KiB of its body. */
export interface ProviderFailure {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}
