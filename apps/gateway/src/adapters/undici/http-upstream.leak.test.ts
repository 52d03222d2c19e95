import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { UpstreamFailure } from '../../ports/upstream.ts';
import { createManualClock } from '../test-support/manual-clock.ts';
import { createHttpUpstream } from './http-upstream.ts';

const DEADLINES = { connectMs: 60_000, headersMs: 60_000, idleMs: 60_000, totalMs: 60_000 };

describe('createHttpUpstream after a thousand streams that were given up', () => {
  it('holds no connection, no timer and no listener, and serves on', async () => {
    let open = 0;
    const server = createServer((_req, res) => {
      open += 1;
      res.on('close', () => {
        open -= 1;
      });
      res.write('data: x\n\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const clock = createManualClock();
    const upstream = createHttpUpstream({ clock, maxConnectionsPerOrigin: 16 });
    const start = async (signal: AbortSignal) => {
      const sent = await upstream.send({
        provider: 'p',
        url,
        method: 'POST',
        headers: {},
        body: '{}',
        deadlines: DEADLINES,
        signal,
      });
      if (!sent.ok) throw new Error(sent.error.kind);
      const pieces = sent.value.body.chunks()[Symbol.asyncIterator]();
      await pieces.next();
      return pieces;
    };

    for (let round = 0; round < 100; round += 1) {
      await Promise.all(
        Array.from({ length: 10 }, async (_call, n) => {
          const leaving = new AbortController();
          const pieces = await start(leaving.signal);
          if (n % 2 === 0) await pieces.return?.();
          else {
            leaving.abort();
            await expect(pieces.next()).rejects.toThrow(UpstreamFailure);
          }
        }),
      );
    }
    while (open > 0) await new Promise((resolve) => setImmediate(resolve));

    expect(clock.waiting()).toBe(0);
    await (await start(new AbortController().signal)).return?.();

    const closed = once(server, 'close');
    await upstream.close();
    server.close();
    await closed;
  });
});
