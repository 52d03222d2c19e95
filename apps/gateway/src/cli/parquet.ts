import type { UsageEvent } from '@tollgate/core/usage';
import { fileWriter, parquetWriteRows } from 'hyparquet-writer';
import { type Cell, EXPORTED, type ExportedColumn } from './exported-columns.ts';

/** Rows that are held at once, and read at once by whoever reads the file. */
const GROUP = 20_000;

const TYPES = { text: 'STRING', count: 'INT64', flag: 'BOOLEAN', instant: 'TIMESTAMP' } as const;

type Value = string | bigint | boolean | Date | undefined;

/** Writes a Parquet file, a group of rows at a time: memory stays the same however many come. */
export async function writeParquet(
  path: string,
  pages: AsyncIterable<readonly UsageEvent[]>,
): Promise<void> {
  async function* rows(): AsyncGenerator<Record<string, Value>, void> {
    for await (const page of pages) yield* page.map(rowOf);
  }
  await parquetWriteRows({
    writer: fileWriter(path),
    rows: rows(),
    columns: EXPORTED.map(({ name, kind }) => ({ name, type: TYPES[kind], nullable: true })),
    rowGroupSize: GROUP,
  });
}

const rowOf = (event: UsageEvent): Record<string, Value> =>
  Object.fromEntries(
    EXPORTED.map(({ name, kind, read }): [string, Value] => [name, typed(kind, read(event))]),
  );

function typed(kind: ExportedColumn['kind'], cell: Cell): Value {
  if (cell === undefined) return undefined;
  switch (kind) {
    case 'text':
      return String(cell);
    case 'count':
      return BigInt(cell);
    case 'flag':
      return cell === 1;
    case 'instant':
      return new Date(cell);
    default:
      return kind satisfies never;
  }
}
