import type { StoredKey } from '@tollgate/core/directory';
import type { Directory } from '../services/admin/directory.ts';
import { CliFailure } from './context.ts';
import { OPERATOR, valueOrFail } from './operator.ts';

export const noSuchKey = (idOrName: string): string =>
  `There is no key with the name or id "${idOrName}"; tollgate keys list shows all.`;

/** The one that is meant: by its id, else the one live key of this name. */
export async function oneKey({ keys }: Directory, idOrName: string): Promise<StoredKey> {
  const named = valueOrFail(await keys.named(OPERATOR, idOrName));
  const byId = named.find(({ id }) => id === idOrName);
  if (byId !== undefined) return byId;
  const live = named.filter(({ revokedAt }) => revokedAt === undefined);
  const [one = named[0]] = live;
  if (one === undefined) throw new CliFailure(noSuchKey(idOrName));
  if (live.length < 2) return one;
  const ids = live.map(({ id }) => id).join(', ');
  throw new CliFailure(
    `${live.length} keys are called "${idOrName}": name one by its id (${ids}).`,
  );
}
