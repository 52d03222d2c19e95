import { DatabaseError } from 'pg';

/** What went wrong, in words without an address or a password. */
export function postgresTrouble(error: unknown): string {
  if (error instanceof AggregateError) return postgresTrouble(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const code: unknown = Reflect.get(error, 'code');
  // Of the operating system: its text holds the address.
  if (typeof code === 'string' && /^E[A-Z]/.test(code))
    return `PostgreSQL can't be reached (${code})`;
  // Its own words name users, hosts and databases, and `/health` needs no key: the class must do.
  return typeof code === 'string' ? `PostgreSQL refuses (${classOf(code)})` : NO_ANSWER;
}

const NO_ANSWER = 'PostgreSQL does not answer in time';

/** By the first two letters of an SQLSTATE (PostgreSQL's manual, appendix A). */
const CLASSES: { readonly [letters: string]: string } = {
  '08': 'connection lost',
  '25': 'read-only',
  '28': 'user or password',
  '3D': 'no such database',
  '40': 'transaction rolled back',
  '42': 'not allowed, or another schema',
  '53': 'no disk, memory or connections left',
  '57': 'shutting down, or cancelled',
};

const classOf = (code: string): string => CLASSES[code.slice(0, 2)] ?? `SQLSTATE ${code}`;

/** The operating system's words for what a network does, and `pg`'s own for what takes too long. */
const NETWORK = /^E(AI_|CONN|HOST|NET|NOTFOUND|PIPE|TIMEDOUT)/;
const SILENCE = /timeout|timed out|terminated/i;

/** Whether it is PostgreSQL, or the way to it, that went wrong: not a file, and no bug. */
export const isPostgresTrouble = (error: unknown): boolean =>
  error instanceof AggregateError
    ? error.errors.every(isPostgresTrouble)
    : error instanceof DatabaseError ||
      (error instanceof Error &&
        (NETWORK.test(String(Reflect.get(error, 'code'))) || SILENCE.test(error.message)));
