/** What a version of the API takes, where versions differ in what we write. */
export interface VersionRules {
  /** Temperature, top-p and top-k: refused by later versions even at their defaults. */
  readonly sampling: boolean;
  /** Citations on texts that the model didn't write. */
  readonly foreignCitations: boolean;
}

/**
 * By a version's date. Source: platform.claude.com/docs/en/api/migration-2026-10-21. That version
 * refuses documents in a turn of the model as well, which we write in none.
 */
export function rulesOf(version: string | undefined): VersionRules {
  const isBefore = version === undefined || version < '2026-10-21';
  return { sampling: isBefore, foreignCitations: isBefore };
}
