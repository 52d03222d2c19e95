import { connect, type Socket } from 'node:net';
import { withDeadline } from '../deadline.ts';

/** A bare TCP connection: for bytes that no HTTP client would send. */
export interface RawSocket extends AsyncDisposable {
  send(bytes: string | Uint8Array): Promise<void>;
  /** Everything received so far, each byte as one character. */
  received(): string;
  /** Waits until what was received fits, and gives all of it. Rejects when the server closes before. */
  readUntil(pattern: RegExp | string, deadlineMs?: number): Promise<string>;
  /** Everything until the server closes the connection. */
  readToEnd(deadlineMs?: number): Promise<string>;
  /** Sends FIN: no more will come from us. */
  finish(): void;
  /** Leaves at once, with an RST. */
  reset(): void;
}

/** Connects. Rejects when nobody listens there. */
export async function openSocket(url: string): Promise<RawSocket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  let text = '';
  let closed = false;
  const watchers = new Set<() => void>();
  const look = (): void => {
    for (const watcher of watchers) watcher();
  };
  socket.on('data', (block) => {
    text += block.toString('latin1');
    look();
  });
  // A reset by the server is an end like any other to the reader of what came before.
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
    look();
  });
  const until = async (isDone: () => boolean, ms: number, what: string): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const watcher = (): void => {
      if (isDone()) resolve();
    };
    watchers.add(watcher);
    watcher();
    try {
      await withDeadline(promise, ms, () => `${what}; received: ${JSON.stringify(text)}`);
    } finally {
      watchers.delete(watcher);
    }
  };
  const fits = (pattern: RegExp | string): boolean =>
    typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text);
  await connected(socket, url);
  return {
    send: (bytes) => new Promise((resolve) => socket.write(bytes, () => resolve())),
    received: () => text,
    async readUntil(pattern, deadlineMs = 5_000) {
      await until(() => closed || fits(pattern), deadlineMs, `${pattern} never came`);
      if (!fits(pattern)) throw new Error(`closed before ${pattern}: ${JSON.stringify(text)}`);
      return text;
    },
    async readToEnd(deadlineMs = 5_000) {
      await until(() => closed, deadlineMs, 'the server keeps the connection open');
      return text;
    },
    finish: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}

async function connected(socket: Socket, url: string): Promise<void> {
  const outcome = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  try {
    await withDeadline(outcome, 5_000, () => `no connection to ${url}`);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
