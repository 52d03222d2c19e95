import type { SseEvent } from './sse-event.ts';

const LINE_END = /\r\n|\r|\n/;

/**
 * What the text between two blank lines says; undefined for comments and whatever carries no data.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function parseFrame(text: string): SseEvent | undefined {
  // Nearly all frames of chat streams are one line of data: measured, this halves their cost.
  if (text.startsWith('data: ')) {
    const end = text.indexOf('\n');
    if (end === text.length - 2 && text.charCodeAt(end + 1) === 10 && !text.includes('\r')) {
      return { data: text.slice(6, end) };
    }
  }
  return parseLines(text);
}

function parseLines(text: string): SseEvent | undefined {
  let data: string | undefined;
  let event = '';
  const lines = text.includes('\r') ? text.split(LINE_END) : text.split('\n');
  for (const line of lines) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    if (field !== 'data' && field !== 'event') continue;
    const value =
      colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1);
    if (field === 'event') event = value;
    else data = data === undefined ? value : `${data}\n${value}`;
  }
  if (data === undefined) return undefined;
  return event === '' ? { data } : { event, data };
}
