import { keepGatewaysOut } from '../adapters/postgres/known-gateways.ts';
import { auditBooks } from '../adapters/sql/audit/audit-books.ts';
import { recentAccrual } from '../adapters/sql/audit/recent-accrual.ts';
import { repairBooks } from '../adapters/sql/audit/repair-books.ts';
import { createSqlBudgetStore } from '../adapters/sql/budget-store.ts';
import { holdFolder } from '../adapters/sqlite/hold-folder.ts';
import { createIds } from '../adapters/system/create-ids.ts';
import { systemClock } from '../adapters/system/system-clock.ts';
import type { Config } from '../config/config.ts';
import type { Books } from '../ports/audit.ts';
import { CliFailure } from './context.ts';
import { withDatabase } from './open-records.ts';

/** Opens the books. `isAlone`: for a repair, which no gateway may write beside. */
export async function withBooks<T>(
  config: Config,
  { isAlone }: { readonly isAlone: boolean },
  use: (books: Books) => Promise<T>,
): Promise<T> {
  const hold = isAlone ? holdFolder(config.dataDir) : undefined;
  if (hold?.ok === false) throw new CliFailure(hold.error.detail);
  try {
    return await withDatabase(config, async ({ db }) => {
      if (isAlone && db.engine === 'postgres') {
        const deadAfterMs = config.storage.deadAfterSeconds * 1000;
        const alone = await db.snapshot((reader) => keepGatewaysOut(reader, deadAfterMs));
        if (!alone.ok) throw new CliFailure(alone.error.detail);
      }
      const ids = createIds();
      const budgets = await createSqlBudgetStore(db).list();
      return use({
        audit: (sources) => auditBooks(db, { ...sources, budgets }),
        recentAccrual: () => recentAccrual(db, budgets),
        repair: () =>
          repairBooks(db, { budgets, now: systemClock.now(), newCallId: () => ids.callId() }),
      });
    });
  } finally {
    if (hold?.ok === true) hold.value.release();
  }
}
