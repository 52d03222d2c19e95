import type { RequestListener, ServerResponse } from 'node:http';
import express, { type NextFunction, type Request, type Response } from 'express';
import { type AdminDeps, mountAdmin } from './faces/admin/mount-admin.ts';
import { type AnthropicDeps, mountAnthropic } from './faces/anthropic/mount-anthropic.ts';
import { type GeminiDeps, mountGemini } from './faces/gemini/mount-gemini.ts';
import { noteArrival } from './faces/http/arrival.ts';
import { cors } from './faces/http/cors.ts';
import { createExactRoutes } from './faces/http/exact-routes.ts';
import { refuseOversizedHead } from './faces/http/head-limits.ts';
import { sendNotFound } from './faces/http/not-found.ts';
import { sendPlain } from './faces/http/send-plain.ts';
import { mountNative, type NativeDeps } from './faces/native/mount-native.ts';
import { mountOpenAi, type OpenAiDeps } from './faces/openai/mount-openai.ts';
import { mountOps, type OpsDeps } from './faces/ops/mount-ops.ts';
import { mountTrpc, type TrpcDeps } from './faces/trpc/mount.ts';
import type { Log } from './ports/log.ts';

export type FaceDeps = Omit<OpenAiDeps, 'exact'> &
  Omit<AnthropicDeps, 'exact'> &
  GeminiDeps &
  NativeDeps &
  OpsDeps &
  AdminDeps &
  TrpcDeps & { readonly log: Log };

/**
 * All faces on one Express application, the busiest routes before it. Nothing is parsed here that a
 * face doesn't ask for.
 */
export function createListener(deps: FaceDeps): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  const exact = createExactRoutes();
  app.use(noteArrival(deps));
  mountAnthropic(app, { ...deps, exact });
  mountGemini(app, deps);
  mountOpenAi(app, { ...deps, exact });
  mountNative(app, deps);
  mountTrpc(app, deps);
  mountAdmin(app, deps);
  mountOps(app, deps);
  app.use((req: Request, res: Response) => sendNotFound(req, res));
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, _req: Request, res: Response, _next: NextFunction) => {
    answerBrokenRequest(error, res, deps.log);
  });
  return (req, res) => {
    if (refuseOversizedHead(req, res) || cors(req, res)) return;
    const handler = exact.find(req);
    if (handler === undefined) {
      app(req, res);
      return;
    }
    try {
      handler(req, res);
    } catch (error) {
      answerBrokenRequest(error, res, deps.log);
    }
  };
}

/** What Express itself refuses (a path that is not valid percent-encoding), and bugs. */
function answerBrokenRequest(error: unknown, res: ServerResponse, log: Log): void {
  const status = error instanceof URIError ? 400 : 500;
  if (status === 500) log.error({ detail: String(error) }, 'a request hit a bug');
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const message =
    status === 400 ? 'The path is not valid percent-encoding.' : 'Something went wrong here.';
  sendPlain(res, status, { error: { message, type: 'invalid_request_error', code: null } });
}
