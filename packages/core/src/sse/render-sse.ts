import type { SseEvent } from './sse-event.ts';

/** The end mark of OpenAI's streams. */
export const SSE_DONE: SseEvent = { data: '[DONE]' };

const LINE_END = /\r\n|\r|\n/;
const HAS_LINE_END = /[\r\n]/;

/** One frame, blank line included. Line ends within `data` become several `data` lines. */
export function renderSse({ event, data }: SseEvent): string {
  const name = event === undefined ? '' : `event: ${event.split(LINE_END).join(' ')}\n`;
  if (!HAS_LINE_END.test(data)) return `${name}data: ${data}\n\n`;
  return `${name}${data
    .split(LINE_END)
    .map((line) => `data: ${line}\n`)
    .join('')}\n`;
}
