import type { ChatReply, Loss, StreamEvent } from '@tollgate/core/chat';
import type { Destination } from './destination.ts';

/** Who answered, and how long the provider took to begin. */
export interface Served {
  readonly destination: Destination;
  readonly providerMs: number;
}

/** An answer in the hub's words. Batches hold what came together; the last ends with one terminal event. */
export type HubAnswer =
  | {
      readonly type: 'whole';
      readonly reply: ChatReply;
      readonly losses: readonly Loss[];
      readonly served: Served;
    }
  | {
      readonly type: 'stream';
      /** Has begun: whoever doesn't read it to its end closes it, and by that books the call. */
      readonly batches: AsyncGenerator<readonly StreamEvent[], void>;
      readonly losses: readonly Loss[];
      readonly served: Served;
    };

/** An answer in a client's dialect, ready to be sent. */
export type WireAnswer =
  | {
      readonly type: 'whole';
      readonly body: Uint8Array | string;
      readonly losses: readonly Loss[];
      readonly served: Served;
    }
  | {
      readonly type: 'stream';
      /**
       * Whole events. Never throws: a failure is an event of the dialect, then the end. Has begun:
       * whoever doesn't read it to its end closes it, and by that books the call.
       */
      readonly frames: AsyncGenerator<Uint8Array | string, void>;
      readonly losses: readonly Loss[];
      readonly served: Served;
    };
