import { type DestinationStream, destination, pino } from 'pino';
import type { Log, LogFields } from '../../ports/log.ts';
import { ALLOWED_FIELDS } from './allowed-fields.ts';
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

function allowed(fields: LogFields): { [field: string]: string | number | boolean } {
  const line: { [field: string]: string | number | boolean } = {};
  let omitted = '';
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    if (value === undefined) continue;
    if (!ALLOWED_FIELDS.has(name)) omitted += omitted === '' ? name : `,${name}`;
    else line[name] = typeof value === 'string' ? scrub(value) : value;
  }
  if (omitted !== '') line['omitted'] = scrub(omitted);
  return line;
}

/** JSON lines to stderr, written asynchronously and in batches where the process is busy. */
export function createLog(options: LogOptions): ProcessLog {
  const stderr = options.onLine === undefined ? destination({ fd: 2, sync: false }) : undefined;
  const sink: DestinationStream = stderr ?? {
    write: (line) => options.onLine?.(JSON.parse(line)),
  };
  const printer = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
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
