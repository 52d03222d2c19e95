import type { GatewayError } from '@tollgate/core/chat';
import type { FaceCodec, Passage } from '@tollgate/core/dialects';
import type { Operation } from '@tollgate/core/providers';
import type { SseEvent } from '@tollgate/core/sse';

/** A wire dialect that clients and providers both speak, so that its bodies may pass. */
export interface WireProtocol {
  readonly operation: Operation;
  readonly passage: Passage;
  /** Request headers that belong to the dialect: a provider that speaks it gets them, and no other. */
  readonly headers?: readonly DialectHeader[];
  /** Headers that the dialect may invent tomorrow, all with this prefix, but for those named. */
  readonly openHeaders?: { readonly prefix: string; readonly except: ReadonlySet<string> };
  /** Present where bodies can also be translated; absent: they only pass. */
  readonly dialect: FaceCodec | undefined;
  /** Its clients mend their requests by the very words of a provider's refusal: nothing is put before them. */
  readonly quotesRefusals?: true;
  /** A failure after the headers are sent, in this dialect. */
  readonly errorEvent: (error: GatewayError) => SseEvent;
  /** Said in a translated stream that is silent for long; absent: the dialect has no such word. */
  readonly keepAlive?: SseEvent;
}

export interface DialectHeader {
  /** In lower case. */
  readonly name: string;
  /** Whether another dialect's provider is asked for less without it, so that the client is told. */
  readonly isHint: boolean;
  /** Values, by how they begin, that open fields of the body: what becomes of those is told there. */
  readonly opensFields?: readonly string[];
}

/** A provider's refusal, read: status, headers and at most the first 64 KiB of its body. */
export interface ProviderFailure {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}
