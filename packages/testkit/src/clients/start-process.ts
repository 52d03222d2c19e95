import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { withDeadline } from '../deadline.ts';

/** Older lines are forgotten beyond this, on each stream. */
const MAX_LINES = 10_000;
const STOP_DEADLINE_MS = 10_000;

export interface ProcessOptions {
  /** The whole environment but for PATH, HOME and TMPDIR, so that no key of the machine leaks in. */
  readonly env?: { readonly [name: string]: string | undefined };
  readonly cwd?: string;
  /** Closes standard input after this text. */
  readonly input?: string;
}

export interface ProcessEnd {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningProcess extends AsyncDisposable {
  readonly pid: number;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** The first line, past or to come, of either stream that fits. Rejects when the process ends before. */
  waitForLine(pattern: RegExp | string, deadlineMs?: number): Promise<string>;
  readonly ended: Promise<ProcessEnd>;
  /** Waits for the end. Rejects, with the last lines, when it doesn't come. */
  waitForEnd(deadlineMs?: number): Promise<ProcessEnd>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a program. Disposal ends it: SIGTERM, and SIGKILL when 10 s later it still runs. */
export async function startProcess(
  command: string,
  args: readonly string[] = [],
  { env = {}, cwd, input }: ProcessOptions = {},
): Promise<RunningProcess> {
  const child = spawn(command, args, {
    env: { ...inherited(), ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  return observe(child, ended, [command, ...args].join(' '));
}

function observe(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
  ended: Promise<ProcessEnd>,
  title: string,
): RunningProcess {
  const watchers = new Set<() => void>();
  const stdout = collectLines(child.stdout, watchers);
  const stderr = collectLines(child.stderr, watchers);
  const story = (): string => [...stdout.slice(-15), ...stderr.slice(-15)].join('\n');
  const waitForEnd = (deadlineMs = STOP_DEADLINE_MS): Promise<ProcessEnd> =>
    withDeadline(ended, deadlineMs, () => `${title} does not end:\n${story()}`);
  return {
    pid: child.pid ?? 0,
    stdout,
    stderr,
    ended,
    waitForEnd,
    kill: (signal) => void child.kill(signal),
    async waitForLine(pattern, deadlineMs = 10_000) {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const look = (): void => {
        const line = [...stdout, ...stderr].find((one) => fits(one, pattern));
        if (line !== undefined) resolve(line);
      };
      watchers.add(look);
      look();
      const gone = (): void => {
        look();
        reject(new Error(`${title} ended without ${pattern}:\n${story()}`));
      };
      void ended.then(gone);
      try {
        return await withDeadline(promise, deadlineMs, () => `no line ${pattern}:\n${story()}`);
      } finally {
        watchers.delete(look);
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await waitForEnd().catch(async () => {
        child.kill('SIGKILL');
        await ended;
      });
    },
  };
}

function collectLines(stream: Readable, watchers: ReadonlySet<() => void>): string[] {
  const lines: string[] = [];
  createInterface({ input: stream }).on('line', (line) => {
    lines.push(line);
    if (lines.length > MAX_LINES) lines.shift();
    for (const watcher of watchers) watcher();
  });
  return lines;
}

function fits(line: string, pattern: RegExp | string): boolean {
  return typeof pattern === 'string' ? line.includes(pattern) : pattern.test(line);
}

function inherited(): { [name: string]: string | undefined } {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }) };
}
