import type { IncomingMessage } from 'node:http';

export interface SseMessage {
  /** `message` unless the stream names it. */
  readonly event: string;
  readonly data: string;
  readonly id?: string;
}

/** A `fetch` response, Node's own, or any stream of bytes. */
export type SseSource = Response | IncomingMessage | AsyncIterable<Uint8Array>;

/**
 * Reads server-sent events one by one as they arrive. Leaving the loop early ends the response.
 * Comments are skipped; a last event without its blank line is dropped, as the HTML standard says.
 */
export async function* readSse(source: SseSource): AsyncGenerator<SseMessage, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const block of bytesOf(source)) {
    rest += decoder.decode(block, { stream: true });
    const records = rest.split(/\r?\n\r?\n/);
    rest = records.pop() ?? '';
    for (const record of records) {
      const message = parseRecord(record);
      if (message !== undefined) yield message;
    }
  }
}

/** The same from a text that is all there, supertest's `response.text` for instance. */
export function parseSse(text: string): readonly SseMessage[] {
  return text
    .split(/\r?\n\r?\n/)
    .slice(0, -1)
    .map(parseRecord)
    .filter((message) => message !== undefined);
}

/** The events' data as JSON, `[DONE]` left out. Throws when one is no JSON. */
export function parseSseJson(text: string): readonly unknown[] {
  return parseSse(text)
    .filter(({ data }) => data !== '[DONE]')
    .map(({ data }): unknown => JSON.parse(data));
}

function bytesOf(source: SseSource): AsyncIterable<Uint8Array> {
  // By its shape, since undici's own `Response` is another class than the global one.
  if (!('body' in source)) return source;
  if (source.body === null) throw new Error('the response has no body');
  return source.body;
}

function parseRecord(record: string): SseMessage | undefined {
  const values = new Map<string, string[]>();
  for (const line of record.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon === 0) continue;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    values.set(field, [...(values.get(field) ?? []), value]);
  }
  const data = values.get('data');
  if (data === undefined) return undefined;
  const id = values.get('id')?.at(-1);
  return {
    event: values.get('event')?.at(-1) ?? 'message',
    data: data.join('\n'),
    ...(id === undefined ? {} : { id }),
  };
}
