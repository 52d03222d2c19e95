/** Why the data folder can't be used, and what to do about it: text for the operator. */
export interface DatabaseProblem {
  readonly detail: string;
}

/** https://www.sqlite.org/rescode.html; extended codes have these in their lowest byte. */
const SQLITE = { readOnly: 8, corrupt: 11, full: 13, notADatabase: 26 } as const;
const PRIMARY = 0xff;

const codeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & PRIMARY
    : undefined;

const RESTORE =
  'put a backup in its place ("tollgate db backup" makes them), as docs/operations.md tells';

/** What the operator is told of a database that can't be opened. */
export function problemOf(error: unknown, dataDir: string): DatabaseProblem {
  const why = error instanceof Error ? error.message : String(error);
  switch (codeOf(error)) {
    case SQLITE.corrupt:
    case SQLITE.notADatabase:
      return damaged(why, dataDir);
    case SQLITE.readOnly:
      return {
        detail: `the ledger in ${dataDir} can't be written: give this user the right to, or choose another data folder`,
      };
    case SQLITE.full:
      return { detail: `the disk of the data folder ${dataDir} is full: make room on it` };
    default:
      return { detail: `the data folder ${dataDir} can't be used: ${why}` };
  }
}

/** Nothing is written to a damaged ledger: what is still in it may be read, or restored. */
export const damaged = (why: string, dataDir: string): DatabaseProblem => ({
  detail: `the ledger in ${dataDir} is damaged (${why.replaceAll('\n', ' ')}): ${RESTORE}`,
});
