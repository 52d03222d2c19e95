import {
  BudgetPatchWire,
  BudgetWire,
  budgetFiltersWire,
  IdWire,
  NewBudgetWire,
  NewOrganisationWire,
  NewTeamWire,
  NewUserWire,
  OrganisationPatchWire,
  OrganisationWire,
  TeamPatchWire,
  TeamWire,
  UserPatchWire,
  UserWire,
} from '@tollgate/core/directory';
import { CALL_ROUTES } from './call-routes.ts';
import { KEY_ROUTES } from './key-routes.ts';
import { OUTBOX_ROUTES } from './outbox-routes.ts';
import { resourceRoutes } from './resource-routes.ts';
import type { AdminRoute } from './route.ts';
import { USAGE_ROUTES } from './usage-routes.ts';

const ofOrganisation = { organisationId: IdWire.exactOptional() };

/** All of the administrators' API. */
export const ADMIN_ROUTES: readonly AdminRoute[] = [
  ...resourceRoutes({
    plural: 'organisations',
    noun: 'organisation',
    of: ({ directory }) => directory.organisations,
    record: OrganisationWire,
    newRecord: NewOrganisationWire,
    patch: OrganisationPatchWire,
    filters: {},
  }),
  ...resourceRoutes({
    plural: 'teams',
    noun: 'team',
    of: ({ directory }) => directory.teams,
    record: TeamWire,
    newRecord: NewTeamWire,
    patch: TeamPatchWire,
    filters: ofOrganisation,
  }),
  ...resourceRoutes({
    plural: 'users',
    noun: 'user',
    of: ({ directory }) => directory.users,
    record: UserWire,
    newRecord: NewUserWire,
    patch: UserPatchWire,
    filters: ofOrganisation,
  }),
  ...KEY_ROUTES,
  ...resourceRoutes({
    plural: 'budgets',
    noun: 'budget',
    of: ({ directory }) => directory.budgets,
    record: BudgetWire,
    newRecord: NewBudgetWire,
    patch: BudgetPatchWire,
    filters: budgetFiltersWire,
  }),
  ...OUTBOX_ROUTES,
  ...USAGE_ROUTES,
  ...CALL_ROUTES,
];
