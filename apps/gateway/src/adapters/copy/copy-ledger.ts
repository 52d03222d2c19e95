import { err, ok, type Result } from '@tollgate/core';
import type { SqlDatabase, SqlReader, Statements } from '../sql/sql.ts';
import { COPIED_TABLES, type CopiedTable } from './copied-tables.ts';
import { Fingerprint } from './fingerprint.ts';
import { type ReceivingEngine, receivingEngine } from './receiving-engine.ts';
import { tablePages } from './table-pages.ts';

/** Why nothing was copied: text for the operator. */
export interface CopyProblem {
  readonly detail: string;
}

export interface CopyParts {
  readonly from: SqlDatabase;
  /** Of this program's schema, and empty. */
  readonly into: SqlDatabase;
  readonly now: number;
  /** What forbids to leave or to enter, asked in the transaction of either side. */
  readonly mayLeave: (reader: SqlReader) => Promise<Result<void, CopyProblem>>;
  readonly mayEnter: (tx: Statements) => Promise<Result<void, CopyProblem>>;
  /** Called as pages arrive. */
  readonly onRows: (table: string, rows: number) => void;
}

/** Ends the transaction without a trace. */
class Refusal extends Error {}

const orRefuse = (result: Result<void, CopyProblem>): void => {
  if (!result.ok) throw new Refusal(result.error.detail);
};

/**
 * Copies a ledger whole, as it is at one instant, in one transaction: all of it or nothing. Each table is
 * read back, and must hold the very rows that were sent. Resolves with how many rows there are of each.
 */
export async function copyLedger(
  parts: CopyParts,
): Promise<Result<ReadonlyMap<string, number>, CopyProblem>> {
  const { from, into, now } = parts;
  try {
    const rows = await from.snapshot(async (reader) => {
      orRefuse(await parts.mayLeave(reader));
      return into.transaction(async (tx) => {
        orRefuse(await parts.mayEnter(tx));
        await clearStanding(tx);
        const engine = receivingEngine(tx, now);
        const counts = new Map<string, number>();
        for (const table of COPIED_TABLES) {
          counts.set(
            table.name,
            await copyTable(table, { reader, tx, engine, onRows: parts.onRows }),
          );
        }
        return counts;
      });
    });
    return ok(rows);
  } catch (error) {
    if (error instanceof Refusal) return err({ detail: error.message });
    throw error;
  }
}

/** The records that the schema brings come with the copy; whatever else there is isn't written over. */
async function clearStanding(tx: Statements): Promise<void> {
  for (const { name, standing } of COPIED_TABLES) {
    if (standing !== undefined) {
      await tx.run(`delete from ${name} where id = ? and version = 1`, standing);
    }
    const [row] = await tx.all(`select 1 as found from ${name} limit 1`);
    if (row !== undefined) {
      throw new Refusal(
        `the place to copy to isn't empty (there are ${name.replaceAll('_', ' ')}): nothing is written over; name an empty one`,
      );
    }
  }
}

interface Sides extends Pick<CopyParts, 'onRows'> {
  readonly reader: SqlReader;
  readonly tx: Statements;
  readonly engine: ReceivingEngine;
}

async function copyTable(
  table: CopiedTable,
  { reader, tx, engine, onRows }: Sides,
): Promise<number> {
  const sent = new Fingerprint();
  for await (const page of tablePages(reader, table)) {
    const { columns, rows } = page;
    await engine.beforePage(table, page);
    await tx.many(
      `insert into ${table.name} (${columns.join(', ')}) ${engine.overriding}
       values (${columns.map(() => '?').join(', ')})`,
      rows,
    );
    sent.add(page);
    onRows(table.name, sent.rows);
  }
  await engine.afterTable(table);
  const received = new Fingerprint();
  for await (const page of tablePages(tx, table)) received.add(page);
  if (!received.equals(sent)) {
    throw new Refusal(
      `${table.name}: ${sent.rows} rows were sent, and other ${received.rows} were read back: nothing was copied`,
    );
  }
  return sent.rows;
}
