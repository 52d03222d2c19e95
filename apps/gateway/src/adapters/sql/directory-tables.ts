import { type BudgetScope, SCOPE_KINDS } from '@tollgate/core/budgets';
import {
  type Organisation,
  optionalField,
  type StoredBudget,
  type StoredKey,
  type Team,
  type User,
} from '@tollgate/core/directory';
import { jsonOf, jsonOrNone, numberIn, numberOrNone, textIn, textOrNone } from './read-row.ts';
import type { RecordTable } from './record-table.ts';
import type { SqlRow } from './sql.ts';

const stored = (row: SqlRow) => ({
  id: textIn(row, 'id'),
  createdAt: numberIn(row, 'created_at'),
  version: numberIn(row, 'version'),
});

const ORGANISATION = { table: 'organisations', noun: 'organisation', field: 'organisationId' };
/** Those that were revoked stay for the reports, and keep nothing. */
const LIVE_KEYS = { table: 'keys', nouns: 'keys', condition: 'revoked_at is null' };

const budgetsOf = (kind: 'organisation' | 'team' | 'user') => ({
  table: 'budgets',
  column: 'scope_id',
  nouns: 'budgets',
  condition: `scope_kind = '${kind}'`,
});

export const ORGANISATIONS: RecordTable<Organisation> = {
  table: 'organisations',
  noun: 'organisation',
  columns: ({ name }) => ({ name }),
  record: (row) => ({ ...stored(row), name: textIn(row, 'name') }),
  filters: {},
  parents: [],
  children: [
    { table: 'teams', column: 'organisation_id', nouns: 'teams' },
    { table: 'users', column: 'organisation_id', nouns: 'users' },
    budgetsOf('organisation'),
  ],
};

export const TEAMS: RecordTable<Team> = {
  table: 'teams',
  noun: 'team',
  columns: ({ organisationId, name }) => ({ organisation_id: organisationId, name }),
  record: (row) => ({
    ...stored(row),
    organisationId: textIn(row, 'organisation_id'),
    name: textIn(row, 'name'),
  }),
  filters: { organisationId: 'organisation_id' },
  parents: [{ ...ORGANISATION, id: ({ organisationId }) => organisationId }],
  children: [{ ...LIVE_KEYS, column: 'team_id' }, budgetsOf('team')],
};

export const USERS: RecordTable<User> = {
  table: 'users',
  noun: 'user',
  columns: ({ organisationId, name, email }) => ({
    organisation_id: organisationId,
    name,
    email: email ?? null,
  }),
  record: (row) => ({
    ...stored(row),
    organisationId: textIn(row, 'organisation_id'),
    name: textIn(row, 'name'),
    ...optionalField('email', textOrNone(row, 'email')),
  }),
  filters: { organisationId: 'organisation_id' },
  parents: [{ ...ORGANISATION, id: ({ organisationId }) => organisationId }],
  children: [{ ...LIVE_KEYS, column: 'user_id' }, budgetsOf('user')],
};

export const KEYS: RecordTable<StoredKey> = {
  table: 'keys',
  noun: 'key',
  columns: (key) => ({
    name: key.name,
    role: key.role,
    hint: key.hint,
    organisation_id: key.organisationId,
    team_id: key.teamId,
    user_id: key.userId ?? null,
    allowed_models: jsonOf(key.allowedModels),
    allowed_faces: jsonOf(key.allowedFaces),
    requests_per_minute: key.requestsPerMinute ?? null,
    tags: jsonOf(key.tags),
    metadata: jsonOf(key.metadata),
    expires_at: key.expiresAt ?? null,
    is_disabled: key.disabled === true ? 1 : 0,
    revoked_at: key.revokedAt ?? null,
    previous_until: key.previousUntil ?? null,
    store_bodies_s: key.storeBodiesSeconds ?? null,
  }),
  record: (row) => ({
    ...stored(row),
    name: textIn(row, 'name'),
    role: row['role'] === 'admin' ? 'admin' : 'member',
    hint: textIn(row, 'hint'),
    organisationId: textIn(row, 'organisation_id'),
    teamId: textIn(row, 'team_id'),
    ...optionalField('userId', textOrNone(row, 'user_id')),
    ...optionalField('allowedModels', jsonOrNone<readonly string[]>(row, 'allowed_models')),
    ...optionalField('allowedFaces', jsonOrNone<readonly string[]>(row, 'allowed_faces')),
    ...optionalField('requestsPerMinute', numberOrNone(row, 'requests_per_minute')),
    ...optionalField('tags', jsonOrNone<readonly string[]>(row, 'tags')),
    ...optionalField('metadata', jsonOrNone<{ readonly [name: string]: string }>(row, 'metadata')),
    ...optionalField('expiresAt', numberOrNone(row, 'expires_at')),
    ...(numberIn(row, 'is_disabled') === 1 && { disabled: true as const }),
    ...optionalField('revokedAt', numberOrNone(row, 'revoked_at')),
    ...optionalField('previousUntil', numberOrNone(row, 'previous_until')),
    ...optionalField('storeBodiesSeconds', numberOrNone(row, 'store_bodies_s')),
  }),
  filters: { teamId: 'team_id', userId: 'user_id' },
  parents: [
    { table: 'teams', noun: 'team', field: 'teamId', id: ({ teamId }) => teamId },
    { table: 'users', noun: 'user', field: 'userId', id: ({ userId }) => userId },
  ],
  children: [],
};

/** What a budget is for must be there, unless another service or the configuration knows it. */
const scopeIn = (kind: BudgetScope['kind'], table: string) => ({
  table,
  noun: kind,
  field: 'scope.id',
  id: ({ scope }: StoredBudget) =>
    scope.kind === kind && !/^(config|zion):/.test(scope.id) ? scope.id : undefined,
});

export const BUDGETS: RecordTable<StoredBudget> = {
  table: 'budgets',
  noun: 'budget',
  columns: ({ scope, budget }) => ({
    scope_kind: scope.kind,
    scope_id: scope.id,
    terms: budget,
  }),
  record: (row) => ({
    ...stored(row),
    scope: {
      kind: SCOPE_KINDS.find((kind) => kind === row['scope_kind']) ?? 'tag',
      id: textIn(row, 'scope_id'),
    },
    budget: textIn(row, 'terms'),
  }),
  filters: { scopeKind: 'scope_kind', scopeId: 'scope_id' },
  parents: [
    scopeIn('key', 'keys'),
    scopeIn('user', 'users'),
    scopeIn('team', 'teams'),
    scopeIn('organisation', 'organisations'),
  ],
  children: [],
};
