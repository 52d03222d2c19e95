import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { wireProblem } from '@tollgate/core/dialects';
import type { JsonObject } from '@tollgate/core/json';
import * as z from 'zod';

/** The API's own defaults and bounds. */
const Query = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  order: z.enum(['asc', 'desc']).default('desc'),
  after: z.string().optional(),
});

/** One page of a list, as OpenAI's clients turn them. */
export function pageOf(
  items: readonly JsonObject[],
  query: URLSearchParams,
): Result<JsonObject, GatewayError> {
  const parsed = Query.safeParse(Object.fromEntries(query));
  if (!parsed.success) return err(wireProblem(parsed.error));
  const { limit, order, after } = parsed.data;
  const ordered = order === 'asc' ? items : items.toReversed();
  const at = after === undefined ? -1 : ordered.findIndex(({ id }) => id === after);
  if (after !== undefined && at === -1) {
    return err({ kind: 'invalid_request', path: 'after', detail: 'is no item of this list' });
  }
  const data = ordered.slice(at + 1, at + 1 + limit);
  return ok({
    object: 'list',
    data,
    first_id: data[0]?.['id'] ?? null,
    last_id: data.at(-1)?.['id'] ?? null,
    has_more: at + 1 + limit < ordered.length,
  });
}
