import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A process under measure, on one core where the system can pin it. */
export interface Contender {
  readonly name: string;
  readonly origin: string;
  /** User and system time so far, microseconds; undefined where the system doesn't tell. */
  cpuMicroseconds(): number | undefined;
  stop(): Promise<void>;
}

const hasTaskset = spawnSync('taskset', ['--version']).status === 0;

export interface Start {
  readonly name: string;
  readonly core: number;
  readonly command: readonly string[];
  readonly env?: { readonly [name: string]: string };
  /** Its log is written and thrown away. */
  readonly isQuiet?: boolean;
  /** Reads the origin from a line of the process's output. */
  readonly originOf: (line: string) => string | undefined;
}

export async function startContender(start: Start): Promise<Contender> {
  const pinned = hasTaskset
    ? ['taskset', '-c', String(start.core), ...start.command]
    : start.command;
  const [program = '', ...args] = pinned;
  const child = spawn(program, args, {
    env: { ...process.env, ...start.env },
    stdio: ['ignore', 'pipe', start.isQuiet === true ? 'ignore' : 'inherit'],
  });
  const origin = await firstOrigin(child, start);
  return {
    name: start.name,
    origin,
    cpuMicroseconds: () => cpuOf(child.pid),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

export const listeningLine = (line: string): string | undefined => {
  if (!line.startsWith('{')) return undefined;
  const { port } = JSON.parse(line) as { port?: number };
  return port === undefined ? undefined : `http://127.0.0.1:${port}`;
};

async function firstOrigin(child: ChildProcess, start: Start): Promise<string> {
  if (child.stdout === null) throw new Error(`${start.name}: no output`);
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const origin = start.originOf(line);
    if (origin === undefined) continue;
    child.stdout.resume();
    return origin;
  }
  throw new Error(`${start.name} ended before it listened`);
}

/** From /proc: in ticks of 10 ms, coarse for one call and exact for thousands. */
function cpuOf(pid: number | undefined): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  } catch {
    return undefined;
  }
}
