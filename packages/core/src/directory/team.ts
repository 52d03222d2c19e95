import type { AtVersion, Stored } from './stored.ts';

/** Those who share keys and budgets. It stays in its organisation. */
export interface Team extends Stored {
  readonly organisationId: string;
  readonly name: string;
}

export interface NewTeam {
  /** Absent: the default one. */
  readonly organisationId?: string;
  readonly name: string;
}

/** Absent: unchanged. */
export interface TeamPatch extends AtVersion {
  readonly name?: string;
}

export const changedTeam = (team: Team, { name = team.name }: TeamPatch): Team => ({
  ...team,
  name,
  version: team.version + 1,
});
