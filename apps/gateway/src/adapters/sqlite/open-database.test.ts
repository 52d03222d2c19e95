import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../test-support/temp-dir.ts';
import { MIGRATIONS } from './migrations.ts';
import { openDatabase } from './open-database.ts';

describe('openDatabase', () => {
  it('makes the folder and the schema once, and finds them at the next start', () => {
    using dir = tempDir();
    const dataDir = join(dir.path, 'a', 'b');

    for (let start = 0; start < 2; start += 1) {
      const opened = openDatabase(dataDir);
      if (!opened.ok) throw new Error(opened.error.detail);
      const rows = opened.value.prepare('select version from schema_version').all();
      expect(rows).toHaveLength(MIGRATIONS.length);
      opened.value.close();
    }
  });

  it('lets only the owner read the file', () => {
    using dir = tempDir();
    const opened = openDatabase(dir.path);

    expect(statSync(join(dir.path, 'tollgate.db')).mode & 0o777).toBe(0o600);
    if (opened.ok) opened.value.close();
  });

  it('has commits reach the disk before they are told of, unless told otherwise', () => {
    using dir = tempDir();
    const levels = [undefined, 'normal'] as const;

    const told = levels.map((synchronous) => {
      const opened = openDatabase(dir.path, synchronous);
      if (!opened.ok) throw new Error(opened.error.detail);
      const row = opened.value.prepare('pragma synchronous').get();
      opened.value.close();
      return row?.['synchronous'];
    });

    // https://sqlite.org/pragma.html#pragma_synchronous: 2 is FULL, 1 NORMAL.
    expect(told).toEqual([2, 1]);
  });

  it('refuses a folder that a newer program has written, and changes nothing in it', () => {
    using dir = tempDir();
    const first = openDatabase(dir.path);
    if (!first.ok) throw new Error(first.error.detail);
    first.value.exec("insert into schema_version values (99, 'later')");
    first.value.close();

    const opened = openDatabase(dir.path);

    expect(opened).toEqual({
      ok: false,
      error: { detail: expect.stringContaining('written by a newer Tollgate (schema 99') },
    });
  });

  it('says in words why a folder cannot be used', () => {
    expect(openDatabase('/dev/null/data')).toEqual({
      ok: false,
      error: { detail: expect.stringContaining("the data folder /dev/null/data can't be used") },
    });
  });
});
