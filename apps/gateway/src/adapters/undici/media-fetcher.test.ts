import type { RequestListener } from 'node:http';
import { startServer } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../system/system-clock.ts';
import { createMediaFetcher, redirected } from './media-fetcher.ts';

type Options = Partial<Parameters<typeof createMediaFetcher>[0]>;

async function start(listener: RequestListener, options: Options = {}) {
  const seen: { url: string | undefined; headers: object }[] = [];
  const server = await startServer((req, res) => {
    seen.push({ url: req.url, headers: req.headers });
    listener(req, res);
  });
  const fetcher = createMediaFetcher({
    clock: systemClock,
    privateHosts: ['127.0.0.1'],
    userAgent: 'tollgate/test',
    ...options,
  });
  return {
    server,
    seen,
    get: (
      url: string,
      { maxBytes = 1_000, totalMs = 5_000, signal = new AbortController().signal } = {},
    ) => fetcher.fetch(url.startsWith('/') ? server.url + url : url, { maxBytes, totalMs, signal }),
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await fetcher.close();
    },
  };
}

const NOBODY = 'could not be fetched: no public server answers there';

/** Resolves every name as told, as an attacker's own name server would. */
const resolvingTo = (address: string) =>
  ((
    _name: string,
    _options: object,
    callback: (error: null, found: { address: string; family: number }[]) => void,
  ) => callback(null, [{ address, family: 4 }])) as never;

describe('media that are fetched', () => {
  it('come with the type that their server says, and take nothing of ours along', async () => {
    await using web = await start((_req, res) => {
      res.writeHead(200, { 'content-type': 'Image/PNG; q=1', 'set-cookie': 'a=b' });
      res.end('PNG');
    });

    const fetched = await web.get('/a.png?sig=1');
    await web.get('/b.png');

    expect(fetched).toMatchObject({ ok: true, value: { mediaType: 'image/png' } });
    expect(web.seen.map(({ url }) => url)).toEqual(['/a.png?sig=1', '/b.png']);
    for (const { headers } of web.seen) {
      expect(Object.keys(headers).sort()).toEqual([
        'accept',
        'accept-encoding',
        'connection',
        'host',
        'user-agent',
      ]);
    }
  });

  it.each([
    ['https://a.test/x', 'https://b.test/y', 'https://b.test/y'],
    ['http://a.test/x', 'https://b.test/y', 'https://b.test/y'],
    ['https://a.test/x', '/y', 'https://a.test/y'],
    ['https://a.test/x', 'http://a.test/y', undefined],
    ['https://a.test/x', 'file:///etc/passwd', undefined],
  ])('move from %s by %s to %s', (from, location, to) => {
    expect(redirected(new URL(from), location)?.href).toBe(to);
  });

  it('are followed where they moved, but not for ever', async () => {
    await using web = await start((req, res) => {
      const left = Number(req.url?.slice(1));
      if (left === 0) res.end('here');
      else res.writeHead(302, { location: `/${left - 1}` }).end();
    });

    expect(await web.get('/3')).toMatchObject({ ok: true });
    expect(await web.get('/4')).toMatchObject({
      error: { kind: 'invalid_request', detail: 'is redirected too often' },
    });
  });

  it.each<[string, RequestListener, string]>([
    ['a page that is not there', (_, res) => res.writeHead(404).end('x'), 'answered 404'],
    ['nothing', (_, res) => res.writeHead(200).end(), 'is empty'],
    [
      'more than it may, announced',
      (_, res) => res.writeHead(200, { 'content-length': '1001' }).end('x'.repeat(1_001)),
      'is larger than 1000 bytes',
    ],
    [
      'more than it may, unannounced',
      (_, res) => {
        res.write('x'.repeat(600));
        res.end('x'.repeat(600));
      },
      'is larger than 1000 bytes',
    ],
    [
      'a compressed body',
      (_, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
      'came compressed',
    ],
    [
      'half of it',
      (_, res) => {
        res.writeHead(200, { 'content-length': '900' });
        res.write('x'.repeat(10), () => res.destroy());
      },
      'broke off',
    ],
    [
      'another kind of address',
      (_, res) => res.writeHead(302, { location: 'file:///etc/passwd' }).end(),
      'no http or https URL',
    ],
  ])('are refused where a server sends %s', async (_case, listener, detail) => {
    await using web = await start(listener);

    const fetched = await web.get('/');

    expect(fetched).toMatchObject({ ok: false, error: { kind: 'invalid_request' } });
    expect(JSON.stringify(fetched)).toContain(detail);
  });

  it('are given up when they take too long, redirects included, or when nobody waits any more', async () => {
    const client = new AbortController();
    await using web = await start((req, res) => {
      if (req.url === '/abort') client.abort();
      else if (req.url === '/drip') res.write('x');
    });

    const slow = await web.get('/drip', { totalMs: 60 });
    const left = await web.get('/abort', { signal: client.signal });

    expect(slow).toMatchObject({ error: { detail: 'could not be fetched in time' } });
    expect(left).toMatchObject({ error: { kind: 'client_closed' } });
  });
});

describe('addresses that lead inside', () => {
  it('are not connected to, and read as ones where nobody answers', async () => {
    await using web = await start((_req, res) => res.end('secret'), { privateHosts: [] });

    for (const url of [
      '/',
      `http://localhost:${web.server.port}/`,
      'http://169.254.169.254/',
      'http://[::1]/',
    ]) {
      expect(await web.get(url)).toMatchObject({
        error: { kind: 'invalid_request', detail: NOBODY },
      });
    }
    expect(web.seen).toEqual([]);
  });

  it('are refused by what their name resolves to, in the same words as a name that leads nowhere', async () => {
    await using web = await start((_req, res) => res.end('secret'), {
      privateHosts: [],
      lookup: resolvingTo('127.0.0.1'),
    });
    const nowhere = ((_name: string, _options: object, callback: (error: Error) => void) =>
      callback(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }))) as never;
    await using none = await start(() => {}, { privateHosts: [], lookup: nowhere });

    const inside = await web.get(`http://images.example:${web.server.port}/`);
    const unknown = await none.get('http://images.example/');

    expect(inside).toEqual(unknown);
    expect(web.seen).toEqual([]);
  });

  it('are refused where a server of one’s own leads to another', async () => {
    await using inside = await start((_req, res) => res.end('secret'));
    const { port } = inside.server;
    await using web = await start((_req, res) =>
      res.writeHead(302, { location: `http://localhost:${port}/` }).end(),
    );

    expect(await web.get('/')).toMatchObject({ error: { detail: NOBODY } });
    expect(inside.seen).toEqual([]);
  });

  it('can be allowed by host, or by host and port', async () => {
    await using web = await start((_req, res) => res.end('x'), { privateHosts: ['127.0.0.1:1'] });

    expect(await web.get('/')).toMatchObject({ ok: false });
    const { host } = new URL(web.server.url);
    await using allowed = await start((_req, res) => res.end('x'), { privateHosts: [host] });
    expect(await allowed.get(`${web.server.url}/`)).toMatchObject({ ok: true });
  });
});
