import type { AuditDifference, AuditReport } from '../ports/audit.ts';
import { type CliContext, CliFailure, type CommonOptions, readConfig, toJson } from './context.ts';
import { withBooks } from './open-books.ts';
import { type TheirSources, theirFigures } from './their-figures.ts';

export interface AuditCommandOptions extends CommonOptions, TheirSources {
  readonly repair?: boolean;
}

/** Proves the books, and ends with 1 where they don't agree. */
export async function audit(context: CliContext, options: AuditCommandOptions): Promise<void> {
  const { config } = readConfig(context, options);
  const sources = await theirFigures(context, config, options);
  const isAlone = options.repair === true;
  const report = await withBooks(config, { isAlone }, async (books) => {
    if (isAlone) {
      const { corrections, rollups, windows } = await books.repair();
      context.err(
        `${corrections} costs corrected, ${rollups} rollups and ${windows} windows of budgets mended.`,
      );
    }
    return books.audit(sources);
  });
  print(context, report, options.json === true);
  const count = report.differences.length + report.more;
  if (count > 0) throw new CliFailure(`the books do not agree: ${count} differences`);
}

function print(context: CliContext, report: AuditReport, isJson: boolean): void {
  if (isJson) {
    context.out(toJson(report));
    return;
  }
  for (const difference of report.differences) context.out(lineOf(difference));
  if (report.more > 0) context.out(`and ${report.more} more`);
  for (const { what, count, calls } of report.notes) {
    context.out(`note: ${count} ${what}${calls.length === 0 ? '' : `: ${calls.join(', ')}`}`);
  }
  if (report.differences.length === 0) {
    context.out(`${report.calls} rows, 0 differences`);
  }
}

const lineOf = ({ check, what, expected, found, calls }: AuditDifference): string =>
  `${check}: ${what}: expected ${expected}; found ${found}${calls.length === 0 ? '' : ` (${calls.join(', ')})`}`;
