/** What every record of the directory has. */
export interface Stored {
  readonly id: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** One at first, and one more with each change. */
  readonly version: number;
}

/** Who changes a record says which version was read: a change that came between is not lost. */
export interface AtVersion {
  readonly version: number;
}

/** What a new installation has one of, so that nobody must think of them before they are needed. */
export const DEFAULT_IDS = {
  organisation: 'org_default',
  team: 'team_default',
  user: 'user_default',
} as const;
