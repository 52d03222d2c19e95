import { readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Log } from '../../ports/log.ts';
import type { BatchedEvent } from '../sql/ledger/batch.ts';

/** How long an end waits for a disk that hangs. */
const CLOSE_MS = 5_000;

/**
 * Usage events that the database would not take, in a file of this gateway's own until it does: a
 * process that ends meanwhile leaves them to the next. Whoever adds them bounds how many they are.
 */
export interface EventJournal {
  /** What a process before this one left, in the order in which it came. */
  read(): readonly BatchedEvent[];
  /** Written soon, in order, by nobody waited for. */
  add(events: readonly BatchedEvent[]): void;
  /** All that was added is booked. */
  clear(): void;
  /** Resolves with whether all that was added and not cleared is in the file. */
  close(): Promise<boolean>;
}

export function createEventJournal(path: string, log?: Log): EventJournal {
  let handle: FileHandle | undefined;
  let lines = '';
  let isToClear = false;
  let isBroken = false;
  let writing: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    while (isToClear || lines !== '') {
      const [isClearing, text] = [isToClear, lines];
      isToClear = false;
      lines = '';
      try {
        handle ??= await open(path, 'a', 0o600);
        if (isClearing) await handle.truncate(0);
        // Not synced: it is there for a process that ends. After a power cut the intents tell.
        if (text !== '') await handle.appendFile(text);
        if (isClearing) isBroken = false;
      } catch (error) {
        if (!isBroken) log?.error({ detail: String(error) }, "usage can't be kept in the journal");
        isBroken = true;
      }
    }
    writing = undefined;
  };

  return {
    read: () => {
      const { events, damaged } = readLines(path);
      if (damaged > 0) log?.error({ events: damaged }, 'the journal of usage holds damaged lines');
      return events;
    },
    add: (events) => {
      for (const event of events) lines += lineOf(event);
      writing ??= write();
    },
    clear: () => {
      lines = '';
      isToClear = true;
      writing ??= write();
    },
    close: async () => {
      const isWritten = await endsWithin(writing ?? Promise.resolve(), CLOSE_MS);
      if (isWritten) await handle?.close();
      return isWritten && !isBroken;
    },
  };
}

/**
 * A line that a dying process or a full disk cut off does not match its sum. What comes next begins a line
 * of its own, so that no more is lost than what was cut.
 */
const lineOf = (event: BatchedEvent): string => {
  const json = JSON.stringify(event);
  return `\n${crc32(json)} ${json}`;
};

function readLines(path: string): { readonly events: BatchedEvent[]; readonly damaged: number } {
  const events: BatchedEvent[] = [];
  let damaged = 0;
  for (const line of readText(path).split('\n')) {
    if (line === '') continue;
    const at = line.indexOf(' ');
    const json = line.slice(at + 1);
    if (crc32(json) === Number(line.slice(0, at))) events.push(JSON.parse(json));
    else damaged += 1;
  }
  return { events, damaged };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

async function endsWithin(end: Promise<void>, withinMs: number): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const timer = setTimeout(() => late.resolve(false), withinMs);
  try {
    return await Promise.race([end.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
