import { Command } from 'commander';
import { addAudit } from './audit-command.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { examples } from './examples.ts';
import { addOutbox } from './outbox-command.ts';
import { addBudgets } from './program-budgets.ts';
import { addCalls } from './program-calls.ts';
import { addDatabase } from './program-database.ts';
import { addKeys, addRecords } from './program-directory.ts';
import { addPrices } from './program-prices.ts';
import type { UsageOptions } from './usage.ts';

/** The commands. What a command needs is loaded when it runs: `--help` opens no database. */
export function createProgram(context: CliContext): Command {
  const program = new Command('tollgate')
    .description('One gate between applications and model providers.')
    .option('--config <file>', 'settings file (default: TOLLGATE_CONFIG, else ./tollgate.yaml)')
    .option('--json', 'print the result as JSON')
    .showHelpAfterError('(add --help for what is known)')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.out(text.trimEnd()),
      writeErr: (text) => context.err(text.trimEnd()),
    })
    .addHelpText(
      'after',
      examples(['tollgate start', 'tollgate keys create --name app', 'tollgate doctor']),
    );

  const add = (parent: Command, usage: string, description: string): Command =>
    parent.command(usage).description(description);

  add(program, 'start', 'serve until Ctrl-C or SIGTERM')
    .addHelpText(
      'after',
      examples(['tollgate start', 'TOLLGATE_PORT=9000 tollgate start --config prod.yaml']),
    )
    .action(async (_options, command: Command) => {
      const { start } = await import('./start.ts');
      await start(context, command.optsWithGlobals<CommonOptions>());
    });
  addKeys(program, context);
  addRecords(program, context);
  addBudgets(program, context);
  addReports(program, context);
  addPrices(program, context);
  addCalls(program, context);
  addAudit(program, context);
  const outbox = add(program, 'outbox', 'show what waits to be told to others, and send it again');
  addOutbox(outbox, context, examples);
  addDatabase(program, context);
  const config = add(program, 'config', 'check or print the configuration').addHelpText(
    'after',
    examples(['tollgate config check --config new.yaml', 'tollgate config print']),
  );
  addConfig(config, context);
  return program;
}

function addReports(program: Command, context: CliContext): void {
  program
    .command('usage')
    .description('show what was used, from the ledger')
    .option(
      '--by <groups>',
      'day, month, key, user, team, organisation, model, tier, face, tag, with commas',
      'day,key,model',
    )
    .option('--from <day>', 'first day: 2026-11-23')
    .option('--to <day>', 'last day')
    .option('--zone <name>', 'time zone of days and months: Europe/Berlin', 'UTC')
    .option('--key <key>', 'only this key, by id or name')
    .addHelpText(
      'after',
      examples([
        'tollgate usage',
        'tollgate usage --by month,team --zone Europe/Berlin',
        'tollgate usage --by key --from 2026-11-01 --json',
      ]),
    )
    .action(async (_options, command: Command) => {
      const { printUsage } = await import('./usage.ts');
      await printUsage(context, command.optsWithGlobals<UsageOptions>());
    });
  program
    .command('models')
    .description('list the models that clients can name')
    .addHelpText('after', examples(['tollgate models', 'tollgate models --json']))
    .action(async (_options, command: Command) => {
      const { printModels } = await import('./models.ts');
      await printModels(context, command.optsWithGlobals<CommonOptions>());
    });
  program
    .command('doctor')
    .description('check runtime, port, data, providers, Zion and clock, and say what to do')
    .addHelpText('after', examples(['tollgate doctor', 'tollgate doctor --json']))
    .action(async (_options, command: Command) => {
      const { doctor } = await import('./doctor.ts');
      await doctor(context, command.optsWithGlobals<CommonOptions>());
    });
}

function addConfig(config: Command, context: CliContext): void {
  config
    .command('check')
    .description('say everything that is wrong with the configuration')
    .addHelpText(
      'after',
      examples(['tollgate config check', 'tollgate config check --config new.yaml']),
    )
    .action(async (_options, command: Command) => {
      const { checkConfig } = await import('./config.ts');
      checkConfig(context, command.optsWithGlobals<CommonOptions>());
    });
  config
    .command('print')
    .description('print what came of file, environment and defaults, secrets masked')
    .addHelpText('after', examples(['tollgate config print', 'tollgate config print --json']))
    .action(async (_options, command: Command) => {
      const { printConfig } = await import('./config.ts');
      printConfig(context, command.optsWithGlobals<CommonOptions>());
    });
}
