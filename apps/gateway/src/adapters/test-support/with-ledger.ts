import type { Ledger } from '../../ports/ledger.ts';
import { openDatabase } from '../sqlite/open-database.ts';
import { createSqliteLedger } from '../sqlite/sqlite-ledger.ts';
import { createManualClock } from './manual-clock.ts';

/** Books calls in a data folder, as a gateway on it would; all are durable when it resolves. */
export async function withLedger(dataDir: string, use: (ledger: Ledger) => void): Promise<void> {
  const db = openDatabase(dataDir);
  if (!db.ok) throw new Error(db.error.detail);
  const ledger = createSqliteLedger(db.value, { clock: createManualClock() });
  try {
    use(ledger);
    await ledger.flush();
  } finally {
    await ledger.close();
    db.value.close();
  }
}
