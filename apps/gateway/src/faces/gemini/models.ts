import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { ListedModel } from '../../services/models.ts';
import type { ModelPresenter } from '../http/model-handlers.ts';

/** Models as Google writes them. All are on one page unless the client asks for less. */
export const geminiModels: ModelPresenter = {
  list: (models, query) => {
    const size = readSize(query.get('pageSize'));
    if (!size.ok) return size;
    const start = startOf(models, query.get('pageToken'));
    if (start === undefined)
      return err(invalid('pageToken', 'expected the token of a page before'));
    const page = models.slice(start, start + size.value);
    const last = page.at(-1);
    const hasMore = last !== undefined && start + page.length < models.length;
    return ok({
      models: page.map(one),
      ...(hasMore ? { nextPageToken: last.id } : undefined),
    });
  },
  one: (model) => one(model),
};

/** Limits are left out: nobody tells us of them. */
const one = ({ id, embeds }: ListedModel) => ({
  name: `models/${id}`,
  baseModelId: id,
  version: '001',
  displayName: id,
  supportedGenerationMethods: embeds ? ['embedContent'] : ['generateContent', 'countTokens'],
});

/** A page's token is the last model before it: it stays right when others come and go. */
function startOf(models: readonly ListedModel[], token: string | null): number | undefined {
  if (token === null || token === '') return 0;
  const at = models.findIndex(({ id }) => id === token);
  return at === -1 ? undefined : at + 1;
}

function readSize(text: string | null): Result<number, GatewayError> {
  const size = Number(text ?? '0');
  if (!Number.isInteger(size) || size < 0) {
    return err(invalid('pageSize', 'expected a whole number from 0'));
  }
  // 0 is this API's word for "as many as you like".
  return ok(size === 0 ? Number.POSITIVE_INFINITY : size);
}

const invalid = (path: string, detail: string): GatewayError => ({
  kind: 'invalid_request',
  path,
  detail,
});
