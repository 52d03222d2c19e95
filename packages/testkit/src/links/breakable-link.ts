import { createConnection, createServer, type Socket } from 'node:net';

/** How a link is: `open`; `cut`: every connection is reset; `hung`: connected, and silent both ways. */
export type LinkState = 'open' | 'cut' | 'hung';

/** A way to a server on loopback that can be broken, and mended. */
export interface BreakableLink extends AsyncDisposable {
  readonly port: number;
  set(state: LinkState): void;
}

export async function startBreakableLink(target: {
  readonly host?: string;
  readonly port: number;
}): Promise<BreakableLink> {
  const pairs = new Set<Pair>();
  let state: LinkState = 'open';

  const server = createServer((near) => {
    if (state === 'cut') {
      near.resetAndDestroy();
      return;
    }
    const far = createConnection({ host: target.host ?? '127.0.0.1', port: target.port });
    const pair = [near, far] as const;
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) {
      socket.on('error', end);
      socket.on('close', end);
    }
    if (state === 'open') join(pair);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a port has an address');

  return {
    port: address.port,
    set: (next) => {
      state = next;
      for (const pair of [...pairs]) {
        part(pair);
        if (next === 'open') join(pair);
        else if (next === 'cut') for (const socket of pair) socket.resetAndDestroy();
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

type Pair = readonly [Socket, Socket];

function join([near, far]: Pair): void {
  near.pipe(far);
  far.pipe(near);
}

function part([near, far]: Pair): void {
  near.unpipe(far).pause();
  far.unpipe(near).pause();
}
