import type { Organisation, StoredBudget, Team, User } from '@tollgate/core/directory';
import type { LocalKeyConfig } from '../../config/config.ts';
import type { Secret } from '../../config/secret.ts';
import type { Clock } from '../../ports/clock.ts';
import type { KeyIndex, KeyStore } from '../../ports/key-store.ts';
import type { Log } from '../../ports/log.ts';
import type { RecordStore } from '../../ports/record-store.ts';
import { ensureAdminKey } from './admin-key.ts';
import { BUDGETS, ORGANISATIONS, TEAMS, USERS } from './directory-tables.ts';
import { createKeyDigest } from './key-digest.ts';
import { createKeyIndex } from './key-index.ts';
import { createKeyStore } from './key-store.ts';
import { createRecordStore } from './record-store.ts';
import type { SqlDatabase } from './sql.ts';

export interface DirectoryStoreOptions {
  readonly db: SqlDatabase;
  /** The server's: keys are worth nothing under another. */
  readonly secret: Secret;
  readonly clock: Clock;
  readonly configured: readonly LocalKeyConfig[];
  readonly log?: Log;
  /** Called after each change of a budget by this process. */
  readonly onBudgetChange?: () => void;
}

export interface DirectoryStores {
  readonly organisations: RecordStore<Organisation>;
  readonly teams: RecordStore<Team>;
  readonly users: RecordStore<User>;
  readonly keys: KeyStore;
  readonly budgets: RecordStore<StoredBudget>;
  readonly keyIndex: KeyIndex;
  /** Resolves with the admin key when it was made just now. */
  ensureAdminKey(configured: Secret | undefined): Promise<string | undefined>;
}

/** Whose calls are whose, in one database. Whoever opened that closes it. */
export function createDirectoryStores(options: DirectoryStoreOptions): DirectoryStores {
  const { db, clock, log, configured } = options;
  const digest = createKeyDigest(options.secret);
  const keyIndex = createKeyIndex({ db, digest, clock, configured, log });
  return {
    organisations: createRecordStore(db, ORGANISATIONS, { log }),
    teams: createRecordStore(db, TEAMS, { log }),
    users: createRecordStore(db, USERS, { log }),
    budgets: createRecordStore(db, BUDGETS, { log, onChange: options.onBudgetChange }),
    keys: createKeyStore({ db, digest, configured, log, onChange: keyIndex.forget.bind(keyIndex) }),
    keyIndex,
    ensureAdminKey: (wanted) => ensureAdminKey({ db, digest, clock }, wanted),
  };
}
