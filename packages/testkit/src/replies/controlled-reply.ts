import type { Reply, ReplyWriter } from './reply.ts';

/** A stream whose every write the test decides: no timing, no sleeping. Serves one request. */
export interface ControlledReply {
  readonly reply: Reply;
  /** Settles when the request has come and the headers are out. */
  readonly started: Promise<void>;
  /** Settles when the bytes were handed to the socket. Waits for the request to come. */
  send(chunk: string | Uint8Array): Promise<void>;
  end(): Promise<void>;
  cut(how?: 'reset' | 'close'): Promise<void>;
  /** Settles when the client has left (or the exchange has ended). */
  readonly left: Promise<void>;
}

export function controlledReply(contentType = 'text/event-stream'): ControlledReply {
  const opened = Promise.withResolvers<ReplyWriter>();
  const closed = Promise.withResolvers<void>();
  const started = opened.promise.then(() => undefined);
  return {
    started,
    left: closed.promise,
    async reply(writer) {
      writer.head(200, { 'content-type': contentType });
      writer.signal.addEventListener('abort', () => closed.resolve(), { once: true });
      if (writer.signal.aborted) closed.resolve();
      opened.resolve(writer);
      await closed.promise;
    },
    async send(chunk) {
      await (await opened.promise).write(chunk);
    },
    async end() {
      (await opened.promise).end();
      closed.resolve();
    },
    async cut(how = 'close') {
      (await opened.promise).cut(how);
      closed.resolve();
    },
  };
}
