import type { Express, Request, Response } from 'express';
import { allowOnly } from '../http/allow-only.ts';
import { countHandler } from '../http/count-handler.ts';
import type { Entrance, Handler, HttpHandler } from '../http/entrance.ts';
import type { ExactRoutes } from '../http/exact-routes.ts';
import { modelHandlers } from '../http/model-handlers.ts';
import { type WireDeps, wireHandler } from '../http/wire-handler.ts';
import { anthropicFace } from './anthropic-face.ts';
import { anthropicModels } from './models.ts';
import { countingFace, messagesProtocol } from './protocols.ts';

export interface AnthropicDeps extends WireDeps {
  readonly entrance: Entrance;
  readonly exact: ExactRoutes;
}

const MESSAGES = '/v1/messages';
const COUNT = '/v1/messages/count_tokens';

/** Where a coding agent asks whether anybody is there, before it has a question or a key. */
const PROBED = ['/', MESSAGES, '/api/hello'];

/** The Messages API, and models in its shape for clients that send its version. */
export function mountAnthropic(app: Express, deps: AnthropicDeps): void {
  const enter = (handler: Handler): HttpHandler => deps.entrance(anthropicFace, handler);

  app.head(PROBED, (_req, res) => void res.writeHead(200).end());
  const messages = enter(wireHandler(deps, { protocol: messagesProtocol, idPrefix: 'msg_' }));
  deps.exact.add('POST', MESSAGES, messages);
  app.post(MESSAGES, messages);
  app.all(MESSAGES, enter(allowOnly('POST')));
  app.post(COUNT, enter(countHandler(deps, countingFace)));
  app.all(COUNT, enter(allowOnly('POST')));
  app.all(`${MESSAGES}/*rest`, enter(notFound));

  const models = modelHandlers(
    { models: deps.services.models, clock: deps.clock },
    anthropicModels,
  );
  app.get('/v1/models', ifVersioned(enter(models.list)));
  app.get('/v1/models/*id', ifVersioned(enter(models.find)));
}

/** Paths that are OpenAI's too: the header tells whose client is asking. */
const ifVersioned =
  (handler: HttpHandler) =>
  (req: Request, res: Response, next: () => void): void => {
    if (req.headers['anthropic-version'] === undefined) next();
    else handler(req, res);
  };

const notFound: Handler = async ({ req }) => ({
  kind: 'endpoint_not_found',
  detail: `There is no ${req.method ?? 'GET'} ${(req.url ?? '').split('?', 1)[0]} here. Messages are at POST ${MESSAGES}, their tokens counted at POST ${COUNT}.`,
});
