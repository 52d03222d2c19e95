import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Clock } from '../../ports/clock.ts';
import type { OutboxBatch, OutboxCursor, OutboxStore } from '../../ports/outbox-store.ts';
import type { OutboxChannel, Sending } from '../outbox/outbox-channel.ts';
import { eventIdOf } from '../sql/outbox-rows.ts';
import { type FolderHold, holdFolder } from '../sqlite/hold-folder.ts';
import { dayFile, filesFrom, mendFile, placeOf, removeOlder } from './day-files.ts';

export interface UsageFilesOptions {
  readonly path: string;
  readonly keepDays?: number;
  readonly store: Pick<OutboxStore, 'cursor'>;
  readonly clock: Clock;
}

export const FILES_CHANNEL = 'files';

const MAX_EVENTS = 1000;

/** Up to where a folder's files are known to hold what was settled, and nothing else. */
const Cursor = z.object({ file: z.string(), bytes: z.int().min(0) });

const Line = z.object({ callId: z.string(), attempt: z.int() });

interface OpenFile {
  readonly name: string;
  readonly handle: FileHandle;
}

/**
 * Usage events as lines of files, one file a day of writing. The end of what is settled is kept with the
 * settling: lines after it were written by a sending that was cut short, and are not written again.
 */
class UsageFiles implements OutboxChannel {
  readonly name = FILES_CHANNEL;
  readonly #options: UsageFilesOptions;
  #hold: FolderHold | undefined;
  #place: string | undefined;
  #file: OpenFile | undefined;
  /** Of the batch that is being written: what stands in the files already. Absent: not looked at yet. */
  #written: { readonly batchId: number; readonly ids: Set<string> } | undefined;

  constructor(options: UsageFilesOptions) {
    this.#options = options;
  }

  maxItems(): number {
    return MAX_EVENTS;
  }

  async send(batch: OutboxBatch): Promise<Sending> {
    try {
      return await this.#write(batch);
    } catch (error) {
      // A line may be cut: the next sending looks at the files before it writes.
      this.#written = undefined;
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close();
    this.#hold?.release();
    this.#hold = undefined;
  }

  async #write(batch: OutboxBatch): Promise<Sending> {
    const { path, store } = this.#options;
    this.#hold ??= holdFiles(path);
    this.#place ??= await placeOf(path);
    const name = `files:${this.#place}`;
    const ids = await this.#idsIn(batch, await store.cursor(name));
    const missing = batch.items.filter(({ eventId }) => !ids.has(eventId));
    const file = await this.#openToday();
    if (missing.length > 0) {
      await file.handle.appendFile(missing.map(({ body }) => `${body}\n`).join(''));
      await file.handle.datasync();
    }
    for (const { eventId } of missing) ids.add(eventId);
    const { size } = await file.handle.stat();
    const value = JSON.stringify({ file: file.name, bytes: size });
    const cursor: OutboxCursor = { name, value };
    const outcomes = batch.items.map(() => 'sent' as const);
    return { type: 'settled', outcomes, next: 'again', cursor };
  }

  /** Which of the batch the files hold: known from the last sending, or read beyond the cursor. */
  async #idsIn(batch: OutboxBatch, cursor: string | undefined): Promise<Set<string>> {
    if (this.#written?.batchId === batch.id) return this.#written.ids;
    const isFirst = this.#written === undefined;
    const ids = isFirst ? await this.#idsBeyond(cursor, batch) : new Set<string>();
    this.#written = { batchId: batch.id, ids };
    return ids;
  }

  async #idsBeyond(cursor: string | undefined, batch: OutboxBatch): Promise<Set<string>> {
    const { path } = this.#options;
    const known = Cursor.safeParse(cursor === undefined ? undefined : JSON.parse(cursor));
    // Of a folder that nothing was settled in yet, any file may hold them.
    const from = known.success ? known.data : { file: '', bytes: 0 };
    const wanted = new Set(batch.items.map(({ eventId }) => eventId));
    const ids = new Set<string>();
    for (const name of await filesFrom(path, from.file)) {
      const start = name === from.file ? from.bytes : 0;
      await mendFile(join(path, name), start, (text) => {
        const line = Line.safeParse(parsed(text));
        const id = line.success ? eventIdOf(line.data) : '';
        if (wanted.has(id)) ids.add(id);
      });
    }
    return ids;
  }

  async #openToday(): Promise<OpenFile> {
    const { path, keepDays, clock } = this.#options;
    const now = clock.now();
    const name = dayFile(now);
    if (this.#file?.name === name) return this.#file;
    await this.#file?.handle.close();
    this.#file = { name, handle: await open(join(path, name), 'a', 0o600) };
    await syncFolder(path);
    if (keepDays !== undefined) await removeOlder(path, now, keepDays);
    return this.#file;
  }
}

/** Two gateways that write to one file would each cut off the other's lines. */
function holdFiles(folder: string): FolderHold {
  const held = holdFolder(folder, {
    file: '.tollgate-lock',
    title: 'folder of usage files',
    choose: 'outbox.files.path',
  });
  if (held.ok) return held.value;
  throw new Error(held.error.detail);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** So that a new file's name outlives a power cut as its lines do. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export function createUsageFiles(options: UsageFilesOptions): OutboxChannel {
  return new UsageFiles(options);
}
