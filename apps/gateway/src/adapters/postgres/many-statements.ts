import { type Connection, Query } from 'pg';
import type { SqlValue } from '../sql/sql.ts';
import { storable } from './storable.ts';

/**
 * One statement with many lists of parameters: parsed once, and one answer for all of them. As
 * statements of their own, fifty would be as many packets each way, and four times the work.
 */
class ManyStatements extends Query {
  readonly counts: number[] = [];

  override readonly submit: (connection: Connection) => void;

  constructor(
    text: string,
    lists: readonly (readonly SqlValue[])[],
    onEnd: (error: Error | null | undefined) => void,
  ) {
    super({ text, values: [] }, (error) => onEnd(error));
    this.submit = (connection) => {
      connection.stream.cork();
      connection.parse({ name: '', text, types: [] }, true);
      for (const values of lists) {
        connection.bind({ values: values.map(wireValue) }, true);
        connection.execute({}, true);
      }
      connection.sync();
      connection.stream.uncork();
    };
  }

  /** `INSERT 0 1`, `DELETE 3`: the rows that one list changed. */
  handleCommandComplete({ text }: { readonly text: string }): void {
    this.counts.push(Number(/\d+$/.exec(text)?.[0] ?? 0));
  }
}

const wireValue = (value: SqlValue): string | Buffer | null => {
  if (value === null) return null;
  if (typeof value !== 'object') return String(storable(value));
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
};

/** Resolves with how many rows each list changed; of one that is refused the rest are refused, too. */
export function runMany(
  client: { query(statements: ManyStatements): unknown },
  text: string,
  lists: readonly (readonly SqlValue[])[],
): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const statements = new ManyStatements(text, lists, (error) => {
      if (error) reject(error);
      else resolve(statements.counts);
    });
    client.query(statements);
  });
}
