import type { Budget } from '@tollgate/core/budgets';
import type { AuditReport, Sources } from '../../../ports/audit.ts';
import type { SqlDatabase } from '../sql.ts';
import { BudgetAudit } from './audit-budgets.ts';
import { auditCall, corrections, everyCall, keptPrices } from './audit-calls.ts';
import { auditFigures, compareFigures } from './audit-figures.ts';
import { auditIntents } from './audit-intents.ts';
import { OutboxAudit } from './audit-outbox.ts';
import { auditRollups } from './audit-rollups.ts';
import { Findings } from './findings.ts';

export interface AuditOptions extends Sources {
  readonly budgets: readonly Budget[];
}

/**
 * Proves the books: every figure that is kept is computed again from the rows. Read-only, in one
 * snapshot, beside a running gateway or without one.
 */
export const auditBooks = (
  db: SqlDatabase,
  { budgets, theirs = [], zion }: AuditOptions,
): Promise<AuditReport> =>
  db.snapshot(async (reader) => {
    const findings = new Findings();
    await auditIntents(reader, findings);
    await auditRollups(reader, findings);
    const facts = { prices: await keptPrices(reader), corrected: await corrections(reader) };
    const spent = new BudgetAudit(budgets);
    const outbox = new OutboxAudit(zion !== undefined);
    let calls = 0;
    for await (const event of everyCall(reader)) {
      calls += 1;
      auditCall(event, facts, findings);
      spent.add(event);
      outbox.add(event);
    }
    await spent.compare(reader, findings);
    await outbox.compare(reader, findings);
    for (const one of theirs) await auditFigures(reader, one, findings);
    if (zion !== undefined) {
      const days = new Set(zion.map(({ day }) => day));
      const ours = outbox.figures.filter(({ day }) => days.has(day));
      const compared = { check: 'zion', of: 'zion', ours, theirs: zion } as const;
      await compareFigures(compared, { findings, callsOf: async () => [] });
    }
    const { differences, more, notes } = findings;
    return { calls, differences, more, notes };
  });
