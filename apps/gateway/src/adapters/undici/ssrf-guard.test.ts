import { describe, expect, it } from 'vitest';
import { systemClock } from '../system/system-clock.ts';
import { createGuardedUpstream } from './guarded-upstream.ts';
import { isGuardedUrl, isPublicAddress } from './ssrf-guard.ts';

describe('isPublicAddress', () => {
  it.each(['1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '2a00:1450:4001:830::200e'])(
    'takes %s for public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    ['loopback', '127.0.0.1'],
    ['all of the loopback net', '127.255.255.254'],
    ['loopback 6', '::1'],
    ['unspecified', '0.0.0.0'],
    ['unspecified 6', '::'],
    ['this net', '0.1.2.3'],
    ['private A', '10.1.2.3'],
    ['private B', '172.31.255.255'],
    ['private C', '192.168.0.1'],
    ['link-local and metadata', '169.254.169.254'],
    ['link-local 6', 'fe80::1'],
    ['link-local 6 with a zone', 'fe80::1%eth0'],
    ['unique local, metadata 6', 'fd00:ec2::254'],
    ['site-local', 'fec0::1'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['metadata in the carrier net', '100.100.100.200'],
    ['metadata in a public net', '168.63.129.16'],
    ['protocol assignments', '192.0.0.192'],
    ['documentation', '192.0.2.1'],
    ['documentation 6', '2001:db8::1'],
    ['newer documentation 6', '3fff::1'],
    ['benchmarks', '198.18.0.1'],
    ['6to4 relay', '192.88.99.1'],
    ['multicast', '224.0.0.1'],
    ['multicast 6', 'ff02::1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['mapped loopback', '::ffff:127.0.0.1'],
    ['mapped public', '::ffff:1.1.1.1'],
    ['compatible loopback', '::127.0.0.1'],
    ['6to4 of a private address', '2002:a00:1::1'],
    ['NAT64 of loopback', '64:ff9b::7f00:1'],
    ['local NAT64', '64:ff9b:1::1'],
    ['Teredo', '2001::1'],
    ['a name', 'localhost'],
    ['an octal spelling', '0177.0.0.1'],
    ['a short spelling', '127.1'],
    ['nothing', ''],
  ])('refuses %s: %s', (_what, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('isGuardedUrl', () => {
  it.each([
    'file:///etc/passwd',
    'ftp://example.org/x',
    'https://user:pass@example.org/',
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::1]/',
    'http://[::ffff:7f00:1]/',
  ])('refuses %s before anything is resolved', (url) => {
    expect(isGuardedUrl(new URL(url))).toBe(false);
  });

  it('lets a name pass, which is checked when it is connected to', () => {
    expect(isGuardedUrl(new URL('https://example.org/cat.png'))).toBe(true);
  });
});

describe('createGuardedUpstream', () => {
  it.each([
    ['a private address', ['10.0.0.1']],
    ['a public and a private one', ['93.184.216.34', '127.0.0.1']],
  ])('connects nowhere when a name resolves to %s', async (_what, addresses) => {
    const lookup = Object.assign(
      (_host: string, _options: unknown, callback: (error: null, found: unknown) => void) =>
        callback(
          null,
          addresses.map((address) => ({ address, family: 4 })),
        ),
      { __promisify__: () => Promise.reject(new Error('not used')) },
    );
    const upstream = createGuardedUpstream({ clock: systemClock, lookup: lookup as never });

    const reply = await upstream.send({
      provider: 'image',
      url: new URL('http://rebound.example/x.png'),
      method: 'GET',
      headers: {},
      body: undefined,
      deadlines: { connectMs: 1000, headersMs: 1000, idleMs: 1000, totalMs: 3000 },
      signal: new AbortController().signal,
    });

    expect(reply).toEqual({
      ok: false,
      error: { kind: 'invalid_request', detail: 'the URL does not lead to a public address' },
    });
    await upstream.close();
  });
});
