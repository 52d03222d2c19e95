import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { withDeadline } from '../deadline.ts';

export interface SlowReaderOptions {
  readonly method?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
  /** For the headers, and for each `read`. 5 s unless given. */
  readonly deadlineMs?: number;
}

/** A response of which nothing is read until asked: what the kernel can't hold waits at the server. */
export interface SlowReader extends AsyncDisposable {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Exactly `size` bytes, or what is left before the end: fewer, and finally none. Rejects on a cut. */
  read(size: number): Promise<Buffer>;
  /** Leaves as a closed browser tab does. */
  leave(): void;
}

/** Sends a request on a connection of its own and reads the reply only as told. */
export async function slowReader(
  url: string,
  { method = 'GET', headers = {}, body, deadlineMs = 5_000 }: SlowReaderOptions = {},
): Promise<SlowReader> {
  const agent = new Agent({ keepAlive: false });
  const outgoing = request(url, { method, headers: { ...headers }, agent });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
  });
  outgoing.end(body);
  const response = await withDeadline(answered, deadlineMs, () => `no answer from ${url}`);
  // A cut shows at the next `read`; without a listener it would end the process before.
  response.on('error', () => {});
  const leave = (): void => {
    outgoing.destroy();
    agent.destroy();
  };
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    read: (size) =>
      withDeadline(readExactly(response, size), deadlineMs, () => `fewer than ${size} bytes came`),
    leave,
    async [Symbol.asyncDispose]() {
      leave();
    },
  };
}

async function readExactly(response: IncomingMessage, size: number): Promise<Buffer> {
  const blocks: Buffer[] = [];
  let missing = size;
  while (missing > 0) {
    const block = takeAtMost(response, missing);
    if (block !== undefined) {
      blocks.push(block);
      missing -= block.length;
    } else if (response.readableEnded) break;
    else if (response.errored !== null) throw response.errored;
    else await nextReadable(response);
  }
  return Buffer.concat(blocks);
}

function takeAtMost(response: IncomingMessage, size: number): Buffer | undefined {
  const block: unknown = response.read(Math.min(size, response.readableLength) || undefined);
  return Buffer.isBuffer(block) && block.length > 0 ? block : undefined;
}

function nextReadable(response: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const names = ['readable', 'end', 'error', 'close'] as const;
    const done = (): void => {
      for (const name of names) response.off(name, done);
      resolve();
    };
    for (const name of names) response.on(name, done);
  });
}
