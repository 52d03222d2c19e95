import type { Command } from 'commander';
import type { CliContext, CommonOptions } from './context.ts';
import type { ListOptions, ResendOptions } from './outbox.ts';

/** `tollgate outbox …`. */
export function addOutbox(
  outbox: Command,
  context: CliContext,
  examples: (lines: readonly string[]) => string,
): void {
  outbox.addHelpText('after', examples(['tollgate outbox status', 'tollgate outbox resend 17']));
  outbox
    .command('status')
    .description('show what waits to be told, by channel')
    .addHelpText('after', examples(['tollgate outbox status', 'tollgate outbox status --json']))
    .action(async (_options, command: Command) => {
      const { printOutbox } = await import('./outbox.ts');
      await printOutbox(context, command.optsWithGlobals<CommonOptions>());
    });
  outbox
    .command('list')
    .description('list dead letters: what was given up, and why')
    .option('--channel <name>', 'of this channel only')
    .option('--limit <count>', 'at most so many', '100')
    .addHelpText(
      'after',
      examples(['tollgate outbox list', 'tollgate outbox list --channel zion --json']),
    )
    .action(async (_options, command: Command) => {
      const { listDead } = await import('./outbox.ts');
      await listDead(context, command.optsWithGlobals<ListOptions>());
    });
  outbox
    .command('resend')
    .argument('[ids...]', 'of dead letters')
    .option('--channel <name>', 'all dead letters of this channel')
    .description(
      'send dead letters again; those of a batch that is kept go together, under its key',
    )
    .addHelpText(
      'after',
      examples(['tollgate outbox resend 17 18', 'tollgate outbox resend --channel zion']),
    )
    .action(async (ids: readonly string[], _options, command: Command) => {
      const { resendDead } = await import('./outbox.ts');
      await resendDead(context, ids, command.optsWithGlobals<ResendOptions>());
    });
}
