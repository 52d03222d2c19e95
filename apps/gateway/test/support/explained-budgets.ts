import type { Harness } from '@tollgate/testkit';
import { ExplainedBudgetsWire } from '../../src/faces/http/explain-wire.ts';
import type { ExplainedBudget } from '../../src/services/budgets/explain.ts';
import { MODEL } from './counting-gateway.ts';
import { send } from './directory-scene.ts';

/** What the administrators' API says of a call of the caller's own key, by administrators of `of`. */
export async function explainedTo(
  harness: Harness,
  key: string,
  call: {
    readonly of?: string;
    readonly model?: string;
    readonly inputTokens?: number;
    readonly outputTokens?: number;
    readonly maxOutputTokens?: number;
  } = {},
): Promise<readonly ExplainedBudget[]> {
  const { of = 'self', model = MODEL, ...tokens } = call;
  const query = new URLSearchParams({ model });
  for (const [name, value] of Object.entries(tokens)) query.set(name, String(value));
  const path = `/admin/v1/keys/${of}/budgets?${query}`;
  const { status, body } = await send(harness, key, { method: 'GET', path });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return ExplainedBudgetsWire.parse(body).budgets;
}
