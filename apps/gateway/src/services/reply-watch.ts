import type { Loss } from '@tollgate/core/chat';
import type { JsonObject, JsonValue } from '@tollgate/core/json';
import type { SseEvent } from '@tollgate/core/sse';
import type { CallMeter, CountedText } from './call-meter.ts';

/** Hears a reply as its client is told it, each time before its client is, who waits for it. */
export interface ReplyWatch {
  /** Returns what is told in its place, where that is something else. */
  event(event: SseEvent): Promise<SseEvent | undefined>;
  /** `booking`: of a reply that passes, which may be only the beginning of what is made. */
  whole(reply: JsonValue, booking?: Booking): Promise<Heard>;
  /** Of a stream that passes: it broke off, or its client left, and what is made of it may go on. */
  cut?(booking: Booking): Heard;
}

/** What books the call whose reply is heard. */
export interface Booking {
  readonly meter: CallMeter;
  readonly text: CountedText;
  /** What its provider was not told. */
  readonly losses: readonly Loss[];
}

/** `taken`: whoever hears it will book the call. `told`: what is told in the reply's place. */
export type Heard = 'heard' | 'taken' | { readonly told: JsonObject };
