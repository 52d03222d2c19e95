/** `?` as PostgreSQL wants it, `$1` and on; one inside quotes is text. */
export function numbered(sql: string): string {
  let count = 0;
  return sql.replace(/'[^']*'|"[^"]*"|\?/g, (piece) => {
    if (piece !== '?') return piece;
    count += 1;
    return `$${count}`;
  });
}
