import type { IncomingHttpHeaders } from 'node:http';

export interface ReceivedRequest {
  readonly method: string;
  /** As it came, percent-encoding included, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The body's text. */
  readonly text: string;
  /** The body parsed as JSON; `undefined` when it is empty or no JSON. */
  readonly body: unknown;
  /** How the exchange ended, once it has: the client got all of it, left early, or the server cut it. */
  readonly ended: Promise<'complete' | 'client-left' | 'cut'>;
}

/** What a scripted reply writes to. Every wait ends when the exchange does. */
export interface ReplyWriter {
  readonly request: ReceivedRequest;
  /** Fires when the client has left or the server is closing. */
  readonly signal: AbortSignal;
  informational(status: number, headers: { readonly [name: string]: string }): void;
  head(status: number, headers: { readonly [name: string]: string }): void;
  /** Settles when the bytes were handed to the socket. */
  write(chunk: string | Uint8Array): Promise<void>;
  end(): void;
  /** Ends the connection without ending the message: `reset` sends an RST, `close` a plain FIN. */
  cut(how: 'reset' | 'close'): void;
  /** Real time, cancelled with the exchange. */
  wait(ms: number): Promise<void>;
}

/** One scripted answer. Stateless, so that it may be used for several requests. */
export type Reply = (writer: ReplyWriter) => void | Promise<void>;

export interface ReplyOptions {
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
}

/** A whole body of any type, with its length declared. */
export function bytes(body: string | Uint8Array, options: ReplyOptions = {}): Reply {
  return async (writer) => {
    writer.head(options.status ?? 200, {
      'content-length': String(Buffer.byteLength(body)),
      ...options.headers,
    });
    await writer.write(body);
    writer.end();
  };
}

export function json(body: unknown, options: ReplyOptions = {}): Reply {
  return bytes(JSON.stringify(body), {
    ...options,
    headers: { 'content-type': 'application/json', ...options.headers },
  });
}

/** Server-sent text, one write per part. */
export function eventStream(parts: readonly string[], options: ReplyOptions = {}): Reply {
  return async (writer) => {
    writer.head(options.status ?? 200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      ...options.headers,
    });
    for (const part of parts) await writer.write(part);
    writer.end();
  };
}

/** Chat Completions framing: `data:` lines, and `[DONE]` unless told otherwise. */
export function dataEvents(payloads: readonly unknown[], done = true): readonly string[] {
  const frames = payloads.map((payload) => `data: ${asText(payload)}\n\n`);
  return done ? [...frames, 'data: [DONE]\n\n'] : frames;
}

/** Anthropic's and Responses' framing: the event's name is the payload's `type`. */
export function namedEvents(payloads: ReadonlyArray<{ readonly type: string }>): readonly string[] {
  return payloads.map((payload) => `event: ${payload.type}\ndata: ${JSON.stringify(payload)}\n\n`);
}

function asText(payload: unknown): string {
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}
