import { CommanderError } from 'commander';
import { type CliContext, CliFailure, EXIT } from './context.ts';
import { createProgram } from './program.ts';

/** Runs one command line; resolves with the exit code, never rejects. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  try {
    await createProgram(context).parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CliFailure) {
      context.err(error.message);
      return error.exitCode;
    }
    // Commander has said what was wrong; asking for help is not.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.misused;
    context.err(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return EXIT.failed;
  }
}
