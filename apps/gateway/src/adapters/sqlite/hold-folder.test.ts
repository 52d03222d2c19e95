import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir } from '../test-support/temp-dir.ts';
import { holdFolder } from './hold-folder.ts';

const MODULE = new URL('./hold-folder.ts', import.meta.url).href;

/** Takes the folder in a process of its own that dies without letting go. */
const holdElsewhere = (path: string): string =>
  execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const { holdFolder } = await import(${JSON.stringify(MODULE)});
       const held = holdFolder(${JSON.stringify(path)});
       console.log(held.ok ? 'held' : held.error.detail);
       process.kill(process.pid, 'SIGKILL');`,
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );

const firstLine = (run: () => string): string => {
  try {
    return run();
  } catch (error) {
    return String(Reflect.get(Object(error), 'stdout')).trim();
  }
};

it('lets one gateway have a data folder, and the next one have it once the first let go', () => {
  using dir = tempDir();
  const first = holdFolder(dir.path);
  const second = holdFolder(dir.path);

  expect(second).toEqual({
    ok: false,
    error: { detail: expect.stringContaining('another gateway runs on the data folder') },
  });
  if (first.ok) first.value.release();
  const third = holdFolder(dir.path);
  expect(third.ok).toBe(true);
  if (third.ok) third.value.release();
});

it('keeps other processes out, and outlives none that was killed', () => {
  using dir = tempDir();
  const own = holdFolder(dir.path);

  expect(firstLine(() => holdElsewhere(dir.path))).toContain('another gateway runs');
  if (own.ok) own.value.release();
  expect(firstLine(() => holdElsewhere(dir.path))).toBe('held');
  const after = holdFolder(dir.path);
  expect(after.ok).toBe(true);
  if (after.ok) after.value.release();
});

it('names what it holds: the same the next time, and another for a copy of the folder', () => {
  using dir = tempDir();
  const identities = ['original', 'original', 'copy'].map((name) => {
    const held = holdFolder(join(dir.path, name));
    if (!held.ok) throw new Error(held.error.detail);
    held.value.release();
    cpSync(join(dir.path, 'original'), join(dir.path, 'copy'), { recursive: true });
    return held.value.identity;
  });

  expect(identities[1]).toBe(identities[0]);
  expect(identities[2]).not.toBe(identities[0]);
});

it('says which folder can not be used, and why', () => {
  expect(holdFolder('/dev/null/data')).toEqual({
    ok: false,
    error: { detail: expect.stringContaining("/dev/null/data can't be used: ") },
  });
});
