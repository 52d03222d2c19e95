/** What an operator writes on a key, and finds again on every row of the ledger. */
export interface Metadata {
  readonly [name: string]: string;
}

/** Each once and in order, so that one set of tags is written in one way. */
export const tidyTags = (tags: readonly string[]): readonly string[] => [...new Set(tags)].sort();
