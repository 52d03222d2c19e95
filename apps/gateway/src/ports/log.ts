/**
 * What may stand in a log line: a closed list, so that no key, e-mail, prompt or reply slips in under
 * a name that nobody thought of.
 */
export const LOG_FIELDS = [
  'call',
  'callId',
  'face',
  'route',
  'method',
  'path',
  'keyId',
  'keyName',
  'role',
  'provider',
  'dialect',
  'model',
  'modelAsked',
  'modelServed',
  'tier',
  'stream',
  'attempt',
  'status',
  'errorKind',
  'kind',
  'phase',
  'param',
  'latencyMs',
  'timeToFirstTokenMs',
  'ownMs',
  'providerMs',
  'inputTokens',
  'outputTokens',
  'provenance',
  'losses',
  'estimated',
  'passthrough',
  'retryAfterSeconds',
  'host',
  'port',
  'dataDir',
  'config',
  'version',
  'node',
  'pid',
  'signal',
  'reason',
  'detail',
  'code',
  'error',
  'errorName',
  'stack',
  'dependency',
  'component',
  'governance',
  'ledger',
  'storage',
  'uptimeMs',
  'durationMs',
  'count',
  'events',
  'items',
  'failed',
  'processed',
  'batch',
  'attempts',
  'delayMs',
  'pending',
  'limit',
  'bytes',
  'event',
  'note',
  'setting',
] as const;
export type LogField = (typeof LOG_FIELDS)[number];

export type LogFields = { readonly [field in LogField]?: string | number | boolean | undefined };

/** Structured lines of allowed fields. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}
