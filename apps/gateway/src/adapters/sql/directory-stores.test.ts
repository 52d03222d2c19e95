import { DatabaseSync } from 'node:sqlite';
import type { StoredKey } from '@tollgate/core/directory';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenedEngine, onEngine, testedEngines } from '../../../test/support/engines.ts';
import { Secret } from '../../config/secret.ts';
import type { UnissuedKey } from '../../ports/key-store.ts';
import { MIGRATIONS } from '../sqlite/migrations.ts';
import { createManualClock, type ManualClock } from '../test-support/manual-clock.ts';
import { createDirectoryStores, type DirectoryStores } from './directory-stores.ts';
import type { SqlDatabase } from './sql.ts';

const secret = new Secret('a secret of the server');

const unissued = (id: string, fields: Partial<UnissuedKey> = {}): UnissuedKey => ({
  id,
  createdAt: 1_000,
  version: 1,
  name: 'app',
  role: 'member',
  organisationId: 'org_default',
  teamId: 'team_default',
  userId: 'user_default',
  ...fields,
});

const next = (key: StoredKey, fields: Partial<StoredKey> = {}): StoredKey => ({
  ...key,
  version: key.version + 1,
  ...fields,
});

for (const engine of await testedEngines()) {
  const { missing } = engine;
  describe.skipIf(missing !== undefined)(onEngine('the directory', engine), () => {
    let opened: OpenedEngine;
    let clock: ManualClock;
    let stores: DirectoryStores;

    /** As another process sees the same database. */
    const elsewhere = (of = secret, configured = []) =>
      createDirectoryStores({ db: opened.db, secret: of, clock, configured });

    beforeEach(async () => {
      opened = await engine.open();
      await opened.db.run('update teams set created_at = 0');
      clock = createManualClock();
      stores = elsewhere();
    });
    afterEach(() => opened[Symbol.asyncDispose]());

    async function issue(id: string, fields: Partial<UnissuedKey> = {}) {
      const issued = await stores.keys.issue(unissued(id, fields));
      if (!issued.ok) throw new Error(JSON.stringify(issued.error));
      return issued.value;
    }

    it('tells a team as it was made, page after page in order of age', async () => {
      for (const [index, id] of ['team_b', 'team_a', 'team_c'].entries()) {
        const createdAt = index === 0 ? 1 : 2;
        const team = { id, createdAt, version: 1, organisationId: 'org_default', name: id };
        expect(await stores.teams.create(team)).toEqual({ ok: true, value: undefined });
      }

      const first = await stores.teams.list({ limit: 3 });
      if (!first.ok || first.value.next === undefined) throw new Error('no second page');
      const second = await stores.teams.list({ limit: 3, after: first.value.next });

      expect(first.value.items.map(({ id }) => id)).toEqual(['team_default', 'team_b', 'team_a']);
      expect(second).toMatchObject({ value: { items: [{ id: 'team_c', name: 'team_c' }] } });
      expect(second.ok && second.value.next).toBeUndefined();
      expect(await stores.teams.list({ where: { organisationId: 'org_x' } })).toMatchObject({
        value: { items: [] },
      });
      expect(await stores.teams.list({ after: 'nonsense' })).toMatchObject({
        error: { kind: 'invalid_request', path: 'after' },
      });
    });

    it('lets one of two win who change the same version, and tells the other', async () => {
      const team = await stores.teams.get('team_default');
      if (!team.ok) throw new Error('no default team');
      const changes = ['one', 'two'].map((word) =>
        stores.teams.replace({ ...team.value, version: team.value.version + 1, name: word }),
      );

      const outcomes = await Promise.all(changes);

      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
      expect(outcomes.find(({ ok }) => !ok)).toMatchObject({ error: { kind: 'conflict' } });
      expect(await stores.teams.replace({ ...team.value, id: 'team_x', version: 2 })).toMatchObject(
        { error: { kind: 'record_not_found', noun: 'team', id: 'team_x' } },
      );
    });

    it('makes nothing of what is not there, and deletes nothing that holds a live key', async () => {
      expect(await stores.keys.issue(unissued('key_1', { teamId: 'team_x' }))).toMatchObject({
        error: { kind: 'invalid_request', path: 'teamId', detail: 'There is no team "team_x".' },
      });
      const { stored } = await issue('key_1');
      expect(await stores.teams.delete('team_default')).toMatchObject({
        error: { kind: 'conflict', detail: expect.stringContaining('key_1') },
      });
      expect(await stores.organisations.delete('org_default')).toMatchObject({
        error: { kind: 'conflict', detail: expect.stringContaining('teams') },
      });

      await stores.keys.replace(next(stored, { revokedAt: 5 }));

      expect(await stores.teams.delete('team_default')).toEqual({ ok: true, value: undefined });
      expect(await stores.teams.delete('team_default')).toMatchObject({
        error: { kind: 'record_not_found' },
      });
      expect(await stores.keys.get('key_1')).toMatchObject({ value: { teamId: 'team_default' } });
    });

    it('never has a live key in a team that was deleted at the same moment', async () => {
      const team = { id: 'team_t', createdAt: 1, version: 1, organisationId: 'org_default' };
      await stores.teams.create({ ...team, name: 't' });

      const [deleted, issued] = await Promise.all([
        stores.teams.delete('team_t'),
        stores.keys.issue(unissued('key_1', { teamId: 'team_t' })),
      ]);

      expect(deleted.ok).toBe(!issued.ok);
    });

    it('keeps a budget as it was written, and what it is for while it is there', async () => {
      const scope = { kind: 'team', id: 'team_t' } as const;
      const budget = { id: 'bud_1', createdAt: 1, version: 1, scope, budget: '20 USD/month' };
      expect(await stores.budgets.create(budget)).toMatchObject({
        error: { kind: 'invalid_request', path: 'scope.id' },
      });
      const team = { id: 'team_t', createdAt: 1, version: 1, organisationId: 'org_default' };
      await stores.teams.create({ ...team, name: 't' });
      await stores.budgets.create(budget);

      const changed = { ...budget, version: 2, budget: '30 USD/month' };
      expect(await stores.budgets.replace(changed)).toMatchObject({ ok: true });
      expect(await stores.budgets.replace(changed)).toMatchObject({ error: { kind: 'conflict' } });
      expect(await stores.budgets.list({ where: { scopeId: 'team_t' } })).toEqual({
        ok: true,
        value: { items: [changed] },
      });
      expect(await stores.teams.delete('team_t')).toMatchObject({ error: { kind: 'conflict' } });
      await stores.budgets.delete('bud_1');
      expect(await stores.teams.delete('team_t')).toMatchObject({ ok: true });
    });

    it('makes keys of 256 random bits with all that was said of them, found by plaintext alone', async () => {
      const { stored, plaintext } = await issue('key_1', {
        allowedModels: ['openai/*'],
        allowedFaces: ['native'],
        requestsPerMinute: 7,
        tags: ['a', 'b'],
        metadata: { centre: '7' },
        expiresAt: 9_999,
      });

      expect(plaintext).toMatch(/^tg_[A-Za-z0-9_-]{43}$/);
      expect(stored.hint).toBe(`${plaintext.slice(0, 7)}…`);
      expect(await stores.keys.get('key_1')).toEqual({ ok: true, value: stored });
      expect(await stores.keyIndex.find(plaintext)).toEqual({ ok: true, value: stored });
      for (const wrong of [`${plaintext}x`, stored.id, '']) {
        expect(await stores.keyIndex.find(wrong)).toEqual({ ok: true, value: undefined });
      }
      const other = elsewhere(new Secret('another secret'));
      expect(await other.keyIndex.find(plaintext)).toEqual({ ok: true, value: undefined });
      const kept = await opened.db.all('select * from keys, key_secrets');
      expect(kept.flatMap((row) => Object.values(row).map(String)).join()).not.toContain(plaintext);
    });

    it('sees within a second what another process changes, and at once a key that it has just made', async () => {
      const gateway = elsewhere();
      await gateway.keyIndex.find('tg_nobody');

      const { stored, plaintext } = await issue('key_1');
      expect(await gateway.keyIndex.find(plaintext)).toEqual({ ok: true, value: stored });

      const disabled = next(stored, { disabled: true });
      await stores.keys.replace(disabled);
      clock.advance(999);
      expect(await gateway.keyIndex.find(plaintext)).toEqual({ ok: true, value: disabled });

      await stores.keys.replace(next(disabled, { revokedAt: 5 }));
      clock.advance(999);
      expect(await gateway.keyIndex.find(plaintext)).toEqual({ ok: true, value: undefined });
    });

    it('answers a known key from memory, and asks once a while however many come', async () => {
      const { plaintext } = await issue('key_1');
      await stores.keyIndex.find(plaintext);
      let asked = 0;
      const counted: SqlDatabase = {
        ...opened.db,
        engine: opened.db.engine,
        transaction: (work) => opened.db.transaction(work),
        run: (sql, ...parameters) => opened.db.run(sql, ...parameters),
        many: (sql, lists) => opened.db.many(sql, lists),
        close: () => opened.db.close(),
        all: (sql, ...parameters) => {
          asked += 1;
          return opened.db.all(sql, ...parameters);
        },
      };
      const index = createDirectoryStores({ db: counted, secret, clock, configured: [] }).keyIndex;
      const findMany = () => Promise.all(Array.from({ length: 100 }, () => index.find(plaintext)));

      await findMany();
      // The first asks and reads the keys; all others share one more question.
      expect(asked).toBe(3);
      await findMany();
      expect(asked).toBe(3);
      clock.advance(300);
      await findMany();
      expect(asked).toBe(4);
    });

    it('takes both keys of a rotation until its overlap ends, and no older one', async () => {
      const first = await issue('key_1');
      const until = clock.now() + 1_000;
      const second = await stores.keys.rotate(next(first.stored, { previousUntil: until }));
      if (!second.ok) throw new Error('not rotated');
      const { stored } = second.value;

      const idOf = async (plaintext: string) => {
        const found = await stores.keyIndex.find(plaintext);
        return found.ok ? found.value?.id : found.error.kind;
      };
      expect(stored.hint).toBe(`${second.value.plaintext.slice(0, 7)}…`);
      expect(await idOf(first.plaintext)).toBe('key_1');
      expect(await idOf(second.value.plaintext)).toBe('key_1');

      const third = await stores.keys.rotate(next(stored, { previousUntil: until }));
      if (!third.ok) throw new Error('not rotated');
      expect(await idOf(first.plaintext)).toBeUndefined();
      expect(await idOf(second.value.plaintext)).toBe('key_1');

      clock.advance(1_000);
      expect(await idOf(second.value.plaintext)).toBeUndefined();
      expect(await idOf(third.value.plaintext)).toBe('key_1');

      const { previousUntil: _over, ...now } = next(third.value.stored);
      const fourth = await stores.keys.rotate(now);
      expect(await idOf(third.value.plaintext)).toBeUndefined();
      expect(fourth.ok && (await idOf(fourth.value.plaintext))).toBe('key_1');
    });

    it('lists keys of the configuration first, stores them nowhere, and changes none', async () => {
      await issue('key_1');
      const configured = ['b', 'a'].map((word) => ({
        name: word,
        key: new Secret(`k-from-file-${word}`),
        role: 'member' as const,
        requestsPerMinute: 5,
      }));
      const { keys, keyIndex } = createDirectoryStores({
        db: opened.db,
        secret,
        clock,
        configured,
      });

      const pages = [await keys.list({ limit: 1 })];
      for (
        let page = pages.at(-1);
        page?.ok && page.value.next !== undefined;
        page = pages.at(-1)
      ) {
        pages.push(await keys.list({ limit: 1, after: page.value.next }));
      }

      const ids = pages.flatMap((page) => (page.ok ? page.value.items.map(({ id }) => id) : []));
      expect(ids).toEqual(['config:a', 'config:b', 'key_1']);
      const found = await keyIndex.find('k-from-file-a');
      expect(found).toMatchObject({
        value: { id: 'config:a', requestsPerMinute: 5, teamId: 'team_default' },
      });
      if (!found.ok || found.value === undefined) throw new Error('not found');
      expect(await keys.replace(next(found.value))).toMatchObject({ error: { kind: 'conflict' } });
      expect(await keys.rotate(next(found.value))).toMatchObject({ error: { kind: 'conflict' } });
    });

    it('makes an admin key, tells it once, and again only after it was revoked', async () => {
      const made = (await stores.ensureAdminKey(undefined)) ?? '';
      const admin = await stores.keyIndex.find(made);
      expect(admin).toMatchObject({
        value: { id: 'admin', role: 'admin', teamId: 'team_default', userId: 'user_default' },
      });
      expect(await stores.ensureAdminKey(undefined)).toBeUndefined();

      if (!admin.ok || admin.value === undefined) throw new Error('no admin key');
      await stores.keys.replace(next(admin.value, { revokedAt: 5 }));
      const again = (await stores.ensureAdminKey(undefined)) ?? '';
      expect(again).not.toBe(made);
      clock.advance(1_000);
      expect(await stores.keyIndex.find(again)).toMatchObject({ value: { role: 'admin' } });

      expect(await stores.ensureAdminKey(new Secret('chosen'))).toBeUndefined();
      clock.advance(1_000);
      expect(await stores.keyIndex.find('chosen')).toMatchObject({ value: { id: 'admin' } });
      expect(await stores.keyIndex.find(again)).toEqual({ ok: true, value: undefined });
    });

    it('says that it is away, in place of letting anybody in or out', async () => {
      const { plaintext } = await issue('key_1');
      await opened.db.run('drop table key_secrets');
      const { keyIndex, teams } = elsewhere();
      const away = { ok: false, error: { kind: 'storage_unavailable', retryAfterSeconds: 1 } };

      expect(await keyIndex.find(plaintext)).toEqual(away);
      await opened.db.run('drop table teams');
      expect(await teams.list({})).toEqual(away);
    });
  });
}

it('gives the keys of an installation before this one to the default team, and their secrets with them', () => {
  const db = new DatabaseSync(':memory:');
  const before = MIGRATIONS.findIndex((step) => step.includes('create table organisations'));
  for (const step of MIGRATIONS.slice(0, before)) db.exec(step);
  const insert = db.prepare(
    "insert into keys values (?, ?, 'member', 'tg_…', ?, 7, ?, ?, null, 3)",
  );
  insert.run('key_1', 'app', new Uint8Array([1]), null, '["openai/*"]');
  insert.run('key_2', 'old', new Uint8Array([2]), 9, null);
  for (const step of MIGRATIONS.slice(before)) db.exec(step);

  const keys = db.prepare('select id, version, team_id, user_id, allowed_models from keys').all();
  const secrets = db.prepare('select key_id, digest, valid_until from key_secrets').all();
  db.close();

  const owner = { version: 1, team_id: 'team_default', user_id: 'user_default' };
  expect(keys.map((row) => ({ ...row }))).toEqual([
    { id: 'key_1', ...owner, allowed_models: '["openai/*"]' },
    { id: 'key_2', ...owner, allowed_models: null },
  ]);
  expect(secrets.map((row) => ({ ...row }))).toEqual([
    { key_id: 'key_1', digest: new Uint8Array([1]), valid_until: null },
  ]);
});
