import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '@tollgate/core';
import { Secret } from '../../config/secret.ts';
import type { DatabaseProblem } from './database-problem.ts';

const FILE = 'secret';
const SECRET_BYTES = 32;
const SHORTEST = 16;

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && Reflect.get(error, 'code') === code;

/** Random text that stands in a file, made when there is none. */
function readOrMake(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  // Written aside and linked into place: of two processes that start at once both read one secret,
  // and neither reads half of it.
  const aside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(aside, `${randomBytes(SECRET_BYTES).toString('hex')}\n`, {
    mode: 0o600,
    flag: 'wx',
  });
  try {
    linkSync(aside, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
  return readFileSync(path, 'utf8').trim();
}

/** The secret that keys the HMAC of stored keys: the configured one, else the data folder's, made once. */
export function loadSecret(
  dataDir: string,
  configured: Secret | undefined,
): Result<Secret, DatabaseProblem> {
  if (configured !== undefined) return ok(configured);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const path = join(dataDir, FILE);
    const secret = readOrMake(path);
    chmodSync(path, 0o600);
    if (secret.length >= SHORTEST) return ok(new Secret(secret));
    return err({
      detail: `${path} is too short to be a secret: restore it, or set TOLLGATE_SECRET`,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return err({ detail: `the server's secret can't be read or made: ${why}` });
  }
}

/** Puts the secret of a ledger into the folder that the ledger moves to, unless it is there. */
export function placeSecret(dataDir: string, secret: Secret): Result<void, DatabaseProblem> {
  try {
    writeFileSync(join(dataDir, FILE), `${secret.reveal()}\n`, { mode: 0o600, flag: 'wx' });
    return ok(undefined);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) {
      return err({ detail: `the secret can't be written to ${dataDir}: ${String(error)}` });
    }
  }
  const standing = loadSecret(dataDir, undefined);
  if (!standing.ok || standing.value.reveal() === secret.reveal()) {
    return standing.ok ? ok(undefined) : standing;
  }
  return err({
    detail: `the data folder ${dataDir} has another secret, with which no key of this ledger would be known: choose an empty folder`,
  });
}
