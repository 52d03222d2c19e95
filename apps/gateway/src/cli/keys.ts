import {
  type CreatedKey,
  KeyPatchWire,
  NewKeyWire,
  optionalField,
  type StoredKey,
  tidyBudget,
} from '@tollgate/core/directory';
import type { Directory } from '../services/admin/directory.ts';
import { checked } from './checked.ts';
import {
  type CliContext,
  CliFailure,
  type CommonOptions,
  misused,
  readConfig,
  toJson,
} from './context.ts';
import { idOf } from './directory-records.ts';
import { dayOf, spanOf } from './instant.ts';
import { changedTermsOf, type KeyOptions, newTermsOf } from './key-options.ts';
import { noSuchKey, oneKey } from './one-key.ts';
import { withStores } from './open-stores.ts';
import { allOf, OPERATOR, valueOrFail } from './operator.ts';
import { renderTable } from './table.ts';

export interface CreateKeyOptions extends CommonOptions, KeyOptions {
  readonly name: string;
  readonly budget?: readonly string[];
}

/** Prints the key alone on stdout, so that a script can take it; it is never shown again. */
export async function createKey(context: CliContext, options: CreateKeyOptions): Promise<void> {
  const terms = newTermsOf(options, Date.now());
  const { config } = readConfig(context, options);
  const created = await withStores(config, async ({ directory }) => {
    const owners = await ownersOf(directory, options);
    const wanted = checked(NewKeyWire, { name: options.name, ...owners, ...terms });
    // Before the key: one whose budget can't be read is not made without it.
    const budgets = (options.budget ?? []).map((text) => valueOrFail(tidyBudget(text)));
    const made = valueOrFail(await directory.keys.create(OPERATOR, wanted));
    const scope = { kind: 'key' as const, id: made.stored.id };
    for (const budget of budgets) {
      valueOrFail(await directory.budgets.create(OPERATOR, { scope, budget }));
    }
    return made;
  });
  printNewPlaintext(context, created, { options, done: 'made' });
}

export async function listKeys(
  context: CliContext,
  options: CommonOptions & { readonly team?: string; readonly user?: string },
): Promise<void> {
  const { config } = readConfig(context, options);
  const keys = await withStores(config, async ({ directory }) => {
    const { teamId, userId } = await ownersOf(directory, options);
    const where = { teamId, userId: userId ?? undefined };
    return allOf((page) => directory.keys.list(OPERATOR, { ...page, where }));
  });
  if (options.json === true) context.out(toJson({ keys: keys.map(present) }));
  else context.out(tableOf(keys));
}

export async function showKey(
  context: CliContext,
  idOrName: string,
  options: CommonOptions,
): Promise<void> {
  const { config } = readConfig(context, options);
  const key = await withStores(config, ({ directory }) => oneKey(directory, idOrName));
  context.out(options.json === true ? toJson(present(key)) : tableOf([key]));
}

export interface UpdateKeyOptions extends CommonOptions, KeyOptions {
  readonly disable?: boolean;
  readonly enable?: boolean;
}

export async function updateKey(
  context: CliContext,
  idOrName: string,
  options: UpdateKeyOptions,
): Promise<void> {
  if (options.disable === true && options.enable === true) {
    throw misused('--disable and --enable: expected one of them');
  }
  const terms = changedTermsOf(options, Date.now());
  const { config } = readConfig(context, options);
  const key = await withStores(config, async ({ directory }) => {
    const { id, version } = await oneKey(directory, idOrName);
    const patch = checked(KeyPatchWire, {
      version,
      ...terms,
      ...(await ownersOf(directory, options)),
      ...(options.disable === true && { disabled: true }),
      ...(options.enable === true && { disabled: false }),
    });
    return valueOrFail(await directory.keys.update(OPERATOR, id, patch));
  });
  if (options.json === true) context.out(toJson(present(key)));
  else
    context.err(`"${key.name}" (${key.id}) is changed; a running gateway sees it within a second.`);
}

export interface RotateKeyOptions extends CommonOptions {
  readonly overlap?: string;
}

export async function rotateKey(
  context: CliContext,
  idOrName: string,
  options: RotateKeyOptions,
): Promise<void> {
  const { overlap } = options;
  const span = overlap === undefined ? 0 : spanOf(overlap);
  if (span === undefined) {
    throw misused(`--overlap: expected a span, as in 15m, 12h or 7d; got "${overlap}"`);
  }
  const { config } = readConfig(context, options);
  const created = await withStores(config, async ({ directory }) => {
    const { id } = await oneKey(directory, idOrName);
    return valueOrFail(await directory.keys.rotate(OPERATOR, id, { overlapSeconds: span / 1_000 }));
  });
  printNewPlaintext(context, created, { options, done: 'rotated' });
}

export async function revokeKey(
  context: CliContext,
  idOrName: string,
  options: CommonOptions,
): Promise<void> {
  const { config } = readConfig(context, options);
  await withStores(config, async ({ directory }) => {
    const named = valueOrFail(await directory.keys.named(OPERATOR, idOrName));
    const refusal = whyNot(named, idOrName);
    if (refusal !== undefined) throw new CliFailure(refusal);
    valueOrFail(await directory.keys.revokeNamed(OPERATOR, idOrName));
  });
  if (options.json === true) context.out(toJson({ revoked: idOrName }));
  else context.err(`"${idOrName}" is revoked; a running gateway refuses it within a second.`);
}

function whyNot(named: readonly StoredKey[], idOrName: string): string | undefined {
  if (named.some(({ id }) => id.startsWith('config:'))) {
    return `"${idOrName}" is a key of the configuration: take it out there and restart.`;
  }
  if (named.some(({ revokedAt }) => revokedAt === undefined)) return undefined;
  return named.length > 0 ? `"${idOrName}" is revoked already.` : noSuchKey(idOrName);
}

/** Whose a key is to be, by ids; `none` for a user clears it. */
async function ownersOf(
  { teams, users }: Directory,
  { team, user }: { readonly team?: string; readonly user?: string },
): Promise<{ readonly teamId?: string; readonly userId?: string | null }> {
  return {
    ...(team !== undefined && { teamId: await idOf(teams, 'team', team) }),
    ...(user !== undefined && {
      userId: user === 'none' ? null : await idOf(users, 'user', user),
    }),
  };
}

function printNewPlaintext(
  context: CliContext,
  { stored, plaintext }: CreatedKey,
  { options, done }: { readonly options: CommonOptions; readonly done: string },
): void {
  if (options.json === true) {
    context.out(toJson({ key: plaintext, ...present(stored) }));
    return;
  }
  context.out(plaintext);
  context.err(`Key "${stored.name}" (${stored.id}) is ${done}. It is shown this once: keep it.`);
  if (stored.previousUntil !== undefined) {
    context.err(
      `The key before it is valid until ${new Date(stored.previousUntil).toISOString()}.`,
    );
  }
}

function tableOf(keys: readonly StoredKey[]): string {
  const rows = keys.map((key) => [
    key.name,
    key.id,
    key.hint,
    key.role,
    key.allowedModels?.join(' ') ?? 'all',
    key.requestsPerMinute === undefined ? '' : `${key.requestsPerMinute}/min`,
    key.teamId,
    key.tags?.join(' ') ?? '',
    key.createdAt === 0 ? 'configuration' : dayOf(key.createdAt),
    stateOf(key, Date.now()),
  ]);
  const heads = ['NAME', 'ID', 'KEY', 'ROLE', 'MODELS', 'LIMIT', 'TEAM', 'TAGS', 'MADE', ''];
  return renderTable(heads, rows);
}

function stateOf({ revokedAt, expiresAt, disabled }: StoredKey, now: number): string {
  if (revokedAt !== undefined) return `revoked ${dayOf(revokedAt)}`;
  if (disabled === true) return 'disabled';
  if (expiresAt === undefined) return '';
  return `${expiresAt <= now ? 'expired' : 'expires'} ${dayOf(expiresAt)}`;
}

const timeOf = (instant: number | undefined): string | undefined =>
  instant === undefined ? undefined : new Date(instant).toISOString();

const present = (key: StoredKey) => ({
  id: key.id,
  name: key.name,
  role: key.role,
  hint: key.hint,
  organisationId: key.organisationId,
  teamId: key.teamId,
  ...optionalField('userId', key.userId),
  ...optionalField('models', key.allowedModels),
  ...optionalField('faces', key.allowedFaces),
  ...optionalField('requestsPerMinute', key.requestsPerMinute),
  ...optionalField('tags', key.tags),
  ...optionalField('metadata', key.metadata),
  ...optionalField('disabled', key.disabled),
  ...optionalField('storeBodiesSeconds', key.storeBodiesSeconds),
  ...(key.createdAt > 0 && { createdAt: timeOf(key.createdAt) }),
  ...optionalField('expiresAt', timeOf(key.expiresAt)),
  ...optionalField('previousUntil', timeOf(key.previousUntil)),
  ...optionalField('revokedAt', timeOf(key.revokedAt)),
});
