import { ok, type Result } from '@tollgate/core';
import { createDirectoryStores } from './adapters/sql/directory-stores.ts';
import { openDatabase } from './adapters/sqlite/open-database.ts';
import { createSqliteDatabase } from './adapters/sqlite/sqlite-database.ts';
import type { Config } from './config/config.ts';
import type { Secret } from './config/secret.ts';
import type { Clock } from './ports/clock.ts';
import type { Ids } from './ports/ids.ts';
import type { KeyIndex } from './ports/key-store.ts';
import type { Log } from './ports/log.ts';
import { createDirectory, type Directory } from './services/admin/directory.ts';

export interface DirectoryParts {
  readonly config: Config;
  readonly secret: Secret;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

export interface ComposedDirectory {
  readonly directory: Directory;
  readonly keyIndex: KeyIndex;
  /** The admin key, when it was made just now. */
  readonly newAdminKey: string | undefined;
  close(): Promise<void>;
}

/**
 * Organisations, teams, users and keys, on a connection of their own: a change of theirs may wait between
 * two statements, in which the ledger's connection must not find itself in a transaction.
 */
export async function composeDirectory(
  parts: DirectoryParts,
): Promise<Result<ComposedDirectory, { readonly detail: string }>> {
  const { config, secret, clock, ids, log } = parts;
  const opened = openDatabase(config.dataDir);
  if (!opened.ok) return opened;
  const db = createSqliteDatabase(opened.value);
  const configured = config.governance.keys;
  const stores = createDirectoryStores({ db, secret, clock, configured, log });
  return ok({
    directory: createDirectory({ stores, clock, ids }),
    keyIndex: stores.keyIndex,
    newAdminKey: await stores.ensureAdminKey(config.adminKey),
    close: () => db.close(),
  });
}
