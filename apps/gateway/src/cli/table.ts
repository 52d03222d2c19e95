/** Columns as wide as their widest cell; numbers to the right. */
export function renderTable(
  heads: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => String(row[column] ?? '').length)),
  );
  const line = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return typeof cell === 'number' ? String(cell).padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const isNumeric = heads.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
  const headLine = heads
    .map((head, column) => {
      const width = widths[column] ?? 0;
      return isNumeric[column] && rows.length > 0 ? head.padStart(width) : head.padEnd(width);
    })
    .join('  ')
    .trimEnd();
  return [headLine, ...rows.map(line)].join('\n');
}
