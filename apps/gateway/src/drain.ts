import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How long running calls may take to finish once the gateway was told to stop, milliseconds. */
const DRAIN_MS = 25_000;
const SWEEP_MS = 50;

/** Follows a server's connections from now on. What it returns ends the server, and waits for it. */
export function createDrain(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  /** Node neither counts a connection that never asked as idle, nor ends one that idles from now on. */
  const endUnused = (): void => {
    server.closeIdleConnections();
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  };
  return async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    endUnused();
    const sweep = setInterval(endUnused, SWEEP_MS);
    const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    await closed;
    clearInterval(sweep);
    clearTimeout(late);
  };
}
