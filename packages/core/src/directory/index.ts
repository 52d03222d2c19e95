export {
  type BudgetPatch,
  changedBudget,
  type NewBudget,
  type StoredBudget,
  tidyBudget,
} from './budget.ts';
export {
  BudgetPatchWire,
  BudgetWire,
  budgetFiltersWire,
  NewBudgetWire,
} from './budget-wire.ts';
export { boundedMetadata, type SaidMetadata } from './client-metadata.ts';
export {
  type CreatedKey,
  changedKey,
  type KeyPatch,
  type KeyRotation,
  keyRefusal,
  type NewKey,
  type StoredKey,
  termsOf,
} from './key.ts';
export type { Metadata } from './labels.ts';
export { optionalField } from './optional-field.ts';
export {
  changedOrganisation,
  type NewOrganisation,
  type Organisation,
  type OrganisationPatch,
} from './organisation.ts';
export { type Page, type PageQuery, USUAL_LIMIT } from './page.ts';
export { staleRecord } from './stale-record.ts';
export { type AtVersion, DEFAULT_IDS, type Stored } from './stored.ts';
export { changedTeam, type NewTeam, type Team, type TeamPatch } from './team.ts';
export { changedUser, type NewUser, type User, type UserPatch } from './user.ts';
export {
  CreatedKeyWire,
  IdWire,
  InstantWire,
  KeyPatchWire,
  KeyRotationWire,
  KeyWire,
  NewKeyWire,
  NewOrganisationWire,
  NewTeamWire,
  NewUserWire,
  OrganisationPatchWire,
  OrganisationWire,
  pageOf,
  pageWire,
  storedWire,
  TeamPatchWire,
  TeamWire,
  UserPatchWire,
  UserWire,
  VersionWire,
} from './wire.ts';
