import type { StreamEvent } from '../chat/stream-event.ts';

const WORDS = /\s*\S+\s*|\s+/g;
const FRAGMENTS = /[\s\S]{1,16}/gu;

/** The same stream in more steps: text word by word, arguments in fragments. */
export function streamInWords(events: readonly StreamEvent[]): readonly StreamEvent[] {
  return events.flatMap((event): readonly StreamEvent[] => {
    if (event.type !== 'part-delta') return [event];
    const { delta } = event;
    if (delta.type === 'text') {
      const words = delta.text.match(WORDS) ?? [delta.text];
      return words.map((text) => ({ ...event, delta: { type: 'text', text } }));
    }
    if (delta.type === 'arguments') {
      const fragments = delta.json.match(FRAGMENTS) ?? [delta.json];
      return fragments.map((json) => ({ ...event, delta: { type: 'arguments', json } }));
    }
    return [event];
  });
}
