import { createDirectoryStores } from './adapters/sql/directory-stores.ts';
import type { SqlDatabase } from './adapters/sql/sql.ts';
import type { Config } from './config/config.ts';
import type { Secret } from './config/secret.ts';
import type { Clock } from './ports/clock.ts';
import type { Ids } from './ports/ids.ts';
import type { KeyIndex } from './ports/key-store.ts';
import type { Log } from './ports/log.ts';
import { createDirectory, type Directory } from './services/admin/directory.ts';

export interface DirectoryParts {
  readonly config: Config;
  readonly db: SqlDatabase;
  readonly secret: Secret;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly onBudgetChange: () => void;
}

export interface ComposedDirectory {
  readonly directory: Directory;
  readonly keyIndex: KeyIndex;
  /** The admin key, when it was made just now. */
  readonly newAdminKey: string | undefined;
}

/** Organisations, teams, users and keys. */
export async function composeDirectory(parts: DirectoryParts): Promise<ComposedDirectory> {
  const { config, clock, ids } = parts;
  const stores = createDirectoryStores({ ...parts, configured: config.governance.keys });
  return {
    directory: createDirectory({ stores, clock, ids }),
    keyIndex: stores.keyIndex,
    newAdminKey: await stores.ensureAdminKey(config.adminKey),
  };
}
