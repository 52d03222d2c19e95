import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { err, ok, type Result } from '@tollgate/core';
import type { DatabaseProblem } from './open-database.ts';

const FILE = 'gateway.lock';

interface FolderHold {
  release(): void;
}

/**
 * Makes a data folder this gateway's own: two on one would each count budgets and report usage as if
 * alone. The hold is a lock of the operating system on an empty database, so it ends with the process
 * however that ends, and the next start need not wait. Commands beside a running gateway take none.
 */
export function holdFolder(dataDir: string): Result<FolderHold, DatabaseProblem> {
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const held = new DatabaseSync(join(dataDir, FILE), { timeout: 0 });
    lock = held;
    held.exec('begin exclusive');
    return ok({ release: () => held.close() });
  } catch (error) {
    lock?.close();
    const why = error instanceof Error ? error.message : String(error);
    return err({
      detail: /locked/.test(why)
        ? `another gateway runs on the data folder ${dataDir}: stop it, or choose another with dataDir or TOLLGATE_DATA_DIR`
        : `the data folder ${dataDir} can't be used: ${why}`,
    });
  }
}
