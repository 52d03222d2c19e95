import type { SqlValue } from '../sql/sql.ts';

/** PostgreSQL refuses a text with a NUL, and all that is written in its transaction with it. */
export const storable = (value: SqlValue): SqlValue =>
  typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\u{fffd}') : value;
