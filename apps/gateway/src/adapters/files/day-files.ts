import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DAY_MS } from '@tollgate/core';

const NAME = /^usage-(\d{4}-\d{2}-\d{2})\.jsonl$/;
const PLACE = '.tollgate-folder';
const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 10;

/** `usage-2026-11-26.jsonl`, by the day in UTC. */
export const dayFile = (now: number): string =>
  `usage-${new Date(now).toISOString().slice(0, 10)}.jsonl`;

/**
 * A name of the folder itself, made at its first use: what is known of its files must not be taken for
 * knowledge of another machine's, or of a folder that was emptied.
 */
export async function placeOf(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, PLACE);
  try {
    await writeFile(path, randomUUID(), { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return (await readFile(path, 'utf8')).trim();
}

/** The files of a folder from this one on, oldest first. */
export async function filesFrom(folder: string, first: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => NAME.test(name) && name >= first);
  return names.toSorted();
}

export async function removeOlder(folder: string, now: number, keepDays: number): Promise<void> {
  const oldest = dayFile(now - (keepDays - 1) * DAY_MS);
  for (const name of await readdir(folder)) {
    if (NAME.test(name) && name < oldest) await rm(join(folder, name), { force: true });
  }
}

/**
 * Calls `onLine` with each whole line of a file from `start` on, and cuts off a last one that was not
 * written to its end. Reads in pieces: nothing but a line is held.
 */
export async function mendFile(
  path: string,
  start: number,
  onLine: (line: string) => void,
): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let rest = Buffer.alloc(0);
    let end = start;
    for (let at = start; ; ) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, at);
      if (bytesRead === 0) break;
      at += bytesRead;
      rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      for (let newline = rest.indexOf(NEWLINE); newline >= 0; newline = rest.indexOf(NEWLINE)) {
        onLine(rest.toString('utf8', 0, newline));
        rest = rest.subarray(newline + 1);
        end += newline + 1;
      }
    }
    if (rest.length > 0) {
      await file.truncate(end);
      await file.datasync();
    }
  } finally {
    await file.close();
  }
}
