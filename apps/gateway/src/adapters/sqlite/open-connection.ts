import { DatabaseSync } from 'node:sqlite';

/** A statement of a process waits this long for another's commit; commits take milliseconds. */
const BUSY_MS = 2000;

/**
 * `full`: a commit has reached the disk. `normal`: it survives the process's death, and a power cut may
 * take the latest ones.
 */
export type Synchronous = 'full' | 'normal';

/** One connection to the file. Whoever opens it closes it. */
export function openConnection(path: string, synchronous: Synchronous): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    db.exec(
      `pragma journal_mode = wal; pragma synchronous = ${synchronous}; pragma foreign_keys = on`,
    );
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A connection that can't write, whatever it is asked. */
export const openReader = (path: string): DatabaseSync =>
  new DatabaseSync(path, { timeout: BUSY_MS, readOnly: true });
