import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceivedRequest, ReplyWriter } from '../replies/reply.ts';

/** Reads a request to its end; `undefined` when the client left before. */
export async function receive(
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<{ readonly request: ReceivedRequest; readonly writer: ReplyWriter } | undefined> {
  const exchange = openExchange(response);
  const blocks: Buffer[] = [];
  try {
    for await (const block of incoming) blocks.push(block);
  } catch {
    return undefined;
  }
  const text = Buffer.concat(blocks).toString('utf8');
  const url = new URL(incoming.url ?? '/', 'http://mock.invalid');
  const request: ReceivedRequest = {
    method: incoming.method ?? '',
    path: (incoming.url ?? '/').split('?')[0] ?? '/',
    query: url.searchParams,
    headers: incoming.headers,
    text,
    body: parseOrUndefined(text),
    ended: exchange.ended,
  };
  return { request, writer: createWriter(request, response, exchange) };
}

interface Exchange {
  readonly ended: ReceivedRequest['ended'];
  readonly signal: AbortSignal;
  /** Says that the end which comes now is the script's doing. */
  markCut(): void;
}

function openExchange(response: ServerResponse): Exchange {
  const over = new AbortController();
  const ended = Promise.withResolvers<'complete' | 'client-left' | 'cut'>();
  let cut = false;
  response.once('close', () => {
    ended.resolve(cut ? 'cut' : response.writableFinished ? 'complete' : 'client-left');
    over.abort();
  });
  return {
    ended: ended.promise,
    signal: over.signal,
    markCut() {
      cut = true;
    },
  };
}

function createWriter(
  request: ReceivedRequest,
  response: ServerResponse,
  { signal, markCut }: Exchange,
): ReplyWriter {
  let cut = false;
  const isOver = (): boolean => cut || signal.aborted || response.destroyed;
  return {
    request,
    signal,
    informational(status, headers) {
      if (isOver()) return;
      if (status === 102) response.writeProcessing();
      else response.writeEarlyHints(headers);
    },
    head(status, headers) {
      if (isOver()) return;
      response.writeHead(status, headers);
      response.flushHeaders();
    },
    write(chunk) {
      return new Promise((resolve) => {
        if (isOver() || chunk.length === 0) return resolve();
        const done = (): void => {
          signal.removeEventListener('abort', done);
          resolve();
        };
        signal.addEventListener('abort', done, { once: true });
        response.write(chunk, done);
      });
    },
    end() {
      if (!isOver()) response.end();
    },
    cut(how) {
      if (isOver()) return;
      cut = true;
      markCut();
      if (how === 'reset') response.socket?.resetAndDestroy();
      else response.destroy();
    },
    async wait(ms) {
      // An abort is the exchange's end, which every later step notices by itself.
      await sleep(ms, undefined, { signal }).catch(() => undefined);
    },
  };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
