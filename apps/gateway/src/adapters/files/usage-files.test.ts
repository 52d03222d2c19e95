import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { DAY_MS } from '@tollgate/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutboxBatch, OutboxStore } from '../../ports/outbox-store.ts';
import type { OutboxChannel } from '../outbox/outbox-channel.ts';
import { outboxRows } from '../sql/outbox-rows.ts';
import { createOutboxStore } from '../sql/sql-outbox-store.ts';
import { openDatabase } from '../sqlite/open-database.ts';
import { createSqliteDatabase } from '../sqlite/sqlite-database.ts';
import { createManualClock, type ManualClock } from '../test-support/manual-clock.ts';
import { tempDir } from '../test-support/temp-dir.ts';
import { usageEvent } from '../test-support/usage-event.ts';
import { createUsageFiles, FILES_CHANNEL } from './usage-files.ts';

const NOON = Date.UTC(2026, 10, 23, 12);

let dir: ReturnType<typeof tempDir>;
let db: DatabaseSync;
let clock: ManualClock;
let store: OutboxStore;
let path: string;
let channels: OutboxChannel[];

beforeEach(() => {
  dir = tempDir();
  const opened = openDatabase(dir.path);
  if (!opened.ok) throw new Error(opened.error.detail);
  db = opened.value;
  clock = createManualClock(NOON);
  store = createOutboxStore(createSqliteDatabase(db));
  path = join(dir.path, 'usage');
  channels = [];
});
afterEach(async () => {
  for (const channel of channels) await channel.close?.();
  db.close();
  dir[Symbol.dispose]();
});

function open(keepDays?: number): OutboxChannel {
  const days = keepDays === undefined ? {} : { keepDays };
  const channel = createUsageFiles({ path, store, clock, ...days });
  channels.push(channel);
  return channel;
}

async function record(...callIds: readonly string[]): Promise<void> {
  for (const callId of callIds) {
    const rows = outboxRows(usageEvent({ callId }), [FILES_CHANNEL]);
    for (const row of rows) await store.add(row);
  }
}

async function claim(): Promise<OutboxBatch> {
  const batch = await store.claim({
    channel: FILES_CHANNEL,
    sender: 'a',
    maxItems: 1000,
    leaseMs: 1000,
    newKey: crypto.randomUUID(),
    now: clock.now(),
  });
  if (batch === undefined) throw new Error('nothing waits');
  return batch;
}

const signal = new AbortController().signal;

/** Writes what waits, and settles it. */
async function write(channel: OutboxChannel): Promise<void> {
  const batch = await claim();
  const sending = await channel.send(batch, signal);
  if (sending.type !== 'settled') throw new Error('it was not written');
  await store.settle(batch, { sender: 'a', ...sending });
}

const files = () => readdirSync(path).filter((name) => name.endsWith('.jsonl'));
const today = () => join(path, 'usage-2026-11-23.jsonl');
const idsIn = (file: string): readonly string[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).callId);

describe('usage files', () => {
  it('hold one event a line, as the ledger has it', async () => {
    const event = usageEvent({ callId: 'one' });
    for (const row of outboxRows(event, [FILES_CHANNEL])) await store.add(row);

    await write(open());

    expect(files()).toEqual(['usage-2026-11-23.jsonl']);
    expect(JSON.parse(readFileSync(today(), 'utf8'))).toEqual(event);
  });

  it('begin a new one each day, and leave that of the day before as it is', async () => {
    const channel = open();
    await record('one');
    await write(channel);
    const before = readFileSync(today(), 'utf8');
    clock.advance(DAY_MS);
    await record('two');
    await write(channel);

    expect(files()).toEqual(['usage-2026-11-23.jsonl', 'usage-2026-11-24.jsonl']);
    expect(readFileSync(today(), 'utf8')).toBe(before);
    expect(idsIn(join(path, 'usage-2026-11-24.jsonl'))).toEqual(['two']);
  });

  it.each([
    ['nothing of', 0],
    ['a part of', 1.5],
    ['all of', 3],
  ])(
    'hold each event once after a crash that came when %s a batch was written',
    async (_name, lines) => {
      const first = open();
      await record('settled');
      await write(first);
      await record('one', 'two', 'three');
      const batch = await claim();
      const texts = batch.items.map(({ body }) => `${body}\n`);
      const whole = texts.slice(0, Math.floor(lines)).join('');
      const cut = lines % 1 === 0 ? '' : (texts[Math.floor(lines)] ?? '').slice(0, 40);
      appendFileSync(today(), whole + cut);
      await first.close?.();

      await write(open());

      expect(idsIn(today())).toEqual(['settled', 'one', 'two', 'three']);
      expect(await store.states()).toEqual([]);
    },
  );

  it('hold each event once when the settling fails, or the day ends before it', async () => {
    const first = open();
    await record('one', 'two');
    await first.send(await claim(), signal);
    await first.send(await claim(), signal);
    await first.close?.();
    clock.advance(2 * DAY_MS);

    const second = open();
    await write(second);
    await record('three');
    await write(second);

    const held = files().flatMap((name) =>
      readFileSync(join(path, name), 'utf8') === '' ? [] : idsIn(join(path, name)),
    );
    expect(held).toEqual(['one', 'two', 'three']);
  });

  it('lose no line to a database that was put back from a backup', async () => {
    await record('one');
    const channel = open();
    await write(channel);
    const older = await store.cursor(
      `files:${readFileSync(join(path, '.tollgate-folder'), 'utf8')}`,
    );
    await record('two');
    await write(channel);
    await channel.close?.();
    db.prepare('update outbox_cursors set value = ?').run(older ?? '');
    await record('two', 'three');

    await write(open());

    expect(idsIn(today())).toEqual(['one', 'two', 'three']);
  });

  it('are removed when they are older than was asked for, and nothing else is', async () => {
    mkdirSync(path);
    for (const name of ['usage-2026-11-20.jsonl', 'usage-2026-11-22.jsonl', 'mine.jsonl']) {
      writeFileSync(join(path, name), '');
    }
    await record('one');

    await write(open(2));

    expect(files()).toEqual(['mine.jsonl', 'usage-2026-11-22.jsonl', 'usage-2026-11-23.jsonl']);
  });

  it('are written by one gateway at a time, and by another once that is gone', async () => {
    const first = open();
    await record('one');
    await write(first);
    await record('two');
    const second = open();
    await expect(second.send(await claim(), signal)).rejects.toThrow('another gateway');

    await first.close?.();
    await write(second);

    expect(idsIn(today())).toEqual(['one', 'two']);
  });

  it('go on once a folder that could not be written can be', async () => {
    writeFileSync(path, 'a file in its place');
    const channel = open();
    await record('one');
    await expect(channel.send(await claim(), signal)).rejects.toThrow();
    path = join(dir.path, 'elsewhere');

    await write(open());

    expect(idsIn(today())).toEqual(['one']);
  });
});
