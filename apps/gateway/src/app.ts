import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { type AnthropicDeps, mountAnthropic } from './faces/anthropic/mount-anthropic.ts';
import { type GeminiDeps, mountGemini } from './faces/gemini/mount-gemini.ts';
import { noteArrival, stampTime } from './faces/http/arrival.ts';
import { cors } from './faces/http/cors.ts';
import { createExactRoutes } from './faces/http/exact-routes.ts';
import { refuseOversizedHead } from './faces/http/head-limits.ts';
import { sendNotFound } from './faces/http/not-found.ts';
import { mountNative, type NativeDeps } from './faces/native/mount-native.ts';
import { mountOpenAi, type OpenAiDeps } from './faces/openai/mount-openai.ts';
import { mountOps, type OpsDeps } from './faces/ops/mount-ops.ts';
import { mountTrpc, type TrpcDeps } from './faces/trpc/mount.ts';
import type { Log } from './ports/log.ts';

export type FaceDeps = Omit<OpenAiDeps, 'exact'> &
  AnthropicDeps &
  GeminiDeps &
  NativeDeps &
  OpsDeps &
  TrpcDeps & { readonly log: Log };

/** All faces on one Express application. Nothing is parsed here that a face doesn't ask for. */
export function createExpressApp(deps: FaceDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  const exact = createExactRoutes();
  // One step for the router in place of three: each costs as much as what it calls.
  app.use((req: Request, res: Response, next: NextFunction) => {
    refuseOversizedHead(req, res, () => cors(req, res, () => exact.middleware(req, res, next)));
  });
  app.use(noteArrival(deps));
  mountAnthropic(app, deps);
  mountGemini(app, deps);
  mountOpenAi(app, { ...deps, exact });
  mountNative(app, deps);
  mountTrpc(app, deps);
  mountOps(app, deps);
  app.use((req: Request, res: Response) => sendNotFound(req, res));
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, _req: Request, res: Response, _next: NextFunction) => {
    answerBrokenRequest(error, res, deps.log);
  });
  return app;
}

/** What Express itself refuses (a path that is not valid percent-encoding), and bugs. */
function answerBrokenRequest(error: unknown, res: Response, log: Log): void {
  const status = error instanceof URIError ? 400 : 500;
  if (status === 500) log.error({ detail: String(error) }, 'a request hit a bug');
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const message =
    status === 400 ? 'The path is not valid percent-encoding.' : 'Something went wrong here.';
  stampTime(res);
  res.status(status).json({ error: { message, type: 'invalid_request_error', code: null } });
}
