import type { Quirks } from '../../providers/quirks.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { Mender } from '../passage.ts';

/** Clients take a second `message_start` for a second message and throw. */
export function createMender({ repeatsStart }: Quirks): Mender | undefined {
  if (repeatsStart !== true) return undefined;
  let hasBegun = false;
  return {
    event(event) {
      if (!isStart(event)) return event.data;
      if (hasBegun) return undefined;
      hasBegun = true;
      return event.data;
    },
    reply: (text) => text,
  };
}

const isStart = ({ event, data }: SseEvent): boolean =>
  event === undefined ? /"type"\s*:\s*"message_start"/.test(data) : event === 'message_start';
