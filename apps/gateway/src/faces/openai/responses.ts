import type { IncomingMessage, ServerResponse } from 'node:http';
import { ok } from '@tollgate/core';
import { type Dialect, decodeKeptRequest } from '@tollgate/core/dialects';
import type { Express, Request } from 'express';
import type { ResponseAnswer, ResponseQuery } from '../../services/responses/responses.ts';
import type { WireProtocol } from '../../services/wire-protocol.ts';
import { allowOnly } from '../http/allow-only.ts';
import { countHandler } from '../http/count-handler.ts';
import type { Entered, Entrance, Handler, HttpHandler } from '../http/entrance.ts';
import type { ExactRoutes } from '../http/exact-routes.ts';
import { readJsonBody } from '../http/read-body.ts';
import { sendAnswer } from '../http/send-answer.ts';
import { sendJson } from '../http/send-json.ts';
import { sendPlain } from '../http/send-plain.ts';
import { dialectHeaders, type WireDeps } from '../http/wire-handler.ts';

export interface ResponsesDeps extends WireDeps {
  readonly entrance: Entrance;
  readonly exact: ExactRoutes;
}

type ResponsesProtocol = WireProtocol & { readonly dialect: Dialect };

const ROOT = '/v1/responses';

/** OpenAI's Responses API: made, read again, cancelled and counted; for any provider. */
export function mountResponses(
  app: Express,
  deps: ResponsesDeps,
  {
    face,
    protocol,
  }: { readonly face: Parameters<Entrance>[0]; readonly protocol: ResponsesProtocol },
): void {
  const enter = (handler: Handler): HttpHandler => deps.entrance(face, handler);
  const { responses } = deps.services;

  const create = enter(creating(deps, protocol));
  deps.exact.add('POST', ROOT, create);
  app.post(ROOT, create);
  app.get(ROOT, refuseWebSocket);
  app.all(ROOT, enter(allowOnly('POST')));

  app.post(`${ROOT}/input_tokens`, enter(counting(deps, protocol)));
  app.all(`${ROOT}/input_tokens`, enter(allowOnly('POST')));

  const about = (ask: typeof responses.retrieve) => (req: Request, res: ServerResponse) => {
    const { id } = req.params;
    const asked: ResponseQuery = {
      id: String(id),
      query: new URLSearchParams(req.url.split('?').slice(1).join('?')),
      errorEvent: protocol.errorEvent,
    };
    enter(async (entered) => {
      const answer = await ask(entered.call, asked);
      if (!answer.ok) return answer.error;
      await send(deps, entered, answer.value);
      return undefined;
    })(req, res);
  };
  app.get(`${ROOT}/:id`, about(responses.retrieve));
  app.delete(`${ROOT}/:id`, about(responses.remove));
  app.post(`${ROOT}/:id/cancel`, about(responses.cancel));
  app.get(`${ROOT}/:id/input_items`, about(responses.inputItems));
}

/** Refused in words, where the operator lets none of them through. */
export function mountUnservedResponses(
  app: Express,
  { entrance, face }: Pick<ResponsesDeps, 'entrance'> & { readonly face: Parameters<Entrance>[0] },
): void {
  const refuse = (detail: string): HttpHandler =>
    entrance(face, async () => ({ kind: 'endpoint_not_found', detail }));
  app.all(
    `${ROOT}/compact`,
    refuse('Tollgate compacts no conversations. Send a shorter input, or a summary of it.'),
  );
  app.all(
    ['/v1/conversations', '/v1/conversations/*rest'],
    refuse('Tollgate keeps no conversations. Go on from a response by previous_response_id.'),
  );
  app.all(`${ROOT}/:id`, entrance(face, allowOnly('GET', 'DELETE')));
  app.all(`${ROOT}/:id/cancel`, entrance(face, allowOnly('POST')));
  app.all(`${ROOT}/:id/input_items`, entrance(face, allowOnly('GET')));
}

const creating =
  (deps: ResponsesDeps, protocol: ResponsesProtocol): Handler =>
  async ({ req, res, call }) => {
    const body = await readJsonBody(req, deps.config.limits.bodyBytes);
    if (!body.ok) return body.error;
    const answer = await deps.services.responses.create(call, {
      protocol,
      text: body.value.text,
      body: body.value.json,
      headers: dialectHeaders(req, protocol),
      replyId: deps.ids.prefixed('resp_'),
    });
    if (!answer.ok) return answer.error;
    await sendAnswer(res, call, { answer: answer.value, clock: deps.clock });
    return undefined;
  };

/** A request that goes on from kept responses is counted with them. */
const counting = (deps: ResponsesDeps, protocol: ResponsesProtocol): Handler => {
  const count = protocol.dialect.tokenCounting;
  const counted: WireProtocol = { ...protocol, operation: 'openai-count-tokens' };
  return async (entered) => {
    if (count === undefined) return { kind: 'internal', detail: 'this dialect counts nothing' };
    return countHandler(deps, {
      protocol: counted,
      counting: count,
      earlier: async (call, body) => {
        const rebuilt = await deps.services.responses.rebuilt(call, body);
        if (!rebuilt.ok) return rebuilt;
        if (rebuilt.value === undefined) return ok(undefined);
        const { body: whole, earlier } = rebuilt.value;
        return ok({ ...count, decodeRequest: () => decodeKeptRequest(whole, earlier) });
      },
    })(entered);
  };
};

async function send(
  deps: ResponsesDeps,
  { res, call }: Entered,
  answer: ResponseAnswer,
): Promise<void> {
  if (answer.type === 'ours') sendJson(res, call, { body: answer.body, clock: deps.clock });
  else await sendAnswer(res, call, { answer: answer.answer, clock: deps.clock });
}

/**
 * Clients that would rather use a WebSocket take this, and no other status, as the word to go on over
 * HTTP. At once and without a key: some ask before they have one.
 */
function refuseWebSocket(req: IncomingMessage, res: ServerResponse, next: () => void): void {
  if (req.headers.upgrade?.toLowerCase() !== 'websocket') {
    next();
    return;
  }
  res.setHeader('upgrade', 'HTTP/1.1');
  res.setHeader('connection', 'upgrade, close');
  sendPlain(res, 426, {
    error: {
      message: `Responses are not served over WebSocket here. Send POST ${ROOT}.`,
      type: 'invalid_request_error',
      param: null,
      code: 'websocket_not_supported',
    },
  });
}
