/** The effort whose word clients commonly use for a budget of so many tokens. */
export function effortFor(budgetTokens: number): string {
  if (budgetTokens <= 2048) return 'low';
  return budgetTokens <= 12_288 ? 'medium' : 'high';
}
