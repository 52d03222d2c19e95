import {
  BudgetPatchWire,
  budgetFiltersWire,
  IdWire,
  KeyPatchWire,
  KeyRotationWire,
  NewBudgetWire,
  NewKeyWire,
  NewOrganisationWire,
  NewTeamWire,
  NewUserWire,
  OrganisationPatchWire,
  type PageQuery,
  pageWire,
  type Stored,
  TeamPatchWire,
  UserPatchWire,
} from '@tollgate/core/directory';
import * as z from 'zod';
import type { Resource } from '../../services/admin/resource.ts';
import type { Services } from '../../services/services.ts';
import { ExplainInputWire } from '../http/explain-wire.ts';
import type { AdminProcedures, ById } from './contract.ts';
import { outboxProcedures } from './outbox-procedures.ts';
import { parsed } from './parsed.ts';
import { procedure, valueOrThrow } from './trpc.ts';

/*
 * The administrators' records by name: the same services and schemas as `/admin/v1` over HTTP.
 */

const taking = <T>(schema: z.ZodType<T>) =>
  procedure.input((value: unknown): T => parsed(schema, value));

/** Beside its id, what the schema reads. */
const withId = <T extends object>(schema: z.ZodType<T>) =>
  procedure.input((value: unknown): T & ById => {
    const { id, ...rest } = parsed(z.looseObject({ id: IdWire }), value);
    return { ...parsed(schema, rest), id };
  });

const byId = taking(z.strictObject({ id: IdWire }));

const Pages = z.strictObject(pageWire).optional();
const PagesOfOrganisation = z
  .strictObject({ ...pageWire, organisationId: IdWire.exactOptional() })
  .optional();
const PagesOfBudgets = z.strictObject({ ...pageWire, ...budgetFiltersWire }).optional();
const PagesOfKeys = z
  .strictObject({ ...pageWire, teamId: IdWire.exactOptional(), userId: IdWire.exactOptional() })
  .optional();

/** The page that is wanted, and apart from it what the list is narrowed by. */
const listOf = ({ limit, after, ...where }: PageQuery = {}) => ({
  ...(limit !== undefined && { limit }),
  ...(after !== undefined && { after }),
  where,
});

/** What needs nothing of a record but its kind. */
function plainProcedures<R extends Stored, List extends PageQuery>(
  of: (services: Services) => Pick<Resource<R, never, never>, 'get' | 'list' | 'delete'>,
  list: z.ZodType<List | undefined>,
) {
  return {
    get: byId.query(async ({ ctx, input }) =>
      valueOrThrow(await of(ctx.services).get(ctx.call.identity, input.id)),
    ),
    list: taking(list).query(async ({ ctx, input }) =>
      valueOrThrow(await of(ctx.services).list(ctx.call.identity, listOf(input))),
    ),
    delete: byId.mutation(async ({ ctx, input }) => {
      valueOrThrow(await of(ctx.services).delete(ctx.call.identity, input.id));
      return input;
    }),
  };
}

const organisations = {
  ...plainProcedures(({ directory }) => directory.organisations, Pages),
  create: taking(NewOrganisationWire).mutation(async ({ ctx, input }) =>
    valueOrThrow(await ctx.services.directory.organisations.create(ctx.call.identity, input)),
  ),
  update: withId(OrganisationPatchWire).mutation(async ({ ctx, input }) =>
    valueOrThrow(
      await ctx.services.directory.organisations.update(ctx.call.identity, input.id, input),
    ),
  ),
};

const teams = {
  ...plainProcedures(({ directory }) => directory.teams, PagesOfOrganisation),
  create: taking(NewTeamWire).mutation(async ({ ctx, input }) =>
    valueOrThrow(await ctx.services.directory.teams.create(ctx.call.identity, input)),
  ),
  update: withId(TeamPatchWire).mutation(async ({ ctx, input }) =>
    valueOrThrow(await ctx.services.directory.teams.update(ctx.call.identity, input.id, input)),
  ),
};

const users = {
  ...plainProcedures(({ directory }) => directory.users, PagesOfOrganisation),
  create: taking(NewUserWire).mutation(async ({ ctx, input }) =>
    valueOrThrow(await ctx.services.directory.users.create(ctx.call.identity, input)),
  ),
  update: withId(UserPatchWire).mutation(async ({ ctx, input }) =>
    valueOrThrow(await ctx.services.directory.users.update(ctx.call.identity, input.id, input)),
  ),
};

const keys = {
  create: taking(NewKeyWire).mutation(async ({ ctx, input }) =>
    valueOrThrow(await ctx.services.directory.keys.create(ctx.call.identity, input)),
  ),
  get: byId.query(async ({ ctx, input }) =>
    valueOrThrow(await ctx.services.directory.keys.get(ctx.call.identity, input.id)),
  ),
  list: taking(PagesOfKeys).query(async ({ ctx, input }) =>
    valueOrThrow(await ctx.services.directory.keys.list(ctx.call.identity, listOf(input))),
  ),
  update: withId(KeyPatchWire).mutation(async ({ ctx, input }) =>
    valueOrThrow(await ctx.services.directory.keys.update(ctx.call.identity, input.id, input)),
  ),
  rotate: withId(KeyRotationWire).mutation(async ({ ctx, input }) =>
    valueOrThrow(await ctx.services.directory.keys.rotate(ctx.call.identity, input.id, input)),
  ),
  revoke: byId.mutation(async ({ ctx, input }) =>
    valueOrThrow(await ctx.services.directory.keys.revoke(ctx.call.identity, input.id)),
  ),
};

const budgets = {
  ...plainProcedures(({ directory }) => directory.budgets, PagesOfBudgets),
  create: taking(NewBudgetWire).mutation(async ({ ctx, input }) =>
    valueOrThrow(await ctx.services.directory.budgets.create(ctx.call.identity, input)),
  ),
  update: withId(BudgetPatchWire).mutation(async ({ ctx, input }) =>
    valueOrThrow(await ctx.services.directory.budgets.update(ctx.call.identity, input.id, input)),
  ),
  explain: taking(ExplainInputWire).query(async ({ ctx, input }) =>
    valueOrThrow(await ctx.services.explainBudgets(ctx.call.identity, input)),
  ),
};

export const adminProcedures = {
  organisations,
  teams,
  users,
  keys,
  budgets,
  outbox: outboxProcedures,
  calls: {
    bodies: byId.query(async ({ ctx, input }) =>
      valueOrThrow(await ctx.services.callBodies.find(ctx.call.identity, input.id)),
    ),
  },
} satisfies AdminProcedures;
