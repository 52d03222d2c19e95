/** One Ctrl-C comes up to three times: from the terminal, from npm and from its script. */
const SAME_WISH_MS = 1_000;

export interface ClosingOptions {
  /** Ends everything in order; called once. False: something was lost, and the process ends with 1. */
  readonly close: () => Promise<boolean>;
  readonly say: (text: string) => void;
  /** After this, milliseconds, the process ends with 1 whatever still runs. */
  readonly longestMs: number;
}

/**
 * Ends the process with 0 when SIGINT, SIGTERM or SIGHUP asks for it, and with 1 after a bug that
 * nobody caught, in both cases once `close` has settled. Who asks again a second later is obeyed at once.
 */
export function closeOnSignal({ close, say, longestMs }: ClosingOptions): void {
  let askedAt: number | undefined;

  const end = (code: number, why: string): void => {
    if (askedAt !== undefined) {
      if (performance.now() - askedAt < SAME_WISH_MS) return;
      say(`${why}: ending at once`);
      process.exit(1);
    }
    askedAt = performance.now();
    say(why);
    setTimeout(() => {
      say(`still not done after ${longestMs / 1000} s: ending`);
      process.exit(1);
    }, longestMs).unref();
    close().then(
      (isWhole) => process.exit(isWhole ? code : 1),
      (error: unknown) => {
        say(textOf(error));
        process.exit(1);
      },
    );
  };

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => end(0, `${signal}: finishing what runs`));
  }
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => end(1, `${event}: ${textOf(error)}`));
  }
}

const textOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
