import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SqlDatabase, SqlReader, SqlRow, SqlValue, Statements } from '../sql/sql.ts';

/** Statements that stay prepared; texts are written in the code, so there are few. */
const MAX_PREPARED = 200;

class SqliteDatabase implements SqlDatabase {
  readonly engine = 'sqlite';
  readonly #db: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();
  readonly #direct: Statements;
  #last: Promise<unknown> = Promise.resolve();

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#direct = {
      engine: this.engine,
      all: async (sql, ...parameters): Promise<readonly SqlRow[]> =>
        this.#prepare(sql).all(...parameters),
      run: async (sql, ...parameters) => Number(this.#prepare(sql).run(...parameters).changes),
      many: async (sql, lists) => {
        const statement = this.#prepare(sql);
        return lists.map((parameters) => Number(statement.run(...parameters).changes));
      },
    };
  }

  all(sql: string, ...parameters: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    return this.#inTurn(() => this.#direct.all(sql, ...parameters));
  }

  run(sql: string, ...parameters: readonly SqlValue[]): Promise<number> {
    return this.#inTurn(() => this.#direct.run(sql, ...parameters));
  }

  many(sql: string, lists: readonly (readonly SqlValue[])[]): Promise<readonly number[]> {
    return this.#inTurn(() => this.#direct.many(sql, lists));
  }

  transaction<T>(work: (tx: Statements) => Promise<T>): Promise<T> {
    return this.#between('begin immediate', work);
  }

  snapshot<T>(work: (reader: SqlReader) => Promise<T>): Promise<T> {
    return this.#between('begin', work);
  }

  #between<T>(begin: string, work: (tx: Statements) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      this.#db.exec(begin);
      try {
        const result = await work(this.#direct);
        this.#db.exec('commit');
        return result;
      } catch (error) {
        if (this.#db.isTransaction) this.#db.exec('rollback');
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => this.#db.close());
  }

  /** One connection has one transaction: whoever comes while it is open waits for its end. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  #prepare(sql: string): StatementSync {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    statement.setReadBigInts(true);
    if (this.#prepared.size >= MAX_PREPARED) this.#prepared.clear();
    this.#prepared.set(sql, statement);
    return statement;
  }
}

/** The seam over an open SQLite database. Closing it closes that. */
export function createSqliteDatabase(db: DatabaseSync): SqlDatabase {
  return new SqliteDatabase(db);
}
