export interface SseMessage {
  readonly type: string;
  readonly data: string;
  /** Absent: the event said none, and the last one stays. */
  readonly id?: string;
}

/** Longest event kept while its end has not come, in characters. */
const MAX_EVENT = 16 * 1024 * 1024;

/**
 * Reads server-sent events out of decoded text, in whatever pieces it comes.
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function createSseReader(): (text: string) => readonly SseMessage[] {
  let rest = '';
  let lines: string[] = [];
  return (text) => {
    const messages: SseMessage[] = [];
    const parts = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = parts.pop() ?? '';
    if (rest.length > MAX_EVENT) throw new Error('an event of the stream is too long');
    for (const line of parts) {
      if (line !== '') {
        lines.push(line);
        continue;
      }
      const message = messageOf(lines);
      lines = [];
      if (message !== undefined) messages.push(message);
    }
    return messages;
  };
}

function messageOf(lines: readonly string[]): SseMessage | undefined {
  let type = 'message';
  let id: string | undefined;
  const data: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') data.push(value);
    else if (name === 'event') type = value;
    else if (name === 'id') id = value;
  }
  if (data.length === 0) return undefined;
  return { type, data: data.join('\n'), ...(id === undefined ? undefined : { id }) };
}
