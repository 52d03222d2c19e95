import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VirtualClock } from '@tollgate/testkit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { tempDir } from '../test-support/temp-dir.ts';
import { createSqliteBodyStore } from './sqlite-body-store.ts';

const HOUR_MS = 3_600_000;
const TEXT = 'x'.repeat(4_000);

let folder: ReturnType<typeof tempDir>;
let clock: VirtualClock;
const warn = vi.fn();
const log = { debug: vi.fn(), info: vi.fn(), warn, error: vi.fn() };
beforeEach(() => {
  folder = tempDir();
  clock = new VirtualClock();
  warn.mockClear();
});
afterEach(() => folder[Symbol.dispose]());

const open = (mostBytes?: number) =>
  createSqliteBodyStore({
    dataDir: folder.path,
    clock,
    log,
    ...(mostBytes !== undefined && { mostBytes }),
  });

const bodies = (callId: string) => ({
  callId,
  keyId: 'key_1',
  keptAt: clock.now(),
  keptUntil: clock.now() + HOUR_MS,
  request: { text: TEXT, isCut: false },
  reply: { text: TEXT, isCut: true },
});

it('finds what was kept until its time is over, after a restart too', async () => {
  const before = open();
  before.keep(bodies('one'));
  before.close();
  const store = open();

  expect(store.find('one')).toEqual(bodies('one'));
  await clock.advance(HOUR_MS);
  expect(store.find('one')).toBeUndefined();
  store.close();
  expect(clock.pending).toBe(0);
});

it('sleeps while it keeps nothing', async () => {
  const store = open();
  expect(clock.pending).toBe(0);

  for (let index = 0; index < 1_200; index += 1) store.keep(bodies(`call ${index}`));
  expect(clock.pending).toBe(1);
  // A sweep takes 500; the next ones follow soon.
  await clock.advance(HOUR_MS + 61_000);

  expect(clock.pending).toBe(0);
  store.close();
});

it('grows no further than it may, says so once, and has room again when time has passed', async () => {
  const most = 512 * 1024;
  const store = open(most);
  for (let index = 0; index < 200; index += 1) store.keep(bodies(`call ${index}`));

  expect(warn).toHaveBeenCalledTimes(1);
  expect(await store.status()).toMatchObject({ status: 'degraded' });
  expect(statSync(join(folder.path, 'bodies.db')).size).toBeLessThanOrEqual(most);

  await clock.advance(HOUR_MS + 61_000);
  store.keep(bodies('later'));
  expect(store.find('later')).toBeDefined();
  expect(await store.status()).toMatchObject({ status: 'healthy' });
  store.close();
});

it('goes on without a file that can’t be read', async () => {
  writeFileSync(
    join(folder.path, 'bodies.db'),
    'no database at all, but some other text '.repeat(99),
  );
  const store = open();

  store.keep(bodies('one'));

  expect(store.find('one')).toBeUndefined();
  expect(await store.status()).toMatchObject({
    status: 'degraded',
    detail: expect.stringContaining('calls go on'),
  });
  store.close();
});
