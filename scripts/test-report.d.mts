interface ReportLine {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly note?: string;
}

interface Task {
  readonly taskId: string;
  readonly execution?: { readonly exitCode: number };
}

export const CHECKS: readonly string[];
export function collectReport(root: string, tasks: readonly Task[]): readonly ReportLine[];
export function addUp(
  lines: readonly ReportLine[],
): Pick<ReportLine, 'passed' | 'failed' | 'skipped'>;
export function closingLine(totals: Pick<ReportLine, 'passed' | 'failed' | 'skipped'>): string;
export function renderTable(lines: readonly ReportLine[]): string;
