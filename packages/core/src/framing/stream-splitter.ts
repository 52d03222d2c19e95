import { isJsonObject } from '../json/json-value.ts';
import { parseJson } from '../json/parse-json.ts';
import {
  createSseSplitter,
  MAX_EVENT_BYTES,
  renderSse,
  type SseEvent,
  type SsePiece,
} from '../sse/index.ts';
import { bytesOfText, lenientText } from '../utf8.ts';
import { bytesOfBase64 } from './base64.ts';
import type { Framing } from './framing.ts';
import { type AmazonMessage, createMessageDecoder, type FramingFault } from './message-decoder.ts';

/** One event, and its bytes as server-sent ones, whatever it came in. */
export interface StreamPiece extends SsePiece {
  /** An error in place of an event: its name is the exception's, its data what is told of it. */
  readonly isException?: true;
}

export interface StreamSplitter {
  push(chunk: Uint8Array): {
    readonly pieces: readonly StreamPiece[];
    /** Why nothing follows them; every later push says the same. */
    readonly fault?: FramingFault;
  };
}

/** What a stream of this framing says that it is. */
export const mediaTypeOf = (framing: Framing): string =>
  framing === 'sse' ? 'text/event-stream' : 'application/vnd.amazon.eventstream';

/** Cuts a provider's stream into events. Never throws. */
export function createStreamSplitter(
  framing: Framing,
  maxEventBytes: number = MAX_EVENT_BYTES,
): StreamSplitter {
  if (framing === 'sse') {
    const splitter = createSseSplitter(maxEventBytes);
    return {
      push(chunk) {
        const split = splitter.push(chunk);
        return split.ok ? { pieces: split.value } : { pieces: [], fault: split.error };
      },
    };
  }
  const decoder = createMessageDecoder(maxEventBytes);
  const eventOf = framing === 'amazon-events' ? plainEvent : carriedEvent;
  return {
    push(chunk) {
      const { messages, ...rest } = decoder.push(chunk);
      return { pieces: messages.flatMap((one) => pieceOf(one, eventOf)), ...rest };
    },
  };
}

function pieceOf(
  message: AmazonMessage,
  eventOf: (message: AmazonMessage) => SseEvent | undefined,
): readonly StreamPiece[] {
  const exception = exceptionOf(message);
  const event = exception ?? eventOf(message);
  if (event === undefined) return [];
  const bytes = bytesOfText(renderSse(event));
  return [exception === undefined ? { bytes, event } : { bytes, event, isException: true }];
}

/** An error that the API names (`exception`), or one that it doesn't (`error`). */
function exceptionOf({ headers, payload }: AmazonMessage): SseEvent | undefined {
  const type = headers.get(':message-type');
  if (type === 'exception') {
    return { event: headers.get(':exception-type') ?? '', data: lenientText(payload) };
  }
  if (type !== 'error') return undefined;
  const message = headers.get(':error-message') ?? '';
  return { event: headers.get(':error-code') ?? '', data: JSON.stringify({ message }) };
}

const plainEvent = ({ headers, payload }: AmazonMessage): SseEvent => ({
  event: headers.get(':event-type') ?? '',
  data: lenientText(payload),
});

/**
 * The event within a chunk's `bytes`, named by its `type` as that dialect's own streams name it.
 * Chunks that hold none, keep-alives for instance, are none.
 */
function carriedEvent({ headers, payload }: AmazonMessage): SseEvent | undefined {
  if (headers.get(':event-type') !== 'chunk') return undefined;
  const chunk = parseJson(lenientText(payload));
  if (!chunk.ok || !isJsonObject(chunk.value)) return undefined;
  const { bytes } = chunk.value;
  const carried = typeof bytes === 'string' ? bytesOfBase64(bytes) : undefined;
  if (carried === undefined) return undefined;
  const data = lenientText(carried);
  const event = typeOf(data);
  return event === undefined ? undefined : { event, data };
}

/** Nearly all begin with it: only the others are parsed. */
function typeOf(data: string): string | undefined {
  const [, first] = /^\{"type":"(\w+)"/.exec(data) ?? [];
  if (first !== undefined) return first;
  const json = parseJson(data);
  if (!json.ok || !isJsonObject(json.value)) return undefined;
  const { type } = json.value;
  return typeof type === 'string' ? type : undefined;
}
