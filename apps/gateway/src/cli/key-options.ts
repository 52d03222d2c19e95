import type { KeyPatch, NewKey } from '@tollgate/core/directory';
import { FACE_NAMES } from '../config/face-names.ts';
import { misused } from './context.ts';
import { instantOf, spanOf } from './instant.ts';

/** What may be said of a key, at its making and later; each as it was typed. */
export interface KeyOptions {
  readonly name?: string;
  readonly role?: string;
  readonly team?: string;
  readonly user?: string;
  readonly models?: string;
  readonly faces?: string;
  readonly rateLimit?: string;
  readonly tag?: readonly string[];
  readonly meta?: readonly string[];
  readonly expires?: string;
  readonly storeBodies?: string;
}

type Terms = Omit<NewKey, 'name' | 'teamId' | 'userId'>;

/** What is said of a new key, but for whose it is. */
export const newTermsOf = (options: KeyOptions, now: number): Terms => ({
  ...(options.role !== undefined && { role: roleOf(options.role) }),
  ...(options.models !== undefined && { allowedModels: listOf(options.models, '--models') }),
  ...(options.faces !== undefined && { allowedFaces: facesOf(options.faces) }),
  ...(options.rateLimit !== undefined && { requestsPerMinute: rateOf(options.rateLimit) }),
  ...(options.tag !== undefined && { tags: options.tag }),
  ...(options.meta !== undefined && { metadata: entriesOf(options.meta) }),
  ...(options.expires !== undefined && { expiresAt: instantOf(options.expires, now) }),
  ...(options.storeBodies !== undefined && { storeBodiesSeconds: secondsOf(options.storeBodies) }),
});

/** What is to change; the word that stands for no bound clears it. */
export const changedTermsOf = (
  options: KeyOptions,
  now: number,
): Omit<KeyPatch, 'version' | 'teamId' | 'userId' | 'disabled'> => {
  const { name, role, models, faces, rateLimit, tag, meta, expires, storeBodies } = options;
  const cleared = {
    ...(models === 'all' && { allowedModels: null }),
    ...(faces === 'all' && { allowedFaces: null }),
    ...(rateLimit === 'none' && { requestsPerMinute: null }),
    ...(isNone(tag) && { tags: null }),
    ...(isNone(meta) && { metadata: null }),
    ...(expires === 'never' && { expiresAt: null }),
    ...(storeBodies === 'off' && { storeBodiesSeconds: null }),
  };
  const said = newTermsOf(
    {
      ...(role !== undefined && { role }),
      ...(models !== undefined && models !== 'all' && { models }),
      ...(faces !== undefined && faces !== 'all' && { faces }),
      ...(rateLimit !== undefined && rateLimit !== 'none' && { rateLimit }),
      ...(tag !== undefined && !isNone(tag) && { tag }),
      ...(meta !== undefined && !isNone(meta) && { meta }),
      ...(expires !== undefined && expires !== 'never' && { expires }),
      ...(storeBodies !== undefined && storeBodies !== 'off' && { storeBodies }),
    },
    now,
  );
  return { ...(name !== undefined && { name }), ...said, ...cleared };
};

const isNone = (said: readonly string[] | undefined): boolean =>
  said?.length === 1 && said[0] === 'none';

function roleOf(role: string): 'admin' | 'member' {
  if (role === 'admin' || role === 'member') return role;
  throw misused(`--role: expected admin or member, got "${role}"`);
}

function rateOf(rate: string): number {
  if (/^[1-9]\d{0,6}$/.test(rate)) return Number(rate);
  throw misused(`--rate-limit: expected a whole number above zero, got "${rate}"`);
}

function secondsOf(text: string): number {
  const span = spanOf(text);
  if (span !== undefined) return span / 1_000;
  throw misused(`--store-bodies: expected a span, as in 12h or 7d; got "${text}"`);
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

function entriesOf(entries: readonly string[]): { readonly [name: string]: string } {
  return Object.fromEntries(
    entries.map((entry): [string, string] => {
      const equals = entry.indexOf('=');
      if (equals < 1) throw misused(`--meta: expected name=text, got "${entry}"`);
      return [entry.slice(0, equals), entry.slice(equals + 1)];
    }),
  );
}
