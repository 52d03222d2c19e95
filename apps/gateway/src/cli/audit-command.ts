import type { Command } from 'commander';
import type { AuditCommandOptions } from './audit.ts';
import type { CliContext } from './context.ts';
import { examples } from './examples.ts';

const collected = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** `tollgate audit`. */
export function addAudit(program: Command, context: CliContext): void {
  program
    .command('audit')
    .description(
      'prove the books: compute every figure again from the rows; exit 1 on a difference',
    )
    .option(
      '--usage <provider=file>',
      'hold them against a provider’s usage export, CSV',
      collected,
    )
    .option('--zion <file>', 'hold them against Zion’s usage export, CSV')
    .option('--ask <provider>', 'hold them against what openai or anthropic says', collected)
    .option('--from <day>', 'with --ask, the first day in UTC (default: a week ago)')
    .option('--to <day>', 'with --ask, the last day in UTC (default: yesterday)')
    .option('--repair', 'write corrections; no gateway may run meanwhile')
    .addHelpText(
      'after',
      examples([
        'tollgate audit',
        'tollgate audit --usage openai=usage.csv --json',
        'OPENAI_ADMIN_KEY=sk-admin-… tollgate audit --ask openai --from 2026-11-01',
      ]),
    )
    .action(async (_options, command: Command) => {
      const { audit } = await import('./audit.ts');
      await audit(context, command.optsWithGlobals<AuditCommandOptions>());
    });
}
