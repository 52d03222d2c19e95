import type { IncomingMessage } from 'node:http';
import type { Express, Request, Response } from 'express';
import { allowOnly } from '../http/allow-only.ts';
import { countHandler } from '../http/count-handler.ts';
import { embeddingHandler } from '../http/embedding-handler.ts';
import type { Entrance, Handler, HttpHandler } from '../http/entrance.ts';
import type { Face } from '../http/face.ts';
import { modelHandlers } from '../http/model-handlers.ts';
import type { WireDeps } from '../http/wire-handler.ts';
import { queryOf, readAddress } from './address.ts';
import { geminiFace, geminiListFace } from './gemini-face.ts';
import { generateContent } from './generate-content.ts';
import { withKeyInQuery } from './key-in-query.ts';
import { geminiModels } from './models.ts';
import { batchEmbedContents, countingFace, embedContent } from './protocols.ts';

export interface GeminiDeps extends WireDeps {
  readonly entrance: Entrance;
}

/** Without groups: what Express finds in one, it decodes, and a bad name is ours to answer. */
const ASKED = /^\/v1(?:\/models|beta(?:\/models)?)\/.+(?::|%3a)\w+\/?$/i;
const LIST = ['/v1beta/models', '/v1/models'];
const ONE = /^\/v1(?:beta)?\/models\/.+$/;
const OURS = /^\/v1beta(?:\/.*)?$/;

/** `generateContent` and its like, and models in Google's shape, under both versions of its API. */
export function mountGemini(app: Express, deps: GeminiDeps): void {
  const enter = (handler: Handler, face: Face = geminiFace): HttpHandler =>
    withKeyInQuery(deps.entrance(face, handler));

  app.post(ASKED, asked(deps, enter));

  const models = modelHandlers({ models: deps.services.models, clock: deps.clock }, geminiModels);
  app.get(LIST, ifGoogles(enter(models.list)));
  app.get(ONE, ifGoogles(enter(models.find)));

  app.all('/v1beta/models', enter(allowOnly('GET')));
  app.all(OURS, enter(notFound));
}

/** What is asked stands after the colon, and how the answer is to come in the query. */
const asked =
  (deps: GeminiDeps, enter: (handler: Handler, face?: Face) => HttpHandler): HttpHandler =>
  (req, res) => {
    const url = req.url ?? '';
    const address = readAddress(url);
    if (address === undefined) return enter(notFound)(req, res);
    if (!address.ok) return enter(async () => address.error)(req, res);
    const { model, method } = address.value;
    switch (method) {
      case 'generateContent':
        return enter(generateContent(deps, { model, form: 'whole' }))(req, res);
      case 'streamGenerateContent': {
        const form = queryOf(url).get('alt') === 'sse' ? 'events' : 'list';
        const face = form === 'list' ? geminiListFace : geminiFace;
        return enter(generateContent(deps, { model, form }), face)(req, res);
      }
      case 'countTokens':
        return enter(countHandler(deps, { ...countingFace, inAddress: { model } }))(req, res);
      case 'embedContent':
        return enter(embeddingHandler(deps, { ...embedContent, inAddress: { model } }))(req, res);
      case 'batchEmbedContents':
        return enter(embeddingHandler(deps, { ...batchEmbedContents, inAddress: { model } }))(
          req,
          res,
        );
      default:
        return enter(notFound)(req, res);
    }
  };

/** `/v1/models` is OpenAI's too: Google's clients are known by the header that they all send. */
const ifGoogles =
  (handler: HttpHandler) =>
  (req: Request, res: Response, next: () => void): void => {
    const isGoogles =
      req.path.startsWith('/v1beta') || req.headers['x-goog-api-client'] !== undefined;
    if (isGoogles) handler(req, res);
    else next();
  };

const notFound: Handler = async ({ req }) => ({
  kind: 'endpoint_not_found',
  detail: `There is no ${req.method ?? 'GET'} ${pathOf(req)} here. Models are asked at POST /v1beta/models/{model}:generateContent, :streamGenerateContent, :countTokens, :embedContent and :batchEmbedContents, and listed at GET /v1beta/models.`,
});

const pathOf = (req: IncomingMessage): string => (req.url ?? '').split('?', 1)[0] ?? '';
