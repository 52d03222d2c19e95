import type { Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { Clock } from '../../ports/clock.ts';
import type { ListedModel, ModelService } from '../../services/models.ts';
import type { Handler } from './entrance.ts';
import { sendJson } from './send-json.ts';

const PREFIX = /^\/v1(?:beta)?\/models\//;

/** How a dialect writes models. */
export interface ModelPresenter {
  /** All that the caller may use; `query` is the request's own, of which a dialect may read its pages. */
  list(models: readonly ListedModel[], query: URLSearchParams): Result<object, GatewayError>;
  one(model: ListedModel): object;
}

/** The list of models, and one of them; an id may have slashes, raw or as `%2F`. */
export function modelHandlers(
  { models, clock }: { readonly models: ModelService; readonly clock: Clock },
  present: ModelPresenter,
): { readonly list: Handler; readonly find: Handler } {
  return {
    list: async ({ req, res, call }) => {
      const query = new URLSearchParams((req.url ?? '').split('?').slice(1).join('?'));
      const body = present.list(await models.list(call.identity), query);
      if (!body.ok) return body.error;
      sendJson(res, call, { body: body.value, clock });
      return undefined;
    },
    find: async ({ req, res, call }) => {
      const id = decodedId(req.url ?? '');
      if (id === undefined) {
        return {
          kind: 'invalid_request',
          path: 'model',
          detail: 'The model in the path is not valid percent-encoding.',
        };
      }
      const found = await models.find(call.identity, id);
      if (!found.ok) return found.error;
      sendJson(res, call, { body: present.one(found.value), clock });
      return undefined;
    },
  };
}

function decodedId(url: string): string | undefined {
  const path = url.split('?', 1)[0] ?? '';
  try {
    return decodeURIComponent(path.replace(PREFIX, ''));
  } catch {
    return undefined;
  }
}
