import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { renderProblem } from '../config/problem.ts';

/** What a command may touch of the process that it runs in. */
export interface CliContext {
  readonly env: { readonly [name: string]: string | undefined };
  readonly cwd: string;
  /** Results go to `out`, all else to `err`; each call is one or more whole lines. */
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Options that every command takes. */
export interface CommonOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** Exit codes: the command did it, failed, or was called wrongly. */
export const EXIT = { ok: 0, failed: 1, misused: 2 } as const;

/** Ends a command with words for its user. */
export class CliFailure extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

export const misused = (message: string): CliFailure => new CliFailure(message, EXIT.misused);

/** The configuration as the gateway would see it; its mistakes end the command. */
export function readConfig(
  { env, cwd }: CliContext,
  options: CommonOptions,
): { readonly config: Config; readonly file: string | undefined } {
  const loaded = loadConfig({ path: options.config, env, cwd });
  if (loaded.ok) return loaded.value;
  throw new CliFailure(loaded.error.map(renderProblem).join('\n'));
}

export const toJson = (value: unknown): string => JSON.stringify(value, undefined, 2);
