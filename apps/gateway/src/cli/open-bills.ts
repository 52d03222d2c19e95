import { anthropicUsage } from '../adapters/bills/anthropic-usage.ts';
import { openAiUsage } from '../adapters/bills/openai-usage.ts';
import { parseUsageCsv } from '../adapters/bills/parse-usage-csv.ts';
import type { UsageReport } from '../adapters/bills/usage-report.ts';
import { systemClock } from '../adapters/system/system-clock.ts';

export interface AskedReport {
  readonly report: UsageReport;
  readonly dialect: 'openai-chat' | 'anthropic-messages';
  /** Where its admin key is read from. */
  readonly variable: string;
}

/** Reports of usage by the names of those who make them. */
export const USAGE_REPORTS: { readonly [provider: string]: AskedReport } = {
  openai: { report: openAiUsage, dialect: 'openai-chat', variable: 'OPENAI_ADMIN_KEY' },
  anthropic: {
    report: anthropicUsage,
    dialect: 'anthropic-messages',
    variable: 'ANTHROPIC_ADMIN_KEY',
  },
};

export { parseUsageCsv, systemClock };
