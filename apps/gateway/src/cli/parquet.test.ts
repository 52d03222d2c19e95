import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetMetadata } from 'hyparquet';
import { expect, it } from 'vitest';
import { tempDir } from '../adapters/test-support/temp-dir.ts';
import { usageEvent } from '../adapters/test-support/usage-event.ts';
import { writeParquet } from './parquet.ts';

it('writes a long ledger in groups of rows, so that none holds it whole', async () => {
  using folder = tempDir();
  const path = join(folder.path, 'calls.parquet');
  const page = Array.from({ length: 1_000 }, () => usageEvent());
  async function* pages() {
    for (let count = 0; count < 45; count += 1) yield page;
  }

  await writeParquet(path, pages());

  const { buffer, byteOffset, byteLength } = readFileSync(path);
  const told = parquetMetadata(buffer.slice(byteOffset, byteOffset + byteLength));
  expect(told.row_groups.map((group) => group.num_rows)).toEqual([20_000n, 20_000n, 5_000n]);
});
