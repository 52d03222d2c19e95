import type { Harness } from '@tollgate/testkit';

type Json = { readonly [field: string]: unknown };

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** Sends JSON with a key, or without one. */
export async function send(
  harness: Harness,
  key: string | undefined,
  request: { readonly method: string; readonly path: string; readonly body?: unknown },
): Promise<Answer> {
  const { method, path, body } = request;
  const response = await fetch(`${harness.url}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text) };
}

/** What an administrator has made: a second organisation with a team, a user and a key. */
export interface Scene {
  readonly organisation: string;
  readonly team: string;
  readonly user: string;
  readonly key: string;
  readonly plaintext: string;
  readonly budget: string;
}

export async function makeScene(harness: Harness): Promise<Scene> {
  const make = async (kind: string, fields: Json): Promise<Json> => {
    const request = {
      method: 'POST',
      path: `/admin/v1/${kind}`,
      body: { name: 'other', ...fields },
    };
    const { status, body } = await send(harness, harness.keys.admin, request);
    if (status !== 201) throw new Error(`${kind}: ${JSON.stringify(body)}`);
    return body;
  };
  const organisation = String((await make('organisations', {}))['id']);
  const team = String((await make('teams', { organisationId: organisation }))['id']);
  const user = String((await make('users', { organisationId: organisation }))['id']);
  const created = await make('keys', { teamId: team, userId: user });
  const stored = created['stored'] as Json;
  const plaintext = String(created['plaintext']);
  harness.addSecret(plaintext);
  const budget = await send(harness, harness.keys.admin, {
    method: 'POST',
    path: '/admin/v1/budgets',
    body: { scope: { kind: 'key', id: stored['id'] }, budget: '9000 requests/day' },
  });
  return {
    organisation,
    team,
    user,
    key: String(stored['id']),
    plaintext,
    budget: String(budget.body['id']),
  };
}
