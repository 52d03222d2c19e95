import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { ListedModel } from '../../services/models.ts';
import type { ModelPresenter } from '../http/model-handlers.ts';

/** Models as Anthropic writes them. All are on one page unless the client asks for less. */
export const anthropicModels: ModelPresenter = {
  list: (models, query) => {
    const limit = readLimit(query.get('limit'));
    if (!limit.ok) return limit;
    const data = between(models, query);
    const page = isBackwards(query) ? data.slice(-limit.value) : data.slice(0, limit.value);
    return ok({
      data: page.map(one),
      has_more: page.length < data.length,
      first_id: page[0]?.id ?? null,
      last_id: page.at(-1)?.id ?? null,
    });
  },
  one: (model) => one(model),
};

/** What nobody tells us of a model is null, as the API has it for what it doesn't know. */
const one = (model: ListedModel) => ({
  type: 'model',
  id: model.id,
  display_name: model.id,
  created_at: new Date(model.created * 1000).toISOString(),
  lifecycle: 'active',
  capabilities: null,
  deprecated_at: null,
  line: null,
  max_input_tokens: null,
  max_tokens: null,
  retires_at: null,
});

const isBackwards = (query: URLSearchParams): boolean => query.has('before_id');

/** Those after, or before, the id that a page names as its edge. */
function between(models: readonly ListedModel[], query: URLSearchParams): readonly ListedModel[] {
  const edge = query.get('before_id') ?? query.get('after_id');
  if (edge === null) return models;
  const at = models.findIndex(({ id }) => id === edge);
  if (at === -1) return [];
  return isBackwards(query) ? models.slice(0, at) : models.slice(at + 1);
}

function readLimit(text: string | null): Result<number, GatewayError> {
  if (text === null) return ok(Number.POSITIVE_INFINITY);
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1000) return ok(limit);
  return err({
    kind: 'invalid_request',
    path: 'limit',
    detail: 'expected a whole number from 1 to 1000',
  });
}
