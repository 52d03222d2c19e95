/** Structured lines from allow-listed fields. No keys, e-mails, prompts or replies, ever. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

export interface LogFields {
  readonly [field: string]: string | number | boolean | undefined;
}
