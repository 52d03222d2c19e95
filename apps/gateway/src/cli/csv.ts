import type { UsageEvent } from '@tollgate/core/usage';
import { type Cell, EXPORTED } from './exported-columns.ts';

/** RFC 4180. What a spreadsheet would run as a formula is text: names come from clients. */
function cell(value: Cell): string {
  if (typeof value === 'number') return String(value);
  const text = value ?? '';
  const harmless = /^[=+@\t]|^-(?!\d+$)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

export const csvHead = `${EXPORTED.map(({ name }) => name).join(',')}\r\n`;

export const csvLine = (event: UsageEvent): string =>
  `${EXPORTED.map(({ read }) => cell(read(event))).join(',')}\r\n`;
