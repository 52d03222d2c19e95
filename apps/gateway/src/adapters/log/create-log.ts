import { type DestinationStream, destination, pino } from 'pino';
import { LOG_FIELDS, type Log, type LogFields } from '../../ports/log.ts';
import { scrub } from './scrub.ts';

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Receives each line as the object that would be printed, and then nothing is printed. */
  readonly onLine?: (line: { readonly [field: string]: unknown }) => void;
}

export interface ProcessLog extends Log {
  /** Writes what is still buffered; for the process's end. */
  flush(): void;
}

const ALLOWED: ReadonlySet<string> = new Set(LOG_FIELDS);

/** The type allows no other field; a value that came around it is still not printed. */
function allowed(fields: LogFields): { [field: string]: string | number | boolean } {
  const line: { [field: string]: string | number | boolean } = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || !ALLOWED.has(name)) continue;
    line[name] = typeof value === 'string' ? scrub(value) : value;
  }
  return line;
}

/** Lines wait up to 100 ms for company: a write for each would cost a short call a tenth of its time. */
const STDERR = { fd: 2, sync: false, minLength: 16_000, periodicFlush: 100 } as const;

/** ISO 8601, made once a millisecond: a busy gateway writes several lines in each. */
function createTimestamp(): () => string {
  let madeAt = -1;
  let made = '';
  return () => {
    const now = Date.now();
    if (now !== madeAt) {
      madeAt = now;
      made = `,"time":"${new Date(now).toISOString()}"`;
    }
    return made;
  };
}

/** JSON lines to stderr, written asynchronously and in batches where the process is busy. */
export function createLog(options: LogOptions): ProcessLog {
  const stderr = options.onLine === undefined ? destination(STDERR) : undefined;
  const sink: DestinationStream = stderr ?? {
    write: (line) => options.onLine?.(JSON.parse(line)),
  };
  const printer = pino(
    {
      level: options.level,
      base: null,
      timestamp: createTimestamp(),
      formatters: { level: (label) => ({ level: label }) },
    },
    sink,
  );
  return {
    debug: (fields, message) => {
      if (printer.isLevelEnabled('debug')) printer.debug(allowed(fields), scrub(message));
    },
    info: (fields, message) => {
      if (printer.isLevelEnabled('info')) printer.info(allowed(fields), scrub(message));
    },
    warn: (fields, message) => printer.warn(allowed(fields), scrub(message)),
    error: (fields, message) => printer.error(allowed(fields), scrub(message)),
    flush: () => stderr?.flushSync(),
  };
}
