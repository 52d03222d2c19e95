import { EventEmitter, once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type UpstreamBody, UpstreamFailure, type UpstreamRequest } from '../../ports/upstream.ts';
import { systemClock } from '../system/system-clock.ts';
import { createManualClock } from '../test-support/manual-clock.ts';
import { createHttpUpstream } from './http-upstream.ts';

const cleanups: (() => Promise<unknown> | undefined)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listen(listener: RequestListener): Promise<URL> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    return closed;
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat?x=1`);
}

async function listenRaw(onSocket: (socket: Socket) => void): Promise<URL> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    const closed = once(server, 'close');
    server.close();
    return closed;
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

const FOREVER = { connectMs: 60_000, headersMs: 60_000, idleMs: 60_000, totalMs: 120_000 };

function requestTo(url: URL, changes: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return {
    provider: 'p',
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"a":1}',
    deadlines: FOREVER,
    signal: new AbortController().signal,
    ...changes,
  };
}

function upstreamWith(options: Partial<Parameters<typeof createHttpUpstream>[0]> = {}) {
  const upstream = createHttpUpstream({ clock: systemClock, ...options });
  cleanups.push(() => upstream.close());
  return upstream;
}

async function readAll(body: UpstreamBody): Promise<{ text: string; failure?: string }> {
  let text = '';
  try {
    for await (const piece of body.chunks()) text += Buffer.from(piece).toString();
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error;
    return { text, failure: error.failure.kind };
  }
  return { text };
}

/** Lets the event loop turn until the claim holds; bounded by the test's own time. */
async function until(claim: () => boolean): Promise<void> {
  while (!claim()) await new Promise((resolve) => setImmediate(resolve));
}

async function bodyOf(sent: ReturnType<ReturnType<typeof upstreamWith>['send']>) {
  const reply = await sent;
  if (!reply.ok) throw new Error(`no reply: ${reply.error.kind}`);
  return reply.value.body;
}

describe('a call that succeeds', () => {
  it('sends method, path, query, headers and body as given, and asks for no compression', async () => {
    const seen: unknown[] = [];
    const url = await listen(async (req, res) => {
      const pieces: Buffer[] = [];
      for await (const piece of req) pieces.push(piece);
      seen.push(req.method, req.url, req.headers, Buffer.concat(pieces).toString());
      res.writeHead(201, { 'x-a': ['1', '2'], 'content-type': 'application/json' }).end('{"b":2}');
    });

    const reply = await upstreamWith().send(requestTo(url));

    expect(seen).toMatchObject([
      'POST',
      '/v1/chat?x=1',
      { 'content-type': 'application/json', 'accept-encoding': 'identity', 'content-length': '7' },
      '{"a":1}',
    ]);
    if (!reply.ok) throw new Error(reply.error.kind);
    expect(reply.value.status).toBe(201);
    expect(reply.value.headers['x-a']).toBe('1, 2');
    const bytes = await reply.value.body.bytes(1000);
    expect(bytes.ok && Buffer.from(bytes.value).toString()).toBe('{"b":2}');
  });

  it('gives the pieces of a stream as they come and uses the connection again', async () => {
    const ports = new Set<number | undefined>();
    const url = await listen((req, res) => {
      ports.add(req.socket.remotePort);
      res.write('one ');
      setImmediate(() => res.end('two'));
    });
    const upstream = upstreamWith();

    for (let turn = 0; turn < 6; turn += 1) {
      expect(await readAll(await bodyOf(upstream.send(requestTo(url))))).toEqual({
        text: 'one two',
      });
    }

    // A second one is opened when a call comes before the first is free again.
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  it('uses a connection again whose reply is let end, and cuts it when the end does not come', async () => {
    const sockets: Socket[] = [];
    const ends: (() => void)[] = [];
    const url = await listen((req, res) => {
      sockets.push(req.socket);
      res.write('all there is to say');
      ends.push(() => res.end('\n'));
    });
    const clock = createManualClock();
    const upstream = upstreamWith({ clock, maxConnectionsPerOrigin: 1 });
    const letOneEnd = async (): Promise<void> => {
      const body = await bodyOf(upstream.send(requestTo(url)));
      for await (const _piece of body.chunks()) {
        body.letEnd();
        break;
      }
    };

    await letOneEnd();
    const second = letOneEnd();
    ends[0]?.();
    await second;

    const [first, again] = sockets;
    expect(again).toBe(first);
    const isClosed = once(again ?? new EventEmitter(), 'close');
    clock.advance(1_001);
    await isClosed;
    expect(clock.waiting()).toBe(0);
  });

  it('passes over informational replies', async () => {
    const url = await listenRaw((socket) => {
      socket.once('data', () =>
        socket.write(
          'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
        ),
      );
    });

    const reply = await upstreamWith().send(requestTo(url));

    expect(reply.ok && reply.value.status).toBe(200);
    expect(reply.ok && (await readAll(reply.value.body))).toEqual({ text: 'ok' });
  });

  it('does not follow a redirect', async () => {
    let calls = 0;
    const url = await listen((_req, res) => {
      calls += 1;
      res.writeHead(302, { location: '/elsewhere' }).end();
    });

    const reply = await upstreamWith().send(requestTo(url));

    expect(reply.ok && reply.value.status).toBe(302);
    expect(calls).toBe(1);
  });

  it('keeps a header named like a property of objects harmless', async () => {
    const url = await listenRaw((socket) => {
      socket.once('data', () =>
        socket.write('HTTP/1.1 200 OK\r\nconstructor: c\r\ncontent-length: 0\r\n\r\n'),
      );
    });

    const reply = await upstreamWith().send(requestTo(url));

    expect(reply.ok && reply.value.headers['constructor']).toBe('c');
    expect(reply.ok && reply.value.headers['toString']).toBeUndefined();
  });
});

// A loaded machine may stall for longer than that; it does not do so three times in a row.
describe('a client that leaves', { retry: 2 }, () => {
  it('cuts the connection within 100 ms while the reply streams', async () => {
    let cutAt = 0;
    const url = await listen((_req, res) => {
      res.write('data');
      res.on('close', () => {
        cutAt = performance.now();
      });
    });
    const leaving = new AbortController();
    const body = await bodyOf(upstreamWith().send(requestTo(url, { signal: leaving.signal })));
    const iterator = body.chunks()[Symbol.asyncIterator]();
    await iterator.next();
    const next = iterator.next();

    const leftAt = performance.now();
    leaving.abort();

    await expect(next).rejects.toMatchObject({ failure: { kind: 'client_closed' } });
    await until(() => cutAt > 0);
    expect(cutAt - leftAt).toBeLessThan(100);
  });

  it('cuts the connection while no reply has come', async () => {
    let isCut = false;
    const arrived = Promise.withResolvers<void>();
    const url = await listen((req) => {
      req.socket.on('close', () => {
        isCut = true;
      });
      arrived.resolve();
    });
    const leaving = new AbortController();
    const sent = upstreamWith().send(requestTo(url, { signal: leaving.signal }));
    await arrived.promise;

    leaving.abort();

    expect(await sent).toEqual({ ok: false, error: { kind: 'client_closed' } });
    await until(() => isCut);
  });

  it('cuts the connection when the reader leaves its loop early', async () => {
    let isCut = false;
    const url = await listen((_req, res) => {
      res.on('close', () => {
        isCut = true;
      });
      res.write('a');
    });
    const body = await bodyOf(upstreamWith().send(requestTo(url)));

    for await (const piece of body.chunks()) {
      expect(Buffer.from(piece).toString()).toBe('a');
      break;
    }

    await until(() => isCut);
  });

  it('sends nothing for a call that was given up before, or in the queue for a connection', async () => {
    const paths: (string | undefined)[] = [];
    const held = Promise.withResolvers<void>();
    const url = await listen(async (req, res) => {
      paths.push(req.url);
      await held.promise;
      res.end('ok');
    });
    const upstream = upstreamWith({ maxConnectionsPerOrigin: 1 });
    const first = upstream.send(requestTo(url));
    const leaving = new AbortController();
    const queued = upstream.send(requestTo(new URL('/queued', url), { signal: leaving.signal }));
    const third = upstream.send(requestTo(new URL('/third', url)));

    leaving.abort();
    const late = upstream.send(requestTo(new URL('/late', url), { signal: leaving.signal }));
    held.resolve();

    expect(await queued).toEqual({ ok: false, error: { kind: 'client_closed' } });
    expect(await late).toEqual({ ok: false, error: { kind: 'client_closed' } });
    expect(await readAll(await bodyOf(first))).toEqual({ text: 'ok' });
    expect(await readAll(await bodyOf(third))).toEqual({ text: 'ok' });
    expect(paths).toEqual(['/v1/chat?x=1', '/third']);
  });
});

describe('deadlines', () => {
  it('ends a connect that takes too long', async () => {
    const clock = createManualClock();
    // A lookup that never answers stands for a name server, or a host, that is silent.
    const upstream = upstreamWith({ clock, connectMs: 50, lookup: (() => {}) as never });
    const sent = upstream.send(
      requestTo(new URL('http://silent.example/'), { deadlines: { ...FOREVER, connectMs: 50 } }),
    );

    clock.advance(49);
    clock.advance(1);

    expect(await sent).toEqual({
      ok: false,
      error: { kind: 'provider_timeout', provider: 'p', phase: 'connect' },
    });
  });

  it('ends a call whose reply headers do not come', async () => {
    const clock = createManualClock();
    const arrived = Promise.withResolvers<void>();
    const url = await listen(() => arrived.resolve());
    const sent = upstreamWith({ clock }).send(
      requestTo(url, { deadlines: { ...FOREVER, headersMs: 500 } }),
    );
    await arrived.promise;

    clock.advance(500 + 60_000);

    expect(await sent).toMatchObject({ error: { kind: 'provider_timeout', phase: 'headers' } });
  });

  it('ends a stream that stays silent for the idle time, counted from the last piece', async () => {
    const clock = createManualClock();
    const url = await listen((_req, res) => {
      res.write('a');
    });
    const body = await bodyOf(
      upstreamWith({ clock }).send(requestTo(url, { deadlines: { ...FOREVER, idleMs: 1000 } })),
    );
    const iterator = body.chunks()[Symbol.asyncIterator]();
    await iterator.next();
    clock.advance(30_000);
    const next = iterator.next();
    clock.advance(999);
    clock.advance(1);

    await expect(next).rejects.toMatchObject({
      failure: { kind: 'provider_timeout', provider: 'p', phase: 'idle' },
    });
  });

  it('ends a stream that is never silent at the total time', async () => {
    const clock = createManualClock();
    const url = await listen((_req, res) => {
      res.write('a');
    });
    const body = await bodyOf(
      upstreamWith({ clock }).send(requestTo(url, { deadlines: { ...FOREVER, totalMs: 5000 } })),
    );
    const all = body.bytes(1000);
    clock.advance(5000);

    expect(await all).toMatchObject({ error: { kind: 'provider_timeout', phase: 'total' } });
  });

  it('leaves no timer behind, however a call ends', async () => {
    const clock = createManualClock();
    const url = await listen((req, res) => {
      if (req.url === '/cut') res.destroy();
      else res.end('ok');
    });
    const upstream = upstreamWith({ clock });

    await (await bodyOf(upstream.send(requestTo(url)))).bytes(10);
    await upstream.send(requestTo(new URL('/cut', url)));

    expect(clock.waiting()).toBe(0);
  });
});

describe('a provider that misbehaves', () => {
  it.each([
    ['refuses the connection', 'http://127.0.0.1:1/'],
    ['has a name that no one knows', 'http://no-such-host.invalid/'],
  ])('is unreachable when it %s', async (_what, url) => {
    expect(await upstreamWith().send(requestTo(new URL(url)))).toEqual({
      ok: false,
      error: { kind: 'provider_unreachable', provider: 'p' },
    });
  });

  it('is unreachable when it cuts the connection before a reply', async () => {
    const url = await listenRaw((socket) => socket.once('data', () => socket.resetAndDestroy()));

    expect(await upstreamWith().send(requestTo(url))).toEqual({
      ok: false,
      error: { kind: 'provider_unreachable', provider: 'p' },
    });
  });

  it.each([
    ['a chunked body', 'transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n'],
    ['a body of known length', 'content-length: 10\r\n\r\nabc'],
  ])('leaves what came of %s and says that it was cut', async (_what, head) => {
    const url = await listenRaw((socket) => {
      socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\n${head}`));
    });

    const body = await bodyOf(upstreamWith().send(requestTo(url)));

    expect(await readAll(body)).toEqual({ text: 'abc', failure: 'provider_truncated' });
  });

  it('gives an error for a reply that is not HTTP', async () => {
    const url = await listenRaw((socket) => socket.once('data', () => socket.end('SSH-2.0-x\r\n')));

    expect(await upstreamWith().send(requestTo(url))).toMatchObject({
      error: { kind: 'provider_invalid_reply' },
    });
  });

  it('gives an error for reply headers beyond the bound', async () => {
    const url = await listenRaw((socket) => {
      socket.once('data', () =>
        socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}\r\ncontent-length: 0\r\n\r\n`),
      );
    });

    expect(await upstreamWith({ maxHeaderBytes: 16_384 }).send(requestTo(url))).toMatchObject({
      error: { kind: 'provider_invalid_reply', detail: 'the reply headers are too large' },
    });
  });

  it('refuses a body that is announced, or turns out, longer than the limit', async () => {
    const url = await listen((req, res) => {
      if (req.url === '/announced') res.end('x'.repeat(5000));
      else {
        res.write('x'.repeat(600));
        setImmediate(() => res.end('x'.repeat(600)));
      }
    });
    const upstream = upstreamWith();

    for (const path of ['/announced', '/growing']) {
      const body = await bodyOf(upstream.send(requestTo(new URL(path, url))));
      expect(await body.bytes(1000)).toMatchObject({
        error: { kind: 'provider_invalid_reply', detail: 'the reply is longer than 1000 bytes' },
      });
    }
  });

  it('refuses one call more than may wait for a connection', async () => {
    const held = Promise.withResolvers<void>();
    const url = await listen(async (_req, res) => {
      await held.promise;
      res.end('ok');
    });
    const upstream = upstreamWith({ maxConnectionsPerOrigin: 1, maxWaitingPerOrigin: 1 });
    const taken = [upstream.send(requestTo(url)), upstream.send(requestTo(url))];

    expect(await upstream.send(requestTo(url))).toEqual({
      ok: false,
      error: { kind: 'provider_failed', provider: 'p', overloaded: true },
    });

    held.resolve();
    for (const sent of taken) expect(await readAll(await bodyOf(sent))).toEqual({ text: 'ok' });
    expect((await upstream.send(requestTo(url))).ok).toBe(true);
  });
});

describe('back-pressure', () => {
  it('stops the provider while the reader does not read, and loses nothing', async () => {
    const piece = Buffer.alloc(64 * 1024, 'x');
    const total = 100 * 1024 * 1024;
    let written = 0;
    const url = await listen((_req, res) => {
      const write = (): void => {
        while (written < total) {
          written += piece.length;
          if (!res.write(piece)) {
            res.once('drain', write);
            return;
          }
        }
        res.end();
      };
      write();
    });
    const body = await bodyOf(upstreamWith().send(requestTo(url)));
    let before = -1;
    // The kernel's buffers fill first; then nothing moves any more.
    while (written !== before) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }

    expect(written).toBeLessThan(30 * 1024 * 1024);

    let read = 0;
    let peak = 0;
    for await (const { byteLength } of body.chunks()) {
      read += byteLength;
      peak = Math.max(peak, byteLength);
    }
    expect(read).toBe(total);
    expect(peak).toBeLessThanOrEqual(HIGHEST_PIECE);
  });

  it('reads 100 MB without a line break no further than the limit', async () => {
    let sent = 0;
    const url = await listen((_req, res) => {
      const piece = Buffer.alloc(256 * 1024, 'x');
      const write = (): void => {
        while (sent < 100 * 1024 * 1024 && !res.destroyed) {
          sent += piece.length;
          if (!res.write(piece)) {
            res.once('drain', write);
            return;
          }
        }
        res.end();
      };
      write();
    });

    const body = await bodyOf(upstreamWith().send(requestTo(url)));

    expect(await body.bytes(1024 * 1024)).toMatchObject({
      error: { kind: 'provider_invalid_reply' },
    });
    expect(sent).toBeLessThan(40 * 1024 * 1024);
  });
});

const HIGHEST_PIECE = 128 * 1024;
