import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { type Page, type Stored, staleRecord, USUAL_LIMIT } from '@tollgate/core/directory';
import type { Log } from '../../ports/log.ts';
import type { ListQuery, RecordStore } from '../../ports/record-store.ts';
import { cursorAt, readCursor } from './cursor.ts';
import type { RecordTable } from './record-table.ts';
import { raiseRevision } from './revision.ts';
import type { SqlDatabase, Statements } from './sql.ts';
import { whenAvailable } from './when-available.ts';

/** What else is written in the transaction of a record's change. */
type Also = (tx: Statements) => Promise<unknown>;

/** The same as the port, with room for what belongs to a record and is none itself. */
export interface SqlRecordStore<R extends Stored> extends RecordStore<R> {
  create(record: R, also?: Also): Promise<Result<void, GatewayError>>;
  replace(record: R, also?: Also): Promise<Result<void, GatewayError>>;
}

export interface RecordStoreOptions {
  readonly log?: Log | undefined;
  /** Called after each change of this process; what others change is seen by the table's revision. */
  readonly onChange?: (() => void) | undefined;
}

/** Records of one table. Each change raises the table's revision. */
export function createRecordStore<R extends Stored>(
  db: SqlDatabase,
  spec: RecordTable<R>,
  { log, onChange }: RecordStoreOptions = {},
): SqlRecordStore<R> {
  const { table, noun } = spec;
  const notFound = (id: string) => err<GatewayError>({ kind: 'record_not_found', noun, id });
  const change = async <T>(work: (tx: Statements) => Promise<Result<T, GatewayError>>) => {
    const changed = await whenAvailable(
      () =>
        db.transaction(async (tx) => {
          const done = await work(tx);
          if (done.ok) await raiseRevision(tx, table);
          return done;
        }),
      log,
    );
    if (changed.ok) onChange?.();
    return changed;
  };

  return {
    create: (record, also) =>
      change(async (tx) => {
        const missing = await holdParents(tx, spec, record);
        if (missing !== undefined) return err(missing);
        await insertRecord(tx, spec, record);
        await also?.(tx);
        return ok(undefined);
      }),

    get: (id) =>
      whenAvailable(async () => {
        const [row] = await db.all(`select * from ${table} where id = ?`, id);
        return row === undefined ? notFound(id) : ok(spec.record(row));
      }, log),

    list: (query) => whenAvailable(() => listPage(db, spec, query), log),

    replace: (record, also) =>
      change(async (tx) => {
        const missing = await holdParents(tx, spec, record);
        if (missing !== undefined) return err(missing);
        const { id, ...columns } = columnsOf(spec, record);
        const changed = await tx.run(
          `update ${table} set ${Object.keys(columns)
            .map((name) => `${name} = ?`)
            .join(', ')} where id = ? and version = ?`,
          ...Object.values(columns),
          record.id,
          record.version - 1,
        );
        if (changed === 0) {
          return (await hold(tx, table, record.id)) ? err(staleRecord(noun)) : notFound(record.id);
        }
        await also?.(tx);
        return ok(undefined);
      }),

    delete: (id) =>
      change(async (tx) => {
        if (!(await hold(tx, table, id))) return notFound(id);
        for (const { table: others, column, nouns, condition = '1 = 1' } of spec.children) {
          const [one] = await tx.all(
            `select id from ${others} where ${column} = ? and ${condition} limit 1`,
            id,
          );
          if (one !== undefined) {
            return err({
              kind: 'conflict',
              detail: `The ${noun} "${id}" still has ${nouns}, ${String(one['id'])} for one: end or move them first.`,
            });
          }
        }
        await tx.run(`delete from ${table} where id = ?`, id);
        return ok(undefined);
      }),
  };
}

export function insertRecord<R extends Stored>(
  tx: Statements,
  spec: RecordTable<R>,
  record: R,
): Promise<number> {
  const columns = columnsOf(spec, record);
  const names = Object.keys(columns);
  return tx.run(
    `insert into ${spec.table} (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
    ...Object.values(columns),
  );
}

const columnsOf = <R extends Stored>(spec: RecordTable<R>, record: R) => ({
  id: record.id,
  created_at: record.createdAt,
  version: record.version,
  ...spec.columns(record),
});

/**
 * Whether a row is there, which then stays until the transaction's end: writing it, unchanged, locks it
 * on every engine.
 */
const hold = async (tx: Statements, table: string, id: string): Promise<boolean> =>
  (await tx.run(`update ${table} set version = version where id = ?`, id)) > 0;

async function holdParents<R extends Stored>(
  tx: Statements,
  { parents }: RecordTable<R>,
  record: R,
): Promise<GatewayError | undefined> {
  for (const { table, noun, field, id: idOf } of parents) {
    const id = idOf(record);
    if (id !== undefined && !(await hold(tx, table, id))) {
      return { kind: 'invalid_request', path: field, detail: `There is no ${noun} "${id}".` };
    }
  }
  return undefined;
}

async function listPage<R extends Stored>(
  db: SqlDatabase,
  { table, filters, record }: RecordTable<R>,
  { limit = USUAL_LIMIT, after, where = {} }: ListQuery,
): Promise<Result<Page<R>, GatewayError>> {
  const cursor = readCursor(after);
  if (!cursor.ok) return cursor;
  const { createdAt, id } = cursor.value;
  const wanted = Object.entries(where).flatMap(([field, value]): [string, string][] => {
    const column = filters[field];
    return column === undefined || value === undefined ? [] : [[`and ${column} = ?`, value]];
  });
  const rows = await db.all(
    `select * from ${table} where (created_at, id) > (?, ?) ${wanted.map(([sql]) => sql).join(' ')}
     order by created_at, id limit ?`,
    createdAt,
    id,
    ...wanted.map(([, value]) => value),
    limit + 1,
  );
  const items = rows.slice(0, limit).map(record);
  const last = items.at(-1);
  return ok({ items, ...(rows.length > limit && last !== undefined && { next: cursorAt(last) }) });
}
