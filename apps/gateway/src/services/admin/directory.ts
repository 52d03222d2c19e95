import { ok } from '@tollgate/core';
import {
  type BudgetPatch,
  changedBudget,
  changedOrganisation,
  changedTeam,
  changedUser,
  DEFAULT_IDS,
  type NewBudget,
  type NewOrganisation,
  type NewTeam,
  type NewUser,
  type Organisation,
  type OrganisationPatch,
  type StoredBudget,
  type Team,
  type TeamPatch,
  tidyBudget,
  type User,
  type UserPatch,
} from '@tollgate/core/directory';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import type { KeyStore } from '../../ports/key-store.ts';
import type { RecordStore } from '../../ports/record-store.ts';
import { createKeyResource, type KeyResource } from './keys.ts';
import { createResource, type Resource } from './resource.ts';

/** Whose calls are whose: what the administrators' faces and the command line change. */
export interface Directory {
  readonly organisations: Resource<Organisation, NewOrganisation, OrganisationPatch>;
  readonly teams: Resource<Team, NewTeam, TeamPatch>;
  readonly users: Resource<User, NewUser, UserPatch>;
  readonly keys: KeyResource;
  readonly budgets: Resource<StoredBudget, NewBudget, BudgetPatch>;
}

export interface DirectoryStores {
  readonly organisations: RecordStore<Organisation>;
  readonly teams: RecordStore<Team>;
  readonly users: RecordStore<User>;
  readonly keys: KeyStore;
  readonly budgets: RecordStore<StoredBudget>;
}

export interface DirectoryParts {
  readonly stores: DirectoryStores;
  readonly clock: Clock;
  readonly ids: Ids;
}

export function createDirectory({ stores, clock, ids }: DirectoryParts): Directory {
  const fresh = (prefix: string) => ({
    id: ids.prefixed(prefix),
    createdAt: clock.now(),
    version: 1,
  });
  return {
    organisations: createResource({
      store: stores.organisations,
      noun: 'organisation',
      made: ({ name }: NewOrganisation) => ok({ ...fresh('org_'), name }),
      changed: (standing, patch) => ok(changedOrganisation(standing, patch)),
      standing: DEFAULT_IDS.organisation,
    }),
    teams: createResource({
      store: stores.teams,
      noun: 'team',
      made: ({ organisationId = DEFAULT_IDS.organisation, name }: NewTeam) =>
        ok({ ...fresh('team_'), organisationId, name }),
      changed: (standing, patch) => ok(changedTeam(standing, patch)),
      standing: DEFAULT_IDS.team,
    }),
    users: createResource({
      store: stores.users,
      noun: 'user',
      made: ({ organisationId = DEFAULT_IDS.organisation, ...rest }: NewUser) =>
        ok({ ...fresh('user_'), organisationId, ...rest }),
      changed: (standing, patch) => ok(changedUser(standing, patch)),
      standing: DEFAULT_IDS.user,
    }),
    keys: createKeyResource({ ...stores, clock, ids }),
    budgets: createResource({
      store: stores.budgets,
      noun: 'budget',
      made: ({ scope, budget }: NewBudget) => {
        const tidy = tidyBudget(budget);
        return tidy.ok ? ok({ ...fresh('bud_'), scope, budget: tidy.value }) : tidy;
      },
      changed: changedBudget,
    }),
  };
}
