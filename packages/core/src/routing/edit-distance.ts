/**
 * How many characters to insert, delete or replace, neighbours swapped counting as two; `limit + 1`
 * when it is more than `limit`. Costs at most `limit` cells a row.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i += 1) {
    const next: number[] = new Array(b.length + 1).fill(limit + 1);
    if (i <= limit) next[0] = i;
    let best = next[0] ?? limit + 1;
    for (let j = Math.max(1, i - limit); j <= Math.min(b.length, i + limit); j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const cell = Math.min(replaced, (row[j] ?? limit + 1) + 1, (next[j - 1] ?? limit + 1) + 1);
      next[j] = cell;
      if (cell < best) best = cell;
    }
    if (best > limit) return limit + 1;
    row = next;
  }
  return Math.min(row[b.length] ?? limit + 1, limit + 1);
}
