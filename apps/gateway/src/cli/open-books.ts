import { auditBooks } from '../adapters/sql/audit/audit-books.ts';
import { repairBooks } from '../adapters/sql/audit/repair-books.ts';
import { createSqlBudgetStore } from '../adapters/sql/budget-store.ts';
import { holdFolder } from '../adapters/sqlite/hold-folder.ts';
import { openDatabase } from '../adapters/sqlite/open-database.ts';
import { createSqliteDatabase } from '../adapters/sqlite/sqlite-database.ts';
import { createIds } from '../adapters/system/create-ids.ts';
import { systemClock } from '../adapters/system/system-clock.ts';
import type { Config } from '../config/config.ts';
import type { Books } from '../ports/audit.ts';
import { CliFailure } from './context.ts';

/** Opens the books. `isAlone`: for a repair, which no gateway may write beside. */
export async function withBooks<T>(
  config: Config,
  { isAlone }: { readonly isAlone: boolean },
  use: (books: Books) => Promise<T>,
): Promise<T> {
  const hold = isAlone ? holdFolder(config.dataDir) : undefined;
  if (hold?.ok === false) throw new CliFailure(hold.error.detail);
  try {
    const opened = openDatabase(config.dataDir);
    if (!opened.ok) throw new CliFailure(opened.error.detail);
    const db = createSqliteDatabase(opened.value);
    const ids = createIds();
    try {
      const budgets = await createSqlBudgetStore(db, { clock: systemClock, ids }).list();
      return await use({
        audit: (sources) => auditBooks(db, { ...sources, budgets }),
        repair: () =>
          repairBooks(db, { budgets, now: systemClock.now(), newCallId: () => ids.callId() }),
      });
    } finally {
      await db.close();
    }
  } finally {
    if (hold?.ok === true) hold.value.release();
  }
}
