import {
  CreatedKeyWire,
  IdWire,
  KeyPatchWire,
  KeyRotationWire,
  KeyWire,
  NewKeyWire,
  pageOf,
} from '@tollgate/core/directory';
import { ExplainedBudgetsWire, ExplainQueryWire } from '../http/explain-wire.ts';
import { BASE, listQuery } from './resource-routes.ts';
import { type AdminRoute, route } from './route.ts';

const path = `${BASE}/keys`;
const tag = 'Keys';

export const KEY_ROUTES: readonly AdminRoute[] = [
  route({
    method: 'POST',
    path,
    operationId: 'createKey',
    tag,
    summary: 'Make one key; its plaintext is shown here, once',
    status: 201,
    body: NewKeyWire,
    reply: CreatedKeyWire,
    run: (services, by, { body }) => services.directory.keys.create(by, body),
  }),
  route({
    method: 'GET',
    path,
    operationId: 'listKeys',
    tag,
    summary: 'List keys, the oldest first; those of the configuration before all others',
    query: listQuery({ teamId: IdWire.exactOptional(), userId: IdWire.exactOptional() }),
    reply: pageOf(KeyWire),
    run: (services, by, { query }) => services.directory.keys.list(by, query),
  }),
  route({
    method: 'GET',
    path: `${path}/{id}`,
    operationId: 'getKey',
    tag,
    summary: 'Read one key; `self` is the caller’s own, which any key may read',
    reply: KeyWire,
    run: (services, by, { id }) => services.directory.keys.get(by, id),
  }),
  route({
    method: 'GET',
    path: `${path}/{id}/budgets`,
    operationId: 'explainBudgets',
    tag: 'Budgets',
    summary:
      'Which budgets a call of this key would need room in, what is left of each, and which would refuse; `self` is the caller’s own',
    query: ExplainQueryWire,
    reply: ExplainedBudgetsWire,
    run: (services, by, { id, query }) => services.explainBudgets(by, { key: id, ...query }),
  }),
  route({
    method: 'PATCH',
    path: `${path}/{id}`,
    operationId: 'updateKey',
    tag,
    summary: 'Change one key: absent fields stay, null clears',
    body: KeyPatchWire,
    reply: KeyWire,
    run: (services, by, { id, body }) => services.directory.keys.update(by, id, body),
  }),
  route({
    method: 'POST',
    path: `${path}/{id}/rotate`,
    operationId: 'rotateKey',
    tag,
    summary: 'Make another plaintext for one key; the one before may stay valid for a while',
    body: KeyRotationWire,
    reply: CreatedKeyWire,
    run: (services, by, { id, body }) => services.directory.keys.rotate(by, id, body),
  }),
  route({
    method: 'DELETE',
    path: `${path}/{id}`,
    operationId: 'revokeKey',
    tag,
    summary: 'Revoke one key for good; its record stays for the reports',
    reply: KeyWire,
    run: (services, by, { id }) => services.directory.keys.revoke(by, id),
  }),
];
