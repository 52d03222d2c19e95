import { ok, type Result } from '../result.ts';
import type { SseEvent } from './sse-event.ts';
import { createSseSplitter, MAX_EVENT_BYTES, type SseOverflow } from './sse-splitter.ts';

export interface SseParser {
  push(bytes: Uint8Array): Result<readonly SseEvent[], SseOverflow>;
  /** A record the stream ended in the middle of is dropped, as the HTML standard asks. */
  end(): { readonly droppedBytes: number };
}

/** Decodes `text/event-stream` bytes, by the rules and bounds of the splitter. */
export function createSseParser(options: { readonly maxEventBytes?: number } = {}): SseParser {
  const splitter = createSseSplitter(options.maxEventBytes ?? MAX_EVENT_BYTES);
  return {
    push(bytes) {
      const pieces = splitter.push(bytes);
      if (!pieces.ok) return pieces;
      const events: SseEvent[] = [];
      for (const { event } of pieces.value) if (event !== undefined) events.push(event);
      return ok(events);
    },
    end: () => ({ droppedBytes: splitter.end().length }),
  };
}
