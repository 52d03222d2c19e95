import { ok } from '@tollgate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../config/secret.ts';
import { KEPT_BYTES, type KeptItem, type KeptStore } from '../../ports/kept-store.ts';
import type { CallSealer } from '../../ports/sealer-for.ts';
import { createManualClock } from '../test-support/manual-clock.ts';
import { createSealers } from './create-sealers.ts';

function fakeStore(): KeptStore & { readonly items: Map<string, KeptItem> } {
  const items = new Map<string, KeptItem>();
  return {
    items,
    put: async (owner, ...put) => {
      for (const item of put) items.set(`${item.kind}:${owner}:${item.id}`, item);
      return 'kept';
    },
    get: async (kind, id, owner) => ok(items.get(`${kind}:${owner}:${id}`)?.body),
    delete: async () => ok(undefined),
  };
}

/** As a request's tokens are opened: what a first attempt only names is read for a second. */
async function opened(sealer: CallSealer, token: string): Promise<string | undefined> {
  const first = sealer.open(token, '');
  return (await sealer.recall()) ? sealer.open(token, '') : first;
}

const sealers = (kept = fakeStore(), secret = 'a secret of the server') =>
  createSealers(new Secret(secret), { clock: createManualClock(), kept });

const any = fc.string({ unit: 'grapheme' });

describe('a sealer', () => {
  it('opens what it sealed, in the same place, always by the same token', () => {
    const sealer = sealers()('alice');

    fc.assert(
      fc.property(any, any, (payload, beside) => {
        const token = sealer.seal(payload, { beside }) ?? '';
        expect(token).toMatch(/^tgs1_i[\w-]+$/);
        expect(sealer.seal(payload, { beside })).toBe(token);
        expect(sealer.open(token, beside)).toBe(payload);
      }),
    );
  });

  it('opens nothing of another owner, secret or place', () => {
    const token = sealers()('alice').seal('payload', { beside: 'text' }) ?? '';

    expect(sealers()('bob').open(token, 'text')).toBeUndefined();
    expect(sealers(fakeStore(), 'another secret')('alice').open(token, 'text')).toBeUndefined();
    expect(sealers()('alice').open(token, 'other text')).toBeUndefined();
    // The borders between owner, place and payload are part of what is signed.
    expect(sealers()('alic').open(token, 'etext')).toBeUndefined();
  });

  it('opens no token that was changed anywhere', () => {
    const sealer = sealers()('alice');
    const token = sealer.seal('a payload of some length', { beside: '' }) ?? '';

    fc.assert(
      fc.property(
        fc.nat(token.length - 1),
        fc.constantFrom('A', 'b', '7', '_', '-'),
        (at, letter) => {
          const changed = token.slice(0, at) + letter + token.slice(at + 1);
          const opened = sealer.open(changed, '');
          if (opened !== undefined) expect(opened).toBe('a payload of some length');
        },
      ),
    );
    expect(sealer.open(token.replace('tgs1_i', 'tgs1_k'), '')).toBeUndefined();
    expect(sealer.open(token.slice(0, -3), '')).toBeUndefined();
  });

  it('never throws for what it is given to open', () => {
    const sealer = sealers()('alice');

    fc.assert(
      fc.property(any, any, (token, beside) => {
        expect(sealer.open(`tgs1_${token}`, beside)).toBeUndefined();
        expect(sealer.open(token, beside)).toBeUndefined();
      }),
    );
  });

  it('keeps what is too long for its place, once, for its owner, and for a time', async () => {
    const kept = fakeStore();
    const sealer = sealers(kept)('alice');
    const payload = 'x'.repeat(2_000);
    const place = { beside: '', longest: 1_500 };

    const token = sealer.seal(payload, place) ?? '';

    expect(token).toMatch(/^tgs1_k[\w-]{22}$/);
    expect(sealer.seal(payload, place)).toBe(token);
    await sealer.kept();
    expect(kept.items.size).toBe(1);
    const [[key, item] = []] = kept.items;
    const days = ((item?.expiresAt ?? 0) - createManualClock().now()) / 86_400_000;
    expect(key).toMatch(/^state:alice:/);
    expect(item?.body).toBe(payload);
    expect(days).toBe(30);
    expect(await opened(sealers(kept)('alice'), token)).toBe(payload);
    expect(await opened(sealers(kept)('bob'), token)).toBeUndefined();
    kept.items.clear();
    expect(await opened(sealers(kept)('alice'), token)).toBeUndefined();
  });

  it('opens nothing that was put into the store by another hand', async () => {
    const kept = fakeStore();
    const sealer = sealers(kept)('alice');
    const id = 'A'.repeat(22);
    await kept.put('alice', { kind: 'state', id, body: 'forged', expiresAt: 1e15 });

    expect(await opened(sealer, `tgs1_k${id}`)).toBeUndefined();
  });

  it('makes no token of what is too large to be kept', () => {
    const payload = 'x'.repeat(KEPT_BYTES.state + 1);

    expect(sealers()('alice').seal(payload, { beside: '', longest: 1_500 })).toBeUndefined();
  });

  it('reads nothing for tokens that hold what they stand for', async () => {
    const sealer = sealers()('alice');
    const token = sealer.seal('payload', { beside: '' }) ?? '';

    expect(sealer.open(token, '')).toBe('payload');
    expect(await sealer.recall()).toBe(false);
  });
});
