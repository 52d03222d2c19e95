import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A server on a free port of 127.0.0.1, gone with every socket when disposed. */
export interface DisposableServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a closing slash. */
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** Connections that are open at this moment. */
  openConnections(): number;
  /** Idempotent: cuts what is open and frees the port. */
  close(): Promise<void>;
}

/** Binds a server that does not listen yet and takes over its end. */
export async function listenOnLoopback(server: Server): Promise<DisposableServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // A thousand connections at once are more than the usual 511 that may wait to be taken.
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (!isAddressInfo(address)) throw new Error('a server that listens on a port has an address');
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    server,
    openConnections: () => sockets.size,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Starts a plain HTTP server; `await using` ends it. */
export function startServer(listener: RequestListener): Promise<DisposableServer> {
  return listenOnLoopback(createServer(listener));
}

function isAddressInfo(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
