import type { Express } from 'express';
import type { Config } from '../../config/config.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import type { PassthroughService } from '../../services/passthrough.ts';
import type { Services } from '../../services/services.ts';
import type { WireProtocol } from '../../services/wire-protocol.ts';
import { allowOnly } from '../http/allow-only.ts';
import type { Entrance, Handler } from '../http/entrance.ts';
import { readJsonBody } from '../http/read-body.ts';
import { sendAnswer } from '../http/send-answer.ts';
import { modelHandlers } from './models.ts';
import { createOpenAiFace } from './openai-face.ts';
import { mountPassthrough } from './passthrough.ts';
import { openAiProtocols } from './protocols.ts';

export interface OpenAiDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly entrance: Entrance;
  readonly services: Services;
  readonly passthrough: PassthroughService;
}

/** `/v1`: OpenAI's paths, and 404 in OpenAI's body for whatever else is under it. */
export function mountOpenAi(app: Express, deps: OpenAiDeps): void {
  const face = createOpenAiFace(deps.config.governance.kind);
  const protocols = openAiProtocols(face);

  const wires = {
    '/v1/chat/completions': protocols.chat,
    '/v1/completions': protocols.completions,
    '/v1/embeddings': protocols.embeddings,
    '/v1/responses': protocols.responses,
  };
  for (const [path, protocol] of Object.entries(wires)) {
    app.post(path, deps.entrance(face, wireHandler(deps, protocol)));
    app.all(path, deps.entrance(face, allowOnly('POST')));
  }

  const models = modelHandlers(deps.services.models, deps.clock);
  app.get('/v1/models', deps.entrance(face, models.list));
  app.all('/v1/models', deps.entrance(face, allowOnly('GET')));
  app.get('/v1/models/*id', deps.entrance(face, models.find));
  app.all('/v1/models/*id', deps.entrance(face, allowOnly('GET')));

  mountPassthrough(app, face, deps);
  app.all(['/v1', '/v1/*rest'], deps.entrance(face, notFound));
}

const wireHandler =
  (deps: OpenAiDeps, protocol: WireProtocol): Handler =>
  async ({ req, res, call }) => {
    const body = await readJsonBody(req, deps.config.limits.bodyBytes);
    if (!body.ok) return body.error;
    const answer = await deps.services.chat.wire(call, {
      protocol,
      text: body.value.text,
      body: body.value.json,
      answering: (envelope) => ({
        replyId: deps.ids.prefixed('chatcmpl-'),
        created: Math.floor(call.startedAt / 1000),
        model: envelope.model,
        includeUsage: envelope.includeUsage,
      }),
    });
    if (!answer.ok) return answer.error;
    await sendAnswer(res, call, { answer: answer.value, clock: deps.clock });
    return undefined;
  };

const notFound: Handler = async ({ req }) => ({
  kind: 'endpoint_not_found',
  detail: `There is no ${req.method ?? 'GET'} ${pathOf(req.url)} here. Chat is at POST /v1/chat/completions, models at GET /v1/models; an operator may list further paths under "passthrough".`,
});

const pathOf = (url: string | undefined): string => (url ?? '/').split('?', 1)[0] ?? '/';
