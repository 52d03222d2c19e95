import type { Command } from 'commander';
import type { CliContext, CommonOptions } from './context.ts';
import { examples } from './examples.ts';
import type { DiffOptions } from './prices.ts';

/** `prices`: the versions of the price list, and what changed between them. */
export function addPrices(program: Command, context: CliContext): void {
  const prices = program
    .command('prices')
    .description('list the versions of the price list, and show what changed between them')
    .addHelpText('after', examples(['tollgate prices list', 'tollgate prices diff']));
  prices
    .command('list')
    .description('list the versions that are kept, and which one is in force')
    .addHelpText('after', examples(['tollgate prices list', 'tollgate prices list --json']))
    .action(async (_options, command: Command) => {
      const { listPrices } = await import('./prices.ts');
      listPrices(context, command.optsWithGlobals<CommonOptions>());
    });
  prices
    .command('diff')
    .option('--from <version>', 'the older one (default: the one before the last)')
    .option('--to <version>', 'the newer one (default: the last)')
    .description('show the models whose prices differ between two versions, dollars as listed')
    .addHelpText(
      'after',
      examples(['tollgate prices diff', 'tollgate prices diff --from genai-prices@0.1.8 --json']),
    )
    .action(async (_options, command: Command) => {
      const { diffPrices } = await import('./prices.ts');
      diffPrices(context, command.optsWithGlobals<DiffOptions>());
    });
}
