import { FACE_NAMES } from '../config/face-names.ts';
import type { KeyStore, NewKey, StoredKey } from '../ports/key-store.ts';
import {
  type CliContext,
  CliFailure,
  type CommonOptions,
  misused,
  readConfig,
  toJson,
} from './context.ts';
import { withStores } from './open-stores.ts';
import { renderTable } from './table.ts';

export interface CreateKeyOptions extends CommonOptions {
  readonly name: string;
  readonly role: string;
  readonly models?: string;
  readonly faces?: string;
  readonly rateLimit?: string;
}

/** Prints the key alone on stdout, so that a script can take it; it is never shown again. */
export async function createKey(context: CliContext, options: CreateKeyOptions): Promise<void> {
  const wanted = newKeyOf(options);
  const { config } = readConfig(context, options);
  const { stored, plaintext } = await withStores(config, ({ keys }) => keys.create(wanted));
  if (options.json === true) {
    context.out(toJson({ key: plaintext, ...present(stored) }));
    return;
  }
  context.out(plaintext);
  context.err(`Key "${stored.name}" (${stored.id}) is made. It is shown this once: keep it.`);
}

export async function listKeys(context: CliContext, options: CommonOptions): Promise<void> {
  const { config } = readConfig(context, options);
  const keys = await withStores(config, (stores) => stores.keys.list());
  if (options.json === true) {
    context.out(toJson({ keys: keys.map(present) }));
    return;
  }
  const rows = keys.map((key) => [
    key.name,
    key.id,
    key.hint,
    key.role,
    key.allowedModels?.join(' ') ?? 'all',
    key.requestsPerMinute === undefined ? '' : `${key.requestsPerMinute}/min`,
    key.createdAt === 0 ? 'configuration' : dayOf(key.createdAt),
    key.revokedAt === undefined ? '' : `revoked ${dayOf(key.revokedAt)}`,
  ]);
  const heads = ['NAME', 'ID', 'KEY', 'ROLE', 'MODELS', 'LIMIT', 'MADE', ''];
  context.out(renderTable(heads, rows));
}

export async function revokeKey(
  context: CliContext,
  idOrName: string,
  options: CommonOptions,
): Promise<void> {
  const { config } = readConfig(context, options);
  await withStores(config, async ({ keys }) => {
    if (!(await keys.revoke(idOrName))) throw new CliFailure(await whyNot(keys, idOrName));
  });
  if (options.json === true) context.out(toJson({ revoked: idOrName }));
  else context.err(`"${idOrName}" is revoked; a running gateway refuses it within a second.`);
}

async function whyNot(keys: KeyStore, idOrName: string): Promise<string> {
  const named = (await keys.list()).filter(({ id, name }) => id === idOrName || name === idOrName);
  if (named.some(({ id }) => id.startsWith('config:'))) {
    return `"${idOrName}" is a key of the configuration: take it out there and restart.`;
  }
  return named.length > 0
    ? `"${idOrName}" is revoked already.`
    : `There is no key with the name or id "${idOrName}"; tollgate keys list shows all.`;
}

function newKeyOf({ name, role, models, faces, rateLimit }: CreateKeyOptions): NewKey {
  if (role !== 'admin' && role !== 'member') {
    throw misused(`--role: expected admin or member, got "${role}"`);
  }
  if (name.trim() === '' || name.length > 80) {
    throw misused('--name: expected 1 to 80 characters');
  }
  if (rateLimit !== undefined && !/^[1-9]\d{0,6}$/.test(rateLimit)) {
    throw misused(`--rate-limit: expected a whole number above zero, got "${rateLimit}"`);
  }
  return {
    name,
    role,
    ...(models !== undefined && { allowedModels: listOf(models, '--models') }),
    ...(faces !== undefined && { allowedFaces: facesOf(faces) }),
    ...(rateLimit !== undefined && { requestsPerMinute: Number(rateLimit) }),
  };
}

function listOf(text: string, option: string): readonly string[] {
  const items = text.split(',').map((item) => item.trim());
  if (items.includes('')) throw misused(`${option}: expected names with commas between them`);
  return items;
}

function facesOf(text: string): readonly string[] {
  const known: readonly string[] = FACE_NAMES;
  const faces = listOf(text, '--faces');
  const unknown = faces.find((face) => !known.includes(face));
  if (unknown === undefined) return faces;
  throw misused(`--faces: expected some of ${known.join(', ')}, got "${unknown}"`);
}

const present = (key: StoredKey) => ({
  id: key.id,
  name: key.name,
  role: key.role,
  hint: key.hint,
  ...(key.allowedModels && { models: key.allowedModels }),
  ...(key.allowedFaces && { faces: key.allowedFaces }),
  ...(key.requestsPerMinute !== undefined && { requestsPerMinute: key.requestsPerMinute }),
  ...(key.createdAt > 0 && { createdAt: new Date(key.createdAt).toISOString() }),
  ...(key.revokedAt !== undefined && { revokedAt: new Date(key.revokedAt).toISOString() }),
});

const dayOf = (instant: number): string => new Date(instant).toISOString().slice(0, 10);
