import { optionalField } from '@tollgate/core/directory';
import type { ExplainedBudget } from '../services/budgets/explain.ts';
import { type CliContext, type CommonOptions, misused, readConfig, toJson } from './context.ts';
import { oneKey } from './one-key.ts';
import { withStores } from './open-stores.ts';
import { OPERATOR, valueOrFail } from './operator.ts';
import { renderTable } from './table.ts';

export interface ExplainOptions extends CommonOptions {
  readonly key: string;
  readonly model: string;
  readonly input?: string;
  readonly output?: string;
  readonly maxOutput?: string;
}

/** Which budgets a call of this key for this model would need room in, and whether there is some. */
export async function explainBudgets(context: CliContext, options: ExplainOptions): Promise<void> {
  const { config } = readConfig(context, options);
  const tokens = {
    ...optionalField('inputTokens', countOf(options.input, '--input')),
    ...optionalField('outputTokens', countOf(options.output, '--output')),
    ...optionalField('maxOutputTokens', countOf(options.maxOutput, '--max-output')),
  };
  const { budgets } = await withStores(config, async (stores) => {
    const { id } = await oneKey(stores.directory, options.key);
    const asked = { key: id, model: options.model, ...tokens };
    return valueOrFail(await stores.explainBudgets(OPERATOR, asked));
  });
  if (options.json === true) context.out(toJson({ budgets }));
  else if (budgets.length === 0) context.err('No budget counts such a call.');
  else context.out(table(budgets));
}

function countOf(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text))
    throw misused(`${option}: expected a count of tokens, got "${text}"`);
  return Number(text);
}

const table = (budgets: readonly ExplainedBudget[]): string =>
  renderTable(
    [
      'BUDGET',
      'OF',
      'LIMIT',
      'SPENT',
      'RESERVED',
      'LEFT',
      'NEEDS',
      'MAY BE PASSED BY',
      'RESETS',
      '',
    ],
    budgets.map((one) => [
      one.terms,
      `${one.scope.kind} ${one.scope.id}`,
      one.limit,
      one.spent ?? '',
      one.reserved ?? '',
      one.left ?? '',
      one.asked,
      passedBy(one),
      one.resetAt === undefined ? 'never' : new Date(one.resetAt).toISOString(),
      outcomeOf(one),
    ]),
  );

const passedBy = ({ overshoot }: ExplainedBudget): string => {
  if (overshoot === undefined) return 'unknown: limit the output';
  return overshoot.total === '0' ? '0' : `${overshoot.total} (${overshoot.perCall} a call)`;
};

function outcomeOf({ id, lacks }: ExplainedBudget): string {
  if (lacks === undefined) return 'has room';
  switch (lacks) {
    case 'room':
      return `refuses (${id})`;
    case 'limit':
      return `refuses (${id}): it is hard, so limit the output`;
    case 'price':
      return `refuses (${id}): the model has no price`;
  }
}
