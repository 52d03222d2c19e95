import type { Command } from 'commander';
import type { CliContext, CommonOptions } from './context.ts';
import { examples } from './examples.ts';

/** `calls`: single ones. */
export function addCalls(program: Command, context: CliContext): void {
  const calls = program
    .command('calls')
    .description('show what is kept of a call')
    .addHelpText('after', examples(['tollgate calls bodies 01a21a39-6fcb-70da-bf3c-a97ef2e66672']));
  calls
    .command('bodies')
    .argument('<call>', 'its id, as x-tollgate-call told it')
    .description('show what a client sent and got, where its key has bodies kept')
    .addHelpText('after', examples(['tollgate calls bodies 01a21a39-6fcb-70da-bf3c-a97ef2e66672']))
    .action(async (callId: string, _options, command: Command) => {
      const { showBodies } = await import('./calls.ts');
      showBodies(context, callId, command.optsWithGlobals<CommonOptions>());
    });
}
