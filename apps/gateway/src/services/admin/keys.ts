import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import {
  type CreatedKey,
  changedKey,
  DEFAULT_IDS,
  type KeyPatch,
  type KeyRotation,
  type NewKey,
  optionalField,
  type Page,
  type StoredKey,
  staleRecord,
  type Team,
  termsOf,
  type User,
} from '@tollgate/core/directory';
import type { Identity } from '@tollgate/core/governance';
import { FACE_NAMES } from '../../config/face-names.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import type { KeyStore } from '../../ports/key-store.ts';
import type { ListQuery, RecordStore } from '../../ports/record-store.ts';
import { refuseUnlessAdmin } from './permit.ts';

/** What a caller may name its own key by. */
const SELF = 'self';

/** Local keys, for administrators; any key may read itself, and no other's existence can be told. */
export interface KeyResource {
  /** The plaintext is shown here, once. */
  create(by: Identity, wanted: NewKey): Promise<Result<CreatedKey, GatewayError>>;
  /** `self`: the caller's own. */
  get(by: Identity, id: string): Promise<Result<StoredKey, GatewayError>>;
  list(by: Identity, query: ListQuery): Promise<Result<Page<StoredKey>, GatewayError>>;
  update(by: Identity, id: string, patch: KeyPatch): Promise<Result<StoredKey, GatewayError>>;
  /** Another plaintext for the same key; the one before may stay valid for a while. */
  rotate(
    by: Identity,
    id: string,
    rotation: KeyRotation,
  ): Promise<Result<CreatedKey, GatewayError>>;
  /** For good. Its record stays, for the reports; once more is no failure. */
  revoke(by: Identity, id: string): Promise<Result<StoredKey, GatewayError>>;
  /** Every key that has this id or this name, the revoked ones too. */
  named(by: Identity, idOrName: string): Promise<Result<readonly StoredKey[], GatewayError>>;
  /** Every live key of the name: better one too many than one that its owner believes dead. */
  revokeNamed(by: Identity, idOrName: string): Promise<Result<void, GatewayError>>;
}

export interface KeyParts {
  readonly keys: KeyStore;
  readonly teams: RecordStore<Team>;
  readonly users: RecordStore<User>;
  readonly clock: Clock;
  readonly ids: Ids;
}

export function createKeyResource(parts: KeyParts): KeyResource {
  const { keys, clock, ids } = parts;

  /** A key that is to change, as its reader knew it. */
  const readFor = async (
    by: Identity,
    id: string,
    version?: number,
  ): Promise<Result<StoredKey, GatewayError>> => {
    const refusal = refuseUnlessAdmin(by);
    if (refusal !== undefined) return refusal;
    const key = await keys.get(id);
    if (!key.ok) return key;
    if (version !== undefined && key.value.version !== version) return err(staleRecord('key'));
    if (key.value.revokedAt === undefined) return key;
    return err({ kind: 'conflict', detail: `The key "${id}" is revoked, which is for good.` });
  };

  const revoke = async (key: StoredKey): Promise<Result<StoredKey, GatewayError>> => {
    const revoked = { ...key, version: key.version + 1, revokedAt: clock.now() };
    const stored = await keys.replace(revoked);
    return stored.ok ? ok(revoked) : stored;
  };

  return {
    create: async (by, { name, role = 'member', teamId = DEFAULT_IDS.team, ...wanted }) => {
      const refusal = refuseUnlessAdmin(by);
      if (refusal !== undefined) return refusal;
      const now = clock.now();
      if (wanted.expiresAt !== undefined && wanted.expiresAt <= now) return err(inThePast);
      const mistake = unknownFace(wanted.allowedFaces);
      if (mistake !== undefined) return err(mistake);
      const organisation = await organisationOf(parts, teamId, wanted.userId);
      if (!organisation.ok) return organisation;
      return keys.issue({
        id: ids.prefixed('key_'),
        createdAt: now,
        version: 1,
        name,
        role,
        organisationId: organisation.value,
        teamId,
        ...termsOf(wanted),
      });
    },

    get: async (by, id) => {
      if (id === SELF || id === by.keyId) return keys.get(by.keyId);
      // What it may not know of looks like what isn't there.
      return by.role === 'admin'
        ? keys.get(id)
        : err({ kind: 'record_not_found', noun: 'key', id });
    },

    list: async (by, query) => refuseUnlessAdmin(by) ?? keys.list(query),

    update: async (by, id, patch) => {
      const key = await readFor(by, id, patch.version);
      if (!key.ok) return key;
      const mistake = unknownFace(patch.allowedFaces);
      if (mistake !== undefined) return err(mistake);
      const { teamId = key.value.teamId, userId = key.value.userId } = patch;
      const organisation = await organisationOf(parts, teamId, userId ?? undefined);
      if (!organisation.ok) return organisation;
      const changed = changedKey(key.value, patch, organisation.value);
      const stored = await keys.replace(changed);
      return stored.ok ? ok(changed) : stored;
    },

    rotate: async (by, id, { overlapSeconds = 0 }) => {
      const key = await readFor(by, id);
      if (!key.ok) return key;
      const { previousUntil: _before, version, ...rest } = key.value;
      const until = overlapSeconds === 0 ? undefined : clock.now() + overlapSeconds * 1_000;
      return keys.rotate({
        ...rest,
        version: version + 1,
        ...optionalField('previousUntil', until),
      });
    },

    revoke: async (by, id) => {
      const key = refuseUnlessAdmin(by) ?? (await keys.get(id));
      return key.ok && key.value.revokedAt === undefined ? revoke(key.value) : key;
    },

    named: async (by, idOrName) => refuseUnlessAdmin(by) ?? keys.named(idOrName),

    revokeNamed: async (by, idOrName) => {
      const named = refuseUnlessAdmin(by) ?? (await keys.named(idOrName));
      if (!named.ok) return named;
      const live = named.value.filter(({ revokedAt }) => revokedAt === undefined);
      if (live.length === 0) {
        return err({ kind: 'record_not_found', noun: 'live key', id: idOrName });
      }
      for (const key of live) {
        const revoked = await revoke(key);
        if (!revoked.ok) return revoked;
      }
      return ok(undefined);
    },
  };
}

const inThePast: GatewayError = {
  kind: 'invalid_request',
  path: 'expiresAt',
  detail: 'This instant has passed.',
};

function unknownFace(faces: readonly string[] | null | undefined): GatewayError | undefined {
  const known: readonly string[] = FACE_NAMES;
  const unknown = faces?.find((face) => !known.includes(face));
  if (unknown === undefined) return undefined;
  const detail = `Expected some of ${known.join(', ')}, got "${unknown}".`;
  return { kind: 'invalid_request', path: 'allowedFaces', detail };
}

/** That of the team, which must be the user's too. Neither ever moves to another. */
async function organisationOf(
  { teams, users }: KeyParts,
  teamId: string,
  userId: string | undefined,
): Promise<Result<string, GatewayError>> {
  const team = missingAt('teamId', await teams.get(teamId));
  if (!team.ok) return team;
  const { organisationId } = team.value;
  if (userId === undefined) return ok(organisationId);
  const user = missingAt('userId', await users.get(userId));
  if (!user.ok) return user;
  if (user.value.organisationId === organisationId) return ok(organisationId);
  return err({
    kind: 'invalid_request',
    path: 'userId',
    detail: `The user "${userId}" is of another organisation than the team "${teamId}".`,
  });
}

/** What a body names and isn't there is a mistake in the body. */
const missingAt = <T>(path: string, found: Result<T, GatewayError>): Result<T, GatewayError> =>
  found.ok || found.error.kind !== 'record_not_found'
    ? found
    : err({
        kind: 'invalid_request',
        path,
        detail: `There is no ${found.error.noun} "${found.error.id}".`,
      });
