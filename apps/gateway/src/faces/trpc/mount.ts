import type { IncomingMessage } from 'node:http';
import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { TRPCError } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import type { Express } from 'express';
import type { Config } from '../../config/config.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Call } from '../../services/call.ts';
import type { Services } from '../../services/services.ts';
import type { Entrance, Handler } from '../http/entrance.ts';
import { readJsonBody } from '../http/read-body.ts';
import { answerHeaders } from '../http/send-answer.ts';
import { createExchange } from './context.ts';
import { failureOf, trpcFace } from './errors.ts';
import { appRouter } from './router.ts';
import { sendResponse } from './send-response.ts';

export interface TrpcDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly entrance: Entrance;
  readonly services: Services;
}

const ENDPOINT = '/trpc';
const MAX_BATCH = 32;
/** What tRPC reads of a request's head; nothing else is handed to it. */
const READ_HEADERS = ['trpc-accept', 'accept', 'last-event-id'] as const;

/** `/trpc`: procedures over HTTP, behind the same entrance as every face. */
export function mountTrpc(app: Express, deps: TrpcDeps): void {
  app.all([ENDPOINT, `${ENDPOINT}/*path`], deps.entrance(trpcFace, trpcHandler(deps)));
}

const trpcHandler =
  (deps: TrpcDeps): Handler =>
  async ({ req, res, call }) => {
    const target = targetOf(req);
    const refusal = refusalOf(req, target);
    if (refusal !== undefined) return refusal;
    const request = await webRequest(req, target.url, {
      call,
      limit: deps.config.limits.bodyBytes,
    });
    if (!request.ok) return request.error;

    const exchange = createExchange(deps.services, call);
    try {
      const response = await fetchRequestHandler({
        endpoint: ENDPOINT,
        req: request.value,
        router: appRouter,
        createContext: () => exchange.context,
        maxBatchSize: MAX_BATCH,
        onError: ({ error, type, path }) => {
          exchange.context.settle(error, type);
          logBug(deps.log, { call, error, type, path });
        },
      });
      // A call that is alone is refused by its status, as on every face, even where it would stream.
      const failure = target.paths.length === 1 ? await exchange.settled : undefined;
      if (failure !== undefined) {
        await response.body?.cancel();
        return failure;
      }
      const answer = exchange.answer();
      const headers =
        answer === undefined ? ownTime(deps.clock, call) : answerHeaders(call, answer, deps.clock);
      await sendResponse(res, response, { headers, signal: call.signal });
      return undefined;
    } finally {
      await exchange.close();
    }
  };

interface Target {
  readonly url: URL;
  readonly paths: readonly string[];
}

function targetOf(req: IncomingMessage): Target {
  const url = new URL(req.url ?? '/', 'http://tollgate');
  const path = decoded(url.pathname.slice(ENDPOINT.length)).replace(/^\/+|\/+$/g, '');
  return { url, paths: url.searchParams.get('batch') === '1' ? path.split(',') : [path] };
}

/** As tRPC reads it, so that an encoded name or comma can't pass for another. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** What can be told from the head alone. */
function refusalOf(req: IncomingMessage, { paths }: Target): GatewayError | undefined {
  if (req.method !== 'GET' && req.method !== 'POST') {
    return { kind: 'method_not_allowed', allow: ['GET', 'POST'] };
  }
  const costly = paths.find((path) => /^(chat|embeddings)\./.test(path));
  if (costly !== undefined && paths.length > 1) {
    return {
      kind: 'invalid_request',
      detail: `${costly} can't share a batch: each call of a model is one request.`,
    };
  }
  if (costly === 'chat.stream' && req.headers['trpc-accept'] !== 'application/jsonl') {
    return {
      kind: 'invalid_request',
      path: 'trpc-accept',
      detail:
        'chat.stream answers in JSON lines: send "trpc-accept: application/jsonl" and "?batch=1".',
    };
  }
  return undefined;
}

/** The request as tRPC takes it, its body read and checked as on every face. */
async function webRequest(
  req: IncomingMessage,
  url: URL,
  { call, limit }: { readonly call: Call; readonly limit: number },
): Promise<Result<Request, GatewayError>> {
  const headers = new Headers({ 'content-type': 'application/json' });
  for (const name of READ_HEADERS) {
    const value = req.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const { signal } = call;
  if (req.method === 'GET') return ok(new Request(url, { headers, signal }));
  const body = await readJsonBody(req, limit);
  if (!body.ok) return err(body.error);
  return ok(new Request(url, { method: 'POST', headers, signal, body: body.value.text }));
}

const ownTime = (clock: Clock, call: Call) => ({
  'server-timing': `tollgate;dur=${(clock.monotonic() - call.startedMonotonic).toFixed(2)}`,
});

interface Thrown {
  readonly call: Call;
  readonly error: TRPCError;
  readonly type: Parameters<typeof failureOf>[1];
  readonly path: string | undefined;
}

/** What is no failure we know is a bug, and goes to the log with its place. */
function logBug(log: Log, { call, error, type, path }: Thrown): void {
  if (failureOf(error, type).kind !== 'internal') return;
  log.error(
    { callId: call.id, face: call.face, path, stack: error.cause?.stack ?? error.message },
    'a procedure hit a bug',
  );
}
