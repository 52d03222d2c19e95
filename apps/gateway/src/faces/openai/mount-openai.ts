import type { Express } from 'express';
import type { PassthroughService } from '../../services/passthrough.ts';
import { allowOnly } from '../http/allow-only.ts';
import { embeddingHandler } from '../http/embedding-handler.ts';
import type { Entrance, Handler } from '../http/entrance.ts';
import type { ExactRoutes } from '../http/exact-routes.ts';
import { modelHandlers } from '../http/model-handlers.ts';
import { type WireDeps, wireHandler } from '../http/wire-handler.ts';
import { openAiModels } from './models.ts';
import { createOpenAiFace } from './openai-face.ts';
import { mountPassthrough } from './passthrough.ts';
import { openAiProtocols } from './protocols.ts';
import { mountResponses, mountUnservedResponses } from './responses.ts';

export interface OpenAiDeps extends WireDeps {
  readonly entrance: Entrance;
  readonly exact: ExactRoutes;
  readonly passthrough: PassthroughService;
}

/** `/v1`: OpenAI's paths, and 404 in OpenAI's body for whatever else is under it. */
export function mountOpenAi(app: Express, deps: OpenAiDeps): void {
  const face = createOpenAiFace(deps.config.governance.kind);
  const protocols = openAiProtocols(face);

  const wires = {
    '/v1/chat/completions': wireHandler(deps, {
      protocol: protocols.chat,
      idPrefix: 'chatcmpl-',
    }),
    '/v1/completions': wireHandler(deps, { protocol: protocols.completions, idPrefix: 'cmpl-' }),
    '/v1/embeddings': embeddingHandler(deps, protocols.embeddings),
  };
  for (const [path, answer] of Object.entries(wires)) {
    const handler = deps.entrance(face, answer);
    deps.exact.add('POST', path, handler);
    app.post(path, handler);
    app.all(path, deps.entrance(face, allowOnly('POST')));
  }
  mountResponses(app, deps, { face, protocol: protocols.responses });

  const models = modelHandlers({ models: deps.services.models, clock: deps.clock }, openAiModels);
  app.get('/v1/models', deps.entrance(face, models.list));
  app.all('/v1/models', deps.entrance(face, allowOnly('GET')));
  app.get('/v1/models/*id', deps.entrance(face, models.find));
  app.all('/v1/models/*id', deps.entrance(face, allowOnly('GET')));

  mountPassthrough(app, face, deps);
  mountUnservedResponses(app, { face, entrance: deps.entrance });
  app.all(['/v1', '/v1/*rest'], deps.entrance(face, notFound));
}

const notFound: Handler = async ({ req }) => ({
  kind: 'endpoint_not_found',
  detail: `There is no ${req.method ?? 'GET'} ${pathOf(req.url)} here. Chat is at POST /v1/chat/completions, models at GET /v1/models; an operator may list further paths under "passthrough".`,
});

const pathOf = (url: string | undefined): string => (url ?? '/').split('?', 1)[0] ?? '/';
