import type { Clock } from '../../ports/clock.ts';
import type { ListedModel, ModelService } from '../../services/models.ts';
import type { Handler } from '../http/entrance.ts';
import { sendJson } from '../http/send-json.ts';

const PREFIX = '/v1/models/';

/** OpenAI's list of models, and one of them; an id may have slashes, raw or as `%2F`. */
export function modelHandlers(
  models: ModelService,
  clock: Clock,
): { readonly list: Handler; readonly find: Handler } {
  return {
    list: async ({ res, call }) => {
      const data = (await models.list(call.identity)).map(wireModel);
      sendJson(res, call, { body: { object: 'list', data }, clock });
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
      sendJson(res, call, { body: wireModel(found.value), clock });
      return undefined;
    },
  };
}

const wireModel = (model: ListedModel) => ({
  id: model.id,
  object: 'model',
  created: model.created,
  owned_by: model.ownedBy,
});

function decodedId(url: string): string | undefined {
  const path = url.split('?', 1)[0] ?? '';
  try {
    return decodeURIComponent(path.slice(PREFIX.length));
  } catch {
    return undefined;
  }
}
