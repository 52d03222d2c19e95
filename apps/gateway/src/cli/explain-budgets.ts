import { pricedEstimate } from '@tollgate/core/budgets';
import type { StoredKey } from '@tollgate/core/directory';
import type { ExplainedBudget } from '../services/budgets/explain.ts';
import { createFindDestination } from '../services/destination.ts';
import {
  type CliContext,
  CliFailure,
  type CommonOptions,
  misused,
  readConfig,
  toJson,
} from './context.ts';
import { oneKey } from './one-key.ts';
import { withStores } from './open-stores.ts';
import { renderTable } from './table.ts';

export interface ExplainOptions extends CommonOptions {
  readonly key: string;
  readonly model: string;
  readonly input: string;
  readonly output: string;
}

/** Which budgets a call of this key for this model would need room in, and whether there is some. */
export async function explainBudgets(context: CliContext, options: ExplainOptions): Promise<void> {
  const { config } = readConfig(context, options);
  const inputTokens = countOf(options.input, '--input');
  const outputTokens = countOf(options.output, '--output');
  const explained = await withStores(config, async ({ directory, prices, explain }) => {
    const key = await oneKey(directory, options.key);
    const found = createFindDestination(config)(options.model, callerOf(key));
    if (!found.ok) {
      throw new CliFailure(`the key "${key.name}" reaches no model "${options.model}"`);
    }
    const { provider, model, asked } = found.value;
    const at = Date.now();
    const whose = { keyId: key.id, teamId: key.teamId };
    const price = prices.priceOf({ provider: provider.name, models: [model], at, ...whose })?.price;
    return explain(
      {
        at,
        keyId: key.id,
        ...(key.userId === undefined ? {} : { userId: key.userId }),
        ...(key.teamId === undefined ? {} : { teamId: key.teamId }),
        ...(key.organisationId === undefined ? {} : { organisationId: key.organisationId }),
        ...(key.tags === undefined ? {} : { tags: key.tags }),
        asked,
        provider: provider.name,
        model,
      },
      pricedEstimate({ inputTokens, outputTokens }, price),
    );
  });
  if (explained === undefined) throw new CliFailure('the ledger can’t tell what is spent');
  if (options.json === true) context.out(toJson({ budgets: explained }));
  else if (explained.length === 0) context.err('No budget counts such a call.');
  else context.out(table(explained));
}

const callerOf = ({ id, name, role, allowedModels }: StoredKey) => ({
  keyId: id,
  keyName: name,
  role,
  source: 'local' as const,
  subject: `key:${id}`,
  ...(allowedModels === undefined ? {} : { allowedModels }),
});

function countOf(text: string, option: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw misused(`${option}: expected a count of tokens, got "${text}"`);
  return Number(text);
}

const table = (budgets: readonly ExplainedBudget[]): string =>
  renderTable(
    ['BUDGET', 'OF', 'LIMIT', 'SPENT', 'RESERVED', 'LEFT', 'NEEDS', 'RESETS', ''],
    budgets.map((one) => [
      one.terms,
      `${one.scope.kind} ${one.scope.id}`,
      one.limit,
      one.spent,
      one.reserved,
      one.left,
      one.asked,
      one.resetAt === undefined ? 'never' : new Date(one.resetAt).toISOString(),
      one.hasRoom ? 'has room' : `refuses (${one.id})`,
    ]),
  );
