import { createHarness, type Harness } from '@tollgate/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { ADMIN_ROUTES } from '../src/faces/admin/routes.ts';
import { appRouter } from '../src/faces/trpc/router.ts';
import { makeScene, type Scene, send } from './support/directory-scene.ts';

/*
 * Who gets what, for every route of the administrators' API and every procedure: one row each, and a route
 * without its row fails here.
 */

interface Row {
  /** Of what the scene has. */
  readonly id?: keyof Scene;
  /** What a procedure calls it; absent: `id`. */
  readonly idField?: string;
  /** Fields beside the id. */
  readonly input?: object;
  /** What is wrong, and told as such to an administrator; absent: nothing can be. */
  readonly bad?: object;
  /** Statuses: of a key of the default team, and of one of the scene's. */
  readonly member: number;
  readonly foreign: number;
  readonly admin: number;
}

const forAdmins = (row: Omit<Row, 'member' | 'foreign'>): Row => ({
  member: 403,
  foreign: 403,
  ...row,
});
const forAll = (row: Partial<Row> = {}): Row => ({ member: 200, foreign: 200, admin: 200, ...row });

const named = { input: { name: 'new' }, bad: { nam: 'new' } };
const changed = { input: { version: 1, name: 'new' }, bad: { name: 'new' } };
const scope = { kind: 'tag', id: 'ci' };
const budget = {
  input: { scope, budget: '9000 requests/day' },
  bad: { scope, budget: '100 bananas/day' },
};
const changedBudget = { input: { version: 1, budget: '9001 requests/day' }, bad: { version: 0 } };
const page = { input: { limit: 5 }, bad: { limit: 0 } };
const resent = { input: { channel: 'zion' }, bad: { ids: [] } };
/** Others' keys are as good as absent; its own is its to read. */
const readKey: Row = { id: 'key', member: 404, foreign: 200, admin: 200 };
/** Others' keys are as good as absent here too. */
const explained: Row = {
  ...readKey,
  input: { model: 'sim/echo', inputTokens: 10 },
  bad: { model: 'sim/echo', inputTokens: -1 },
};
/** Deleting an organisation, a team or a user that holds something. */
const held = { admin: 409 };

const ROUTES: { readonly [route: string]: Row } = {
  'POST /admin/v1/organisations': forAdmins({ ...named, admin: 201 }),
  'GET /admin/v1/organisations': forAdmins({ ...page, admin: 200 }),
  'GET /admin/v1/organisations/{id}': forAdmins({ id: 'organisation', admin: 200 }),
  'PATCH /admin/v1/organisations/{id}': forAdmins({ id: 'organisation', ...changed, admin: 200 }),
  'DELETE /admin/v1/organisations/{id}': forAdmins({ id: 'organisation', ...held }),
  'POST /admin/v1/teams': forAdmins({ ...named, admin: 201 }),
  'GET /admin/v1/teams': forAdmins({ ...page, admin: 200 }),
  'GET /admin/v1/teams/{id}': forAdmins({ id: 'team', admin: 200 }),
  'PATCH /admin/v1/teams/{id}': forAdmins({ id: 'team', ...changed, admin: 200 }),
  'DELETE /admin/v1/teams/{id}': forAdmins({ id: 'team', ...held }),
  'POST /admin/v1/users': forAdmins({ ...named, admin: 201 }),
  'GET /admin/v1/users': forAdmins({ ...page, admin: 200 }),
  'GET /admin/v1/users/{id}': forAdmins({ id: 'user', admin: 200 }),
  'PATCH /admin/v1/users/{id}': forAdmins({ id: 'user', ...changed, admin: 200 }),
  'DELETE /admin/v1/users/{id}': forAdmins({ id: 'user', ...held }),
  'POST /admin/v1/keys': forAdmins({ ...named, admin: 201 }),
  'GET /admin/v1/keys': forAdmins({ ...page, admin: 200 }),
  'GET /admin/v1/keys/{id}': readKey,
  'GET /admin/v1/keys/{id}/budgets': explained,
  'PATCH /admin/v1/keys/{id}': forAdmins({ id: 'key', ...changed, admin: 200 }),
  'POST /admin/v1/keys/{id}/rotate': forAdmins({
    id: 'key',
    input: { overlapSeconds: 60 },
    bad: { overlapSeconds: -1 },
    admin: 200,
  }),
  'POST /admin/v1/budgets': forAdmins({ ...budget, admin: 201 }),
  'GET /admin/v1/budgets': forAdmins({ ...page, admin: 200 }),
  'GET /admin/v1/budgets/{id}': forAdmins({ id: 'budget', admin: 200 }),
  'PATCH /admin/v1/budgets/{id}': forAdmins({ id: 'budget', ...changedBudget, admin: 200 }),
  'DELETE /admin/v1/budgets/{id}': forAdmins({ id: 'budget', admin: 200 }),
  'DELETE /admin/v1/keys/{id}': forAdmins({ id: 'key', admin: 200 }),
  'GET /admin/v1/outbox': forAdmins({ admin: 200 }),
  'GET /admin/v1/outbox/dead-letters': forAdmins({ ...page, admin: 200 }),
  'POST /admin/v1/outbox/resend': forAdmins({ ...resent, admin: 200 }),
  'GET /admin/v1/calls/{id}/bodies': forAdmins({ id: 'key', admin: 404 }),
  'GET /admin/v1/usage': forAll({ input: { groupBy: 'model' }, bad: { groupBy: 'hour' } }),
};

const question = {
  model: 'sim/echo',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
};

const PROCEDURES: { readonly [procedure: string]: Row } = {
  'admin.organisations.create': forAdmins({ ...named, admin: 200 }),
  'admin.organisations.get': forAdmins({ id: 'organisation', bad: {}, admin: 200 }),
  'admin.organisations.list': forAdmins({ ...page, admin: 200 }),
  'admin.organisations.update': forAdmins({ id: 'organisation', ...changed, admin: 200 }),
  'admin.organisations.delete': forAdmins({ id: 'organisation', bad: {}, ...held }),
  'admin.teams.create': forAdmins({ ...named, admin: 200 }),
  'admin.teams.get': forAdmins({ id: 'team', bad: {}, admin: 200 }),
  'admin.teams.list': forAdmins({ ...page, admin: 200 }),
  'admin.teams.update': forAdmins({ id: 'team', ...changed, admin: 200 }),
  'admin.teams.delete': forAdmins({ id: 'team', bad: {}, ...held }),
  'admin.users.create': forAdmins({ ...named, admin: 200 }),
  'admin.users.get': forAdmins({ id: 'user', bad: {}, admin: 200 }),
  'admin.users.list': forAdmins({ ...page, admin: 200 }),
  'admin.users.update': forAdmins({ id: 'user', ...changed, admin: 200 }),
  'admin.users.delete': forAdmins({ id: 'user', bad: {}, ...held }),
  'admin.keys.create': forAdmins({ ...named, admin: 200 }),
  'admin.keys.get': { ...readKey, bad: {} },
  'admin.keys.list': forAdmins({ ...page, admin: 200 }),
  'admin.keys.update': forAdmins({ id: 'key', ...changed, admin: 200 }),
  'admin.keys.rotate': forAdmins({ id: 'key', bad: { overlapSeconds: 'x' }, admin: 200 }),
  'admin.keys.revoke': forAdmins({ id: 'key', bad: {}, admin: 200 }),
  'admin.budgets.create': forAdmins({ ...budget, admin: 200 }),
  'admin.budgets.get': forAdmins({ id: 'budget', bad: {}, admin: 200 }),
  'admin.budgets.list': forAdmins({ ...page, admin: 200 }),
  'admin.budgets.update': forAdmins({ id: 'budget', ...changedBudget, admin: 200 }),
  'admin.budgets.delete': forAdmins({ id: 'budget', bad: {}, admin: 200 }),
  'admin.budgets.explain': { ...explained, idField: 'key' },
  'admin.outbox.status': forAdmins({ admin: 200 }),
  'admin.outbox.deadLetters': forAdmins({ ...page, admin: 200 }),
  'admin.outbox.resend': forAdmins({ ...resent, admin: 200 }),
  'admin.calls.bodies': forAdmins({ id: 'key', bad: {}, admin: 404 }),
  'keys.create': forAdmins({ ...named, admin: 200 }),
  'keys.list': forAdmins({ admin: 200 }),
  'keys.revoke': forAdmins({ input: { key: 'other' }, bad: { key: 5 }, admin: 200 }),
  'chat.complete': forAll({ input: question, bad: { model: 'sim/echo' } }),
  'chat.stream': forAll({ input: question, bad: { model: 'sim/echo' } }),
  'embeddings.create': forAll({
    input: { model: 'sim/embed', input: ['Hi'] },
    bad: { model: 'sim/embed' },
  }),
  'models.list': forAll(),
  'usage.summary': forAll({ bad: { groupBy: ['hour'] } }),
  'usage.tail': forAll({ bad: { lastEventId: 5 } }),
  health: forAll(),
};

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness(createApp);
});
afterAll(() => harness[Symbol.asyncDispose]());

type Ask = (key: string | undefined, input: object, scene: Scene) => Promise<number>;

async function expectOutcomes(row: Row, ask: Ask): Promise<void> {
  const scene = await makeScene(harness);
  const { admin, member } = harness.keys;
  const input = row.input ?? {};

  expect(await ask(undefined, input, scene), 'no key').toBe(401);
  expect(await ask('tg_nobody', input, scene), 'bad key').toBe(401);
  expect(await ask(member, input, scene), 'member').toBe(row.member);
  expect(await ask(scene.plaintext, input, scene), 'member of another team').toBe(row.foreign);
  if (row.bad !== undefined) expect(await ask(admin, row.bad, scene), 'bad body').toBe(400);
  expect(await ask(admin, input, scene), 'admin').toBe(row.admin);
}

describe('each route of /admin/v1', () => {
  it('has its row', () => {
    const mounted = ADMIN_ROUTES.map(({ method, path }) => `${method} ${path}`);

    expect(Object.keys(ROUTES).sort()).toEqual(mounted.sort());
  });

  it.each(Object.entries(ROUTES))('answers each caller as it may: %s', async (route, row) => {
    const [method = '', template = ''] = route.split(' ');

    await expectOutcomes(row, async (key, input, scene) => {
      const path = template.replace('{id}', row.id === undefined ? '' : scene[row.id]);
      const hasBody = method === 'POST' || method === 'PATCH';
      const query = new URLSearchParams(
        Object.entries(input).map(([name, value]) => [name, String(value)]),
      );
      const request = hasBody
        ? { method, path, body: input }
        : { method, path: `${path}?${query}` };
      return (await send(harness, key, request)).status;
    });
  });
});

describe('each procedure of /trpc', () => {
  const registered: object = appRouter._def.procedures;
  const procedures = Object.entries(registered).map(([name, procedure]): [string, string] => [
    name,
    String(Reflect.get(Reflect.get(procedure, '_def'), 'type')),
  ]);

  it('has its row', () => {
    expect(Object.keys(PROCEDURES).sort()).toEqual(procedures.map(([name]) => name).sort());
  });

  it.each(procedures)('answers each caller as it may: %s (a %s)', async (name, type) => {
    const row = PROCEDURES[name];
    if (row === undefined) throw new Error('no row');

    await expectOutcomes(row, async (key, input, scene) => {
      const isBad = input === row.bad;
      const { idField = 'id' } = row;
      const id = row.id === undefined || isBad ? {} : { [idField]: scene[row.id] };
      const given = JSON.stringify({ ...id, ...input });
      const isStream = name === 'chat.stream';
      const leaving = new AbortController();
      const query = type === 'mutation' ? '' : `?input=${encodeURIComponent(given)}`;
      const response = await fetch(`${harness.url}/trpc/${name}${isStream ? '?batch=1' : query}`, {
        method: type === 'mutation' ? 'POST' : 'GET',
        signal: leaving.signal,
        headers: {
          'content-type': 'application/json',
          ...(isStream && { 'trpc-accept': 'application/jsonl' }),
          ...(key !== undefined && { authorization: `Bearer ${key}` }),
        },
        ...(type === 'mutation' && { body: isStream ? `{"0":${given}}` : given }),
      });
      if (type === 'subscription') leaving.abort();
      else await response.arrayBuffer();
      return response.status;
    });
  });
});
