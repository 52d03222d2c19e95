import type { Budget } from '@tollgate/core/budgets';
import type { RecentAccrual } from '../../../ports/audit.ts';
import { createUsageReports } from '../ledger/usage-reports.ts';
import type { SqlDatabase } from '../sql.ts';
import { BudgetAudit } from './audit-budgets.ts';

const LATEST = 1_000;

/**
 * Whether budgets count what passes, by the latest calls. It costs the same however long the ledger is;
 * the audit alone proves all of it.
 */
export const recentAccrual = (
  db: SqlDatabase,
  budgets: readonly Budget[],
): Promise<RecentAccrual> =>
  db.snapshot(async (reader) => {
    const latest = await createUsageReports(reader).recent({ limit: LATEST });
    const audit = new BudgetAudit(budgets);
    for (const event of latest) audit.add(event);
    // More than these calls spent is what older ones did.
    const short = (await audit.gaps(reader)).filter(({ expected, found }) => found < expected);
    const ids = new Set(short.map(({ budgetId }) => budgetId));
    return {
      budgets: budgets.length,
      calls: latest.length,
      behind: budgets.filter(({ id }) => ids.has(id)),
    };
  });
