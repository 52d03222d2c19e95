import {
  BudgetPatchWire,
  type NewBudget,
  NewBudgetWire,
  type StoredBudget,
} from '@tollgate/core/directory';
import type { Directory } from '../services/admin/directory.ts';
import { checked } from './checked.ts';
import { type CliContext, type CommonOptions, misused, readConfig, toJson } from './context.ts';
import { idOf } from './directory-records.ts';
import { dayOf } from './instant.ts';
import { oneKey } from './one-key.ts';
import { withStores } from './open-stores.ts';
import { allOf, OPERATOR, valueOrFail } from './operator.ts';
import { renderTable } from './table.ts';

/** Whose calls a budget is for: one of them, as it was typed. */
export interface ScopeOptions extends CommonOptions {
  readonly key?: string;
  readonly user?: string;
  readonly team?: string;
  readonly org?: string;
  readonly model?: string;
  readonly tag?: string;
}

export async function createBudget(
  context: CliContext,
  budget: string,
  options: ScopeOptions,
): Promise<void> {
  const made = await open(context, options, async (directory) => {
    const scope = await scopeOf(directory, options);
    if (scope === undefined) {
      throw misused('expected one of --key, --user, --team, --org, --model, --tag');
    }
    const wanted = checked(NewBudgetWire, { scope, budget });
    return valueOrFail(await directory.budgets.create(OPERATOR, wanted));
  });
  print(context, options, { budget: made, done: 'made' });
}

export async function listBudgets(context: CliContext, options: ScopeOptions): Promise<void> {
  const budgets = await open(context, options, async (directory) => {
    const scope = await scopeOf(directory, options);
    const where = { scopeKind: scope?.kind, scopeId: scope?.id };
    return allOf((page) => directory.budgets.list(OPERATOR, { ...page, where }));
  });
  context.out(options.json === true ? toJson({ budgets: budgets.map(present) }) : table(budgets));
}

export async function showBudget(
  context: CliContext,
  id: string,
  options: CommonOptions,
): Promise<void> {
  const budget = await open(context, options, async (directory) =>
    valueOrFail(await directory.budgets.get(OPERATOR, id)),
  );
  context.out(options.json === true ? toJson(present(budget)) : table([budget]));
}

export async function updateBudget(
  context: CliContext,
  [id, budget]: readonly [string, string],
  options: CommonOptions,
): Promise<void> {
  const changed = await open(context, options, async (directory) => {
    const { version } = valueOrFail(await directory.budgets.get(OPERATOR, id));
    const patch = checked(BudgetPatchWire, { version, budget });
    return valueOrFail(await directory.budgets.update(OPERATOR, id, patch));
  });
  print(context, options, { budget: changed, done: 'changed' });
}

export async function deleteBudget(
  context: CliContext,
  id: string,
  options: CommonOptions,
): Promise<void> {
  await open(context, options, async (directory) =>
    valueOrFail(await directory.budgets.delete(OPERATOR, id)),
  );
  if (options.json === true) context.out(toJson({ deleted: id }));
  else context.out(`The budget ${id} is deleted; a running gateway lets go of it within a second.`);
}

const open = <T>(
  context: CliContext,
  options: CommonOptions,
  use: (directory: Directory) => Promise<T>,
): Promise<T> => withStores(readConfig(context, options).config, ({ directory }) => use(directory));

/** Undefined where none is said. */
async function scopeOf(
  directory: Directory,
  options: ScopeOptions,
): Promise<NewBudget['scope'] | undefined> {
  const { key, user, team, org, model, tag } = options;
  const said = [key, user, team, org, model, tag].filter((one) => one !== undefined);
  if (said.length > 1) throw misused('--key, --user, --team, --org, --model, --tag: expected one');
  if (key !== undefined) return { kind: 'key', id: (await oneKey(directory, key)).id };
  if (user !== undefined) return { kind: 'user', id: await idOf(directory.users, 'user', user) };
  if (team !== undefined) return { kind: 'team', id: await idOf(directory.teams, 'team', team) };
  if (org !== undefined) {
    const id = await idOf(directory.organisations, 'organisation', org);
    return { kind: 'organisation', id };
  }
  if (model !== undefined) return { kind: 'model', id: model };
  return tag === undefined ? undefined : { kind: 'tag', id: tag };
}

function print(
  context: CliContext,
  options: CommonOptions,
  { budget, done }: { readonly budget: StoredBudget; readonly done: string },
): void {
  if (options.json === true) context.out(toJson(present(budget)));
  else context.out(`The budget "${budget.budget}" (${budget.id}) is ${done}.`);
}

const table = (budgets: readonly StoredBudget[]): string =>
  renderTable(
    ['BUDGET', 'OF', 'ID', 'MADE'],
    budgets.map(({ id, scope, budget, createdAt }) => [
      budget,
      `${scope.kind} ${scope.id}`,
      id,
      dayOf(createdAt),
    ]),
  );

const present = (budget: StoredBudget) => ({
  ...budget,
  createdAt: new Date(budget.createdAt).toISOString(),
});
