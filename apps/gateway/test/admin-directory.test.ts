import { DAY_MS } from '@tollgate/core';
import { createHarness, type Harness, VirtualClock } from '@tollgate/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { adminOpenApi } from '../src/faces/admin/openapi.ts';
import { type Answer, makeScene, send } from './support/directory-scene.ts';

/* Organisations, teams, users and keys over REST, on the whole gateway. */

let clock: VirtualClock;
let harness: Harness;
beforeEach(async () => {
  clock = new VirtualClock();
  harness = await createHarness(createApp, { clock });
});
afterEach(() => harness[Symbol.asyncDispose]());

const admin = (method: string, path: string, body?: unknown): Promise<Answer> =>
  send(harness, harness.keys.admin, { method, path: `/admin/v1/${path}`, body });

/** Whether a key is taken, and what it may use. */
const models = (key: string): Promise<Answer> =>
  send(harness, key, { method: 'GET', path: '/v1/models' });

const statusOf = async (key: string): Promise<number> => (await models(key)).status;

interface Made {
  readonly stored: { readonly id: string; readonly version: number };
  readonly plaintext: string;
}

async function makeKey(fields: object): Promise<Made> {
  const { status, body } = await admin('POST', 'keys', { name: 'app', ...fields });
  expect(status, JSON.stringify(body)).toBe(201);
  const made = body as unknown as Made;
  harness.addSecret(made.plaintext);
  return made;
}

describe('a new installation', () => {
  it('has one organisation, one team and one user, to which its keys belong', async () => {
    const [organisations, teams, users, keys] = await Promise.all(
      ['organisations', 'teams', 'users', 'keys'].map((kind) => admin('GET', kind)),
    );

    expect(organisations?.body).toMatchObject({ items: [{ id: 'org_default', name: 'default' }] });
    expect(teams?.body).toMatchObject({ items: [{ id: 'team_default' }] });
    expect(users?.body).toMatchObject({ items: [{ id: 'user_default' }] });
    const owner = {
      organisationId: 'org_default',
      teamId: 'team_default',
      userId: 'user_default',
    };
    expect(keys?.body).toMatchObject({
      items: [
        { id: 'config:member', ...owner },
        { id: 'admin', ...owner },
      ],
    });
  });

  it.each(['organisations/org_default', 'teams/team_default', 'users/user_default'])(
    'keeps %s, as new records belong to it',
    async (path) => {
      expect(await admin('DELETE', path)).toMatchObject({
        status: 409,
        body: { error: { kind: 'conflict' } },
      });
    },
  );
});

describe.each([
  { kind: 'organisations', fields: {}, cleared: {} },
  { kind: 'teams', fields: { organisationId: 'org_default' }, cleared: {} },
  {
    kind: 'users',
    fields: { organisationId: 'org_default', email: 'a@b.test' },
    cleared: { email: null },
  },
])('$kind', ({ kind, fields, cleared }) => {
  it('are made, read, changed and deleted, and are gone then', async () => {
    const made = await admin('POST', kind, { name: ' research ', ...fields });
    const { id } = made.body;
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'research', version: 1, createdAt: clock.now(), ...fields },
    });
    expect(made.headers.get('x-tollgate-call')).toMatch(/^[0-9a-f-]{36}$/);
    expect((await admin('GET', `${kind}/${id}`)).body).toEqual(made.body);

    const same = await admin('PATCH', `${kind}/${id}`, { version: 1 });
    expect(same.body).toEqual({ ...made.body, version: 2 });
    const changed = await admin('PATCH', `${kind}/${id}`, { version: 2, name: 'x', ...cleared });
    const { email: _cleared, ...left } = made.body;
    expect(changed.body).toEqual({ ...left, name: 'x', version: 3 });

    expect(await admin('DELETE', `${kind}/${id}`)).toMatchObject({
      status: 200,
      body: { id, deleted: true },
    });
    for (const method of ['GET', 'DELETE']) {
      expect((await admin(method, `${kind}/${id}`)).status).toBe(404);
    }
  });

  it('lose no change: the second of two who read one version is told', async () => {
    const { id } = (await admin('POST', kind, { name: 'research' })).body;

    const changes = await Promise.all(
      ['one', 'two'].map((name) => admin('PATCH', `${kind}/${id}`, { version: 1, name })),
    );

    expect(changes.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('are listed page after page, each once', async () => {
    for (const name of ['a', 'b', 'c']) await admin('POST', kind, { name });

    const names: unknown[] = [];
    let next: unknown = '';
    while (next !== undefined) {
      const after = next === '' ? '' : `&after=${encodeURIComponent(String(next))}`;
      const { body } = await admin('GET', `${kind}?limit=2${after}`);
      names.push(...(body['items'] as { name: string }[]).map(({ name }) => name));
      next = body['next'];
    }

    expect(names.sort()).toEqual(['a', 'b', 'c', 'default']);
  });

  it.each([
    [{ name: '' }, 'name'],
    [{ name: 'x'.repeat(81) }, 'name'],
    [{ name: 'x', extra: 1 }, 'extra'],
    [{ name: 'x', organisationId: 'org_nowhere' }, 'organisationId'],
  ])('say where %j is wrong, in the one body of errors', async (body, path) => {
    expect(await admin('POST', kind, body)).toMatchObject({
      status: 400,
      body: { error: { kind: 'invalid_request', path, message: expect.stringContaining(path) } },
    });
  });
});

describe('keys', () => {
  it('belong to a team and a user, and keep what was said of them', async () => {
    const scene = await makeScene(harness);
    const fields = {
      teamId: scene.team,
      userId: scene.user,
      allowedModels: ['sim/*'],
      allowedFaces: ['openai'],
      requestsPerMinute: 60,
      metadata: { centre: '7' },
      expiresAt: clock.now() + DAY_MS,
    };

    const { stored, plaintext } = await makeKey({ ...fields, tags: ['b', 'a', 'b'] });

    expect(stored).toMatchObject({
      ...fields,
      tags: ['a', 'b'],
      organisationId: scene.organisation,
      role: 'member',
    });
    const allowed = JSON.stringify((await models(plaintext)).body);
    expect(allowed).toContain('"sim/echo"');
    expect(allowed).not.toContain('gpt-4');
    const listed = await admin('GET', `keys?teamId=${scene.team}&limit=1`);
    expect(JSON.stringify(listed.body)).not.toContain(plaintext);
    expect(listed.body).toMatchObject({ items: [{ teamId: scene.team }] });
  });

  it.each([
    [{ teamId: 'team_nowhere' }, 'teamId'],
    [{ userId: 'user_nowhere' }, 'userId'],
    [{ allowedFaces: ['opnai'] }, 'allowedFaces'],
    [{ expiresAt: 1 }, 'expiresAt'],
    [{ expiresAt: 1e20 }, 'expiresAt'],
    [{ tags: ['two words'] }, 'tags[0]'],
    [{ tags: Array.from({ length: 21 }, (_none, index) => `t${index}`) }, 'tags'],
    [{ metadata: { long: 'x'.repeat(513) } }, 'metadata.long'],
    [{ requestsPerMinute: 0 }, 'requestsPerMinute'],
    [{ role: 'boss' }, 'role'],
  ])('are refused with %j, by its path', async (fields, path) => {
    expect(await admin('POST', 'keys', { name: 'app', ...fields })).toMatchObject({
      status: 400,
      body: { error: { kind: 'invalid_request', path } },
    });
  });

  it('belong to a user of their own organisation alone', async () => {
    const scene = await makeScene(harness);

    expect(await admin('POST', 'keys', { name: 'x', userId: scene.user })).toMatchObject({
      status: 400,
      body: { error: { path: 'userId' } },
    });
    const { stored } = await makeKey({});
    const moved = await admin('PATCH', `keys/${stored.id}`, {
      version: 1,
      teamId: scene.team,
      userId: null,
    });
    expect(moved.body).toMatchObject({ organisationId: scene.organisation, teamId: scene.team });
    expect(moved.body).not.toHaveProperty('userId');
  });

  it('are changed at once: absent stays, null clears', async () => {
    const { stored, plaintext } = await makeKey({ allowedModels: ['sim/echo'], tags: ['a'] });
    expect(JSON.stringify((await models(plaintext)).body)).not.toContain('sim/reason');

    const wide = await admin('PATCH', `keys/${stored.id}`, { version: 1, allowedModels: null });

    expect(wide.body).not.toHaveProperty('allowedModels');
    expect(wide.body).toMatchObject({ tags: ['a'], version: 2 });
    expect(JSON.stringify((await models(plaintext)).body)).toContain('sim/reason');
    await admin('PATCH', `keys/${stored.id}`, { version: 2, disabled: true });
    expect(await statusOf(plaintext)).toBe(401);
    await admin('PATCH', `keys/${stored.id}`, { version: 3, disabled: false });
    expect(await statusOf(plaintext)).toBe(200);
  });

  it('rotate: the new one at once, the old one until the overlap ends', async () => {
    const { stored, plaintext: old } = await makeKey({ tags: ['a'] });

    const rotated = await admin('POST', `keys/${stored.id}/rotate`, { overlapSeconds: 60 });
    const fresh = String(rotated.body['plaintext']);
    harness.addSecret(fresh);

    expect(rotated.body['stored']).toMatchObject({
      id: stored.id,
      tags: ['a'],
      version: 2,
      previousUntil: clock.now() + 60_000,
    });
    expect(await statusOf(old)).toBe(200);
    expect(await statusOf(fresh)).toBe(200);
    await clock.advance(60_000);
    expect(await statusOf(old)).toBe(401);
    expect(await statusOf(fresh)).toBe(200);
  });

  it('expire by the clock, and a call that was admitted before still settles', async () => {
    const { plaintext } = await makeKey({ expiresAt: clock.now() + 1 });
    const leaving = new AbortController();
    const running = await fetch(`${harness.url}/v1/chat/completions`, {
      method: 'POST',
      signal: leaving.signal,
      headers: { authorization: `Bearer ${plaintext}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'sim/slow',
        stream: true,
        messages: [{ role: 'user', content: 'Hello' }],
      }),
    });
    expect(running.status).toBe(200);

    await clock.advance(1);

    expect(await models(plaintext)).toMatchObject({
      status: 401,
      body: { error: { message: 'The key has expired.' } },
    });
    leaving.abort();
    await running.text().catch(() => undefined);
    const usage = await harness.settled(running.headers.get('x-tollgate-call') ?? '');
    expect(usage).toMatchObject({ keyName: 'app', status: 'client_closed' });
  });

  it('are revoked for good, and their record stays', async () => {
    const { stored, plaintext } = await makeKey({});

    const revoked = await admin('DELETE', `keys/${stored.id}`);

    expect(revoked).toMatchObject({ status: 200, body: { revokedAt: clock.now() } });
    expect(await statusOf(plaintext)).toBe(401);
    expect(await admin('DELETE', `keys/${stored.id}`)).toMatchObject({ body: revoked.body });
    expect(
      await admin('PATCH', `keys/${stored.id}`, { version: 2, disabled: false }),
    ).toMatchObject({ status: 409 });
    expect(await admin('POST', `keys/${stored.id}/rotate`, {})).toMatchObject({ status: 409 });
  });

  it('of the configuration are read here and changed there', async () => {
    expect((await admin('GET', 'keys/config:member')).status).toBe(200);
    for (const [method, path, body] of [
      ['PATCH', 'keys/config:member', { version: 1, name: 'x' }],
      ['POST', 'keys/config:member/rotate', {}],
      ['DELETE', 'keys/config:member', undefined],
    ] as const) {
      expect(await admin(method, path, body)).toMatchObject({
        status: 409,
        body: { error: { message: expect.stringContaining('of the configuration') } },
      });
    }
  });
});

describe('a key of one team', () => {
  it('reads itself, and can tell no other key from one that never was', async () => {
    const scene = await makeScene(harness);
    const get = (id: string) =>
      send(harness, scene.plaintext, { method: 'GET', path: `/admin/v1/keys/${id}` });

    expect((await get('self')).body).toMatchObject({ id: scene.key });
    expect((await get(scene.key)).body).toMatchObject({ id: scene.key });
    const absent = await get('key_nobody');
    for (const id of ['admin', 'config:member']) {
      const hidden = await get(id);
      expect(hidden.status).toBe(404);
      expect(JSON.stringify(hidden.body).replace(id, 'key_nobody')).toBe(
        JSON.stringify(absent.body),
      );
    }
  });

  it('is refused the same whether or not what it names is there', async () => {
    const scene = await makeScene(harness);
    const ask = async (method: string, path: string) => {
      const body = method === 'PATCH' ? { version: 1 } : undefined;
      return send(harness, scene.plaintext, { method, path: `/admin/v1/${path}`, body });
    };

    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const there = await ask(method, 'teams/team_default');
      const absent = await ask(method, 'teams/team_nowhere');
      expect(there).toMatchObject({ status: 403, body: absent.body });
    }
  });
});

describe('the rest of /admin/v1', () => {
  it('answers other methods with 405, other paths with 404, and keys of other faces with 403', async () => {
    const put = await admin('PUT', 'teams/team_default', {});
    expect(put).toMatchObject({ status: 405, body: { error: { kind: 'method_not_allowed' } } });
    expect(put.headers.get('allow')).toBe('GET, PATCH, DELETE');
    expect(await admin('GET', 'nothing')).toMatchObject({
      status: 404,
      body: { error: { kind: 'endpoint_not_found' } },
    });
    const { plaintext } = await makeKey({ role: 'admin', allowedFaces: ['openai'] });
    const elsewhere = { method: 'GET', path: '/admin/v1/teams' };
    expect((await send(harness, plaintext, elsewhere)).status).toBe(403);
  });

  it('is described as it is: each body of the document is one that the route takes', () => {
    const document = JSON.stringify(adminOpenApi({ version: '0' }));

    for (const name of ['NewKey', 'KeyPatch', 'CreatedKey', 'Team', 'UserPatch', 'Error']) {
      expect(document).toContain(`#/components/schemas/${name}"`);
    }
    expect(document).toContain('"/admin/v1/keys/{id}/rotate"');
  });
});
