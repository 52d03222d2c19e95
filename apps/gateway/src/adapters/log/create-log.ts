import { destination } from 'pino';
import { LOG_FIELDS, type Log, type LogFields } from '../../ports/log.ts';
import { scrub } from './scrub.ts';

export interface LogOptions {
  readonly level: (typeof LEVELS)[number];
  /** Receives each line as the object that would be printed, and then nothing is printed. */
  readonly onLine?: (line: { readonly [field: string]: unknown }) => void;
}

export interface ProcessLog extends Log {
  /** Writes what is still buffered; for the process's end. */
  flush(): void;
}

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
type Level = Exclude<(typeof LEVELS)[number], 'silent'>;

const ALLOWED: ReadonlySet<string> = new Set(LOG_FIELDS);

/** The type allows no other field; a value that came around it is still not printed. */
function addAllowed(line: Line, fields: LogFields): void {
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || !ALLOWED.has(name)) continue;
    line[name] = typeof value === 'string' ? scrub(value) : value;
  }
}

interface Line {
  [field: string]: string | number | boolean;
}

/** Lines wait up to 100 ms for company: a write for each would cost a short call a tenth of its time. */
const STDERR = {
  fd: 2,
  sync: false,
  minLength: 16_000,
  periodicFlush: 100,
  // As text, all that waits would be measured again with each line.
  contentMode: 'buffer',
} as const;

/** What it is in that mode; its types know of text alone. */
interface ByteSink {
  write(bytes: string | Uint8Array): boolean;
  flushSync(): void;
}

/** ISO 8601, made once a millisecond: a busy gateway writes several lines in each. */
function createTimestamp(): () => string {
  let madeAt = -1;
  let made = '';
  return () => {
    const now = Date.now();
    if (now !== madeAt) {
      madeAt = now;
      made = new Date(now).toISOString();
    }
    return made;
  };
}

/** JSON lines to stderr, written asynchronously and in batches where the process is busy. */
export function createLog(options: LogOptions): ProcessLog {
  const stderr: ByteSink | undefined =
    options.onLine === undefined ? destination(STDERR) : undefined;
  const time = createTimestamp();
  const least = LEVELS.indexOf(options.level);
  const printer = (level: Level): Log[Level] => {
    if (LEVELS.indexOf(level) < least) return () => undefined;
    return (fields, message) => {
      const line: Line = { level, time: time() };
      addAllowed(line, fields);
      line['msg'] = scrub(message);
      const text = JSON.stringify(line);
      if (stderr === undefined) options.onLine?.(JSON.parse(text));
      else stderr.write(Buffer.from(`${text}\n`));
    };
  };
  return {
    debug: printer('debug'),
    info: printer('info'),
    warn: printer('warn'),
    error: printer('error'),
    flush: () => stderr?.flushSync(),
  };
}
