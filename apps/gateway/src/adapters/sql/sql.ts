/** What a column holds. Integers come back as bigint, whatever their size. */
export type SqlValue = string | number | bigint | Uint8Array | null;

export interface SqlRow {
  readonly [column: string]: unknown;
}

/**
 * Statements in the SQL that SQLite and PostgreSQL share, with a `?` for each parameter. Instants are
 * integers (Unix milliseconds), truth is 0 or 1, lists and objects are JSON as text.
 */
export interface SqlReader {
  /** For the few statements that one of them would take the long way with. */
  readonly engine: 'sqlite' | 'postgres';
  all(sql: string, ...parameters: readonly SqlValue[]): Promise<readonly SqlRow[]>;
}

export interface Statements extends SqlReader {
  /** Resolves with how many rows it changed. */
  run(sql: string, ...parameters: readonly SqlValue[]): Promise<number>;
  /**
   * The same for each list of parameters, in their order, in one round trip where there are any. In a
   * transaction: alone, some may be done when one is refused.
   */
  many(sql: string, lists: readonly (readonly SqlValue[])[]): Promise<readonly number[]>;
}

/** A database that stores are written for once, whichever engine it is. Rejects when the engine refuses. */
export interface SqlDatabase extends Statements {
  /**
   * All of the work, or none of it. The work may use nothing but `tx`, and wait for nothing else:
   * on SQLite others wait for it.
   */
  transaction<T>(work: (tx: Statements) => Promise<T>): Promise<T>;
  /** All reads of the work see the database as it was at the first of them. Nobody waits for it. */
  snapshot<T>(work: (reader: SqlReader) => Promise<T>): Promise<T>;
  /** Waits for what runs. */
  close(): Promise<void>;
}
