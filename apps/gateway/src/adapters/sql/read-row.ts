import type { SqlRow } from './sql.ts';

/*
 * Rows are our own writing, so their columns have the types that they were written with. Both engines
 * give whole numbers as bigint.
 */

export const textIn = (row: SqlRow, column: string): string => String(row[column] ?? '');

export const numberIn = (row: SqlRow, column: string): number => Number(row[column] ?? 0);

/** Undefined for null, as for `optionalField`. */
export const textOrNone = (row: SqlRow, column: string): string | undefined =>
  row[column] === null || row[column] === undefined ? undefined : String(row[column]);

export const numberOrNone = (row: SqlRow, column: string): number | undefined =>
  row[column] === null || row[column] === undefined ? undefined : Number(row[column]);

/** A column of JSON. */
export const jsonOrNone = <T>(row: SqlRow, column: string): T | undefined => {
  const text = textOrNone(row, column);
  return text === undefined ? undefined : JSON.parse(text);
};

export const jsonOf = (value: object | undefined): string | null =>
  value === undefined ? null : JSON.stringify(value);
