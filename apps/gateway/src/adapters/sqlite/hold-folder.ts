import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { err, ok, type Result } from '@tollgate/core';
import type { DatabaseProblem } from './database-problem.ts';

export interface FolderHold {
  /**
   * Names the file that is locked, on this machine since it was started: who holds the same is the only
   * one. A copy of the folder has another, be it here or on a copy of the machine.
   */
  readonly identity: string;
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
    const path = join(folder, file);
    const held = new DatabaseSync(path, { timeout: 0 });
    lock = held;
    held.exec('begin exclusive');
    return ok({ identity: identityOf(path), release: () => held.close() });
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

function identityOf(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  return `${machine()} ${dev} ${ino}`;
}

/** Only Linux names each start of a machine. */
function machine(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return hostname();
  }
}
