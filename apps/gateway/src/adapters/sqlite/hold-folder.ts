import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { err, ok, type Result } from '@tollgate/core';
import type { DatabaseProblem } from './database-problem.ts';

export interface FolderHold {
  release(): void;
}

/** What is held, in the words that who can't have it is told. */
export interface HeldFolder {
  readonly file: string;
  readonly title: string;
  /** The setting that names it. */
  readonly choose: string;
}

const DATA_FOLDER: HeldFolder = {
  file: 'gateway.lock',
  title: 'data folder',
  choose: 'dataDir or TOLLGATE_DATA_DIR',
};

/**
 * Makes a folder, the data folder unless told otherwise, this gateway's own: two on one data folder would
 * each count budgets and report usage as if alone. The hold is a lock of the operating system on an empty database, so it ends with the process
 * however that ends, and the next start need not wait. Commands beside a running gateway take none.
 */
export function holdFolder(
  folder: string,
  { file, title, choose }: HeldFolder = DATA_FOLDER,
): Result<FolderHold, DatabaseProblem> {
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const held = new DatabaseSync(join(folder, file), { timeout: 0 });
    lock = held;
    held.exec('begin exclusive');
    return ok({ release: () => held.close() });
  } catch (error) {
    lock?.close();
    const why = error instanceof Error ? error.message : String(error);
    return err({
      detail: /locked/.test(why)
        ? `another gateway runs on the ${title} ${folder}: stop it, or choose another with ${choose}`
        : `the ${title} ${folder} can't be used: ${why}`,
    });
  }
}
