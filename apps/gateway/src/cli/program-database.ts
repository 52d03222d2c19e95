import type { Command } from 'commander';
import type { CliContext, CommonOptions } from './context.ts';
import type { CopyOptions } from './copy.ts';
import type { ExportOptions } from './database.ts';
import { examples } from './examples.ts';

/** `tollgate db`: the ledger's database as a whole. */
export function addDatabase(program: Command, context: CliContext): void {
  const database = program
    .command('db')
    .description('check, bring up to date, back up, move and export the ledger')
    .addHelpText('after', examples(['tollgate db status', 'tollgate db backup ledger.db']));
  database
    .command('status')
    .description('say what is in it; a file is checked whole')
    .addHelpText('after', examples(['tollgate db status', 'tollgate db status --json']))
    .action(async (_options, command: Command) => {
      const { printDatabaseStatus } = await import('./database.ts');
      await printDatabaseStatus(context, command.optsWithGlobals<CommonOptions>());
    });
  database
    .command('migrate')
    .description('bring the schema up to date, as the next start would')
    .addHelpText('after', examples(['tollgate db migrate']))
    .action(async (_options, command: Command) => {
      const { migrate } = await import('./database.ts');
      await migrate(context, command.optsWithGlobals<CommonOptions>());
    });
  database
    .command('backup')
    .argument('<file>', 'a file that is not there yet')
    .description(
      'copy the ledger as it is at one instant into a file of SQLite, beside running gateways too',
    )
    .addHelpText('after', examples(['tollgate db backup ledger-2026-11-26.db']))
    .action(async (file: string, _options, command: Command) => {
      const { backUpDatabase } = await import('./database.ts');
      await backUpDatabase(context, file, command.optsWithGlobals<CommonOptions>());
    });
  database
    .command('copy')
    .description('copy the whole ledger into an empty one; no gateway may run on either')
    .requiredOption(
      '--to <place>',
      'a postgres:// URL (its password may stand in PGPASSWORD), or a data folder',
    )
    .addHelpText(
      'after',
      examples([
        'tollgate db copy --to postgres://tollgate@db.example/tollgate',
        'tollgate db copy --to /var/lib/tollgate-new',
      ]),
    )
    .action(async (_options, command: Command) => {
      const { copyDatabase } = await import('./copy.ts');
      await copyDatabase(context, command.optsWithGlobals<CopyOptions>());
    });
  database
    .command('export')
    .description('write every call, in the order in which it was booked')
    .option('--format <format>', 'csv, jsonl or parquet', 'csv')
    .option('--out <file>', 'default: standard output')
    .addHelpText(
      'after',
      examples([
        'tollgate db export --out calls.csv',
        'tollgate db export --format parquet --out calls.parquet',
      ]),
    )
    .action(async (_options, command: Command) => {
      const { exportLedger } = await import('./database.ts');
      await exportLedger(context, command.optsWithGlobals<ExportOptions>());
    });
}
