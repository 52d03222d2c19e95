import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../config/secret.ts';
import { createManualClock } from '../test-support/manual-clock.ts';
import { tempDir } from '../test-support/temp-dir.ts';
import { openDatabase } from './open-database.ts';
import { loadSecret } from './server-secret.ts';
import { createSqliteKeyStore } from './sqlite-key-store.ts';

let dir: ReturnType<typeof tempDir>;
const opened: DatabaseSync[] = [];
const secret = new Secret('a secret of the server');

function open(): DatabaseSync {
  const result = openDatabase(dir.path);
  if (!result.ok) throw new Error(result.error.detail);
  opened.push(result.value);
  return result.value;
}

beforeEach(() => {
  dir = tempDir();
});
afterEach(() => {
  for (const db of opened.splice(0)) db.close();
  dir[Symbol.dispose]();
});

const member = { name: 'app', role: 'member' } as const;

describe('createSqliteKeyStore', () => {
  it('makes keys of 256 random bits, and finds a key by its plaintext alone', async () => {
    const store = createSqliteKeyStore(open(), secret);
    const key = {
      ...member,
      allowedModels: ['openai/*'],
      allowedFaces: ['native'],
      requestsPerMinute: 7,
    };

    const { stored, plaintext } = await store.create(key);

    expect(plaintext).toMatch(/^tg_[A-Za-z0-9_-]{43}$/);
    expect(stored).toMatchObject({ ...key, hint: `${plaintext.slice(0, 7)}…` });
    expect(await store.find(plaintext)).toEqual(stored);
    expect(await store.find(`${plaintext}x`)).toBeUndefined();
    expect(await store.find(stored.id)).toBeUndefined();
    expect(await store.find('')).toBeUndefined();
  });

  it('writes the plaintext nowhere', async () => {
    const { plaintext } = await createSqliteKeyStore(open(), secret).create(member);

    for (const file of readdirSync(dir.path)) {
      expect(readFileSync(join(dir.path, file)).includes(plaintext.slice(8))).toBe(false);
    }
  });

  it('knows no key under another secret', async () => {
    const db = open();
    const { plaintext } = await createSqliteKeyStore(db, secret).create(member);

    const other = createSqliteKeyStore(db, new Secret('another secret'));

    expect(await other.find(plaintext)).toBeUndefined();
  });

  it('sees within a second what another process makes and revokes', async () => {
    const clock = createManualClock();
    const gateway = createSqliteKeyStore(open(), secret, { clock });
    const commandLine = createSqliteKeyStore(open(), secret);

    const { plaintext, stored } = await commandLine.create(member);
    clock.advance(999);
    expect(await gateway.find(plaintext)).toEqual(stored);

    expect(await commandLine.revoke('app')).toBe(true);
    clock.advance(999);
    expect(await gateway.find(plaintext)).toBeUndefined();
  });

  it('finds a key at once that another process has just made', async () => {
    const gateway = createSqliteKeyStore(open(), secret, { clock: createManualClock() });
    const { plaintext, stored } = await createSqliteKeyStore(open(), secret).create(member);

    expect(await gateway.find(plaintext)).toEqual(stored);
  });

  it('revokes by id or name, at once for itself, and only what lives', async () => {
    const store = createSqliteKeyStore(open(), secret);
    const one = await store.create(member);
    const two = await store.create({ ...member, name: 'two' });

    expect(await store.revoke(one.stored.id)).toBe(true);
    expect(await store.revoke('two')).toBe(true);
    expect(await store.revoke('two')).toBe(false);
    expect(await store.revoke('nobody')).toBe(false);

    expect(await store.find(one.plaintext)).toBeUndefined();
    expect(await store.find(two.plaintext)).toBeUndefined();
    expect((await store.list()).every(({ revokedAt }) => revokedAt !== undefined)).toBe(true);
  });

  it('finds keys of the configuration and stores them nowhere', async () => {
    const db = open();
    const configured = [
      { name: 'file', key: new Secret('k-from-file'), role: 'member', requestsPerMinute: 5 },
    ] as const;
    const store = createSqliteKeyStore(db, secret, { configured });

    expect(await store.find('k-from-file')).toMatchObject({
      id: 'config:file',
      requestsPerMinute: 5,
    });
    expect(db.prepare('select count(*) as n from keys').get()).toEqual({ n: 0 });
  });
});

describe('ensureAdminKey', () => {
  it('makes one, tells it once, and again only after it was revoked', async () => {
    const store = createSqliteKeyStore(open(), secret);

    const made = store.ensureAdminKey(undefined);
    expect(await store.find(made ?? '')).toMatchObject({ id: 'admin', role: 'admin' });
    expect(store.ensureAdminKey(undefined)).toBeUndefined();

    await store.revoke('admin');
    const again = store.ensureAdminKey(undefined);
    expect(again).not.toBe(made);
    expect(await store.find(again ?? '')).toMatchObject({ role: 'admin' });
  });

  it('is replaced by the configured one', async () => {
    const store = createSqliteKeyStore(open(), secret);
    const made = store.ensureAdminKey(undefined);

    expect(store.ensureAdminKey(new Secret('chosen'))).toBeUndefined();

    expect(await store.find('chosen')).toMatchObject({ id: 'admin', role: 'admin' });
    expect(await store.find(made ?? '')).toBeUndefined();
  });
});

describe('loadSecret', () => {
  it('makes one that only the owner may read, and reads it afterwards', () => {
    const first = loadSecret(dir.path, undefined);
    const second = loadSecret(dir.path, undefined);

    if (!first.ok || !second.ok) throw new Error('no secret');
    expect(first.value.reveal()).toMatch(/^[0-9a-f]{64}$/);
    expect(second.value.reveal()).toBe(first.value.reveal());
    expect(statSync(join(dir.path, 'secret')).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir.path)).toEqual(['secret']);
  });

  it('prefers the configured one and refuses one that was damaged', () => {
    expect(loadSecret(dir.path, secret)).toEqual({ ok: true, value: secret });

    writeFileSync(join(dir.path, 'secret'), 'short');

    expect(loadSecret(dir.path, undefined)).toEqual({
      ok: false,
      error: { detail: expect.stringContaining('too short') },
    });
  });
});
