import type { Stored } from '@tollgate/core/directory';
import type { SqlRow, SqlValue } from './sql.ts';

/** How records of one kind stand in their table, beside `id`, `created_at` and `version`. */
export interface RecordTable<R extends Stored> {
  readonly table: string;
  /** In sentences: `team`. */
  readonly noun: string;
  readonly columns: (record: R) => { readonly [column: string]: SqlValue };
  readonly record: (row: SqlRow) => R;
  /** What a list may be narrowed by: the record's field to its column. */
  readonly filters: { readonly [field: string]: string };
  /** What must be there while it is. */
  readonly parents: readonly Parent<R>[];
  /** What must not be there when it goes. */
  readonly children: readonly Child[];
}

interface Parent<R> {
  readonly table: string;
  readonly noun: string;
  /** The field that names it, and its value. */
  readonly field: string;
  readonly id: (record: R) => string | undefined;
}

interface Child {
  readonly table: string;
  readonly column: string;
  /** In sentences: `keys`. */
  readonly nouns: string;
  /** Which of them count. */
  readonly condition?: string;
}
