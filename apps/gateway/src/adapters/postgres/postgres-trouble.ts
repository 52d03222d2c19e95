/** What went wrong, in words without an address or a password. */
export function postgresTrouble(error: unknown): string {
  if (error instanceof AggregateError) return postgresTrouble(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const code: unknown = Reflect.get(error, 'code');
  // Of the operating system: its text holds the address.
  if (typeof code === 'string' && /^E[A-Z]/.test(code))
    return `PostgreSQL can't be reached (${code})`;
  return error.message;
}
