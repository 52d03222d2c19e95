import type { AtVersion, Stored } from './stored.ts';

/** Whoever the bill is for; holds teams and users. */
export interface Organisation extends Stored {
  readonly name: string;
}

export interface NewOrganisation {
  readonly name: string;
}

/** Absent: unchanged. */
export interface OrganisationPatch extends AtVersion {
  readonly name?: string;
}

export const changedOrganisation = (
  organisation: Organisation,
  { name = organisation.name }: OrganisationPatch,
): Organisation => ({ ...organisation, name, version: organisation.version + 1 });
