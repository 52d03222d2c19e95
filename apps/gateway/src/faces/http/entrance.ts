import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Result } from '@tollgate/core';
import type { GatewayError, LimitFacts, Loss } from '@tollgate/core/chat';
import type { Identity } from '@tollgate/core/governance';
import type { Clock } from '../../ports/clock.ts';
import type { Governance } from '../../ports/governance.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Log, LogFields } from '../../ports/log.ts';
import type { RateLimiter } from '../../ports/rate-limiter.ts';
import type { Call } from '../../services/call.ts';
import type { CallBodyService } from '../../services/call-bodies.ts';
import { tapBodies } from './body-tap.ts';
import type { Face } from './face.ts';
import { presentedKey } from './presented-key.ts';
import { createProviderHead } from './provider-head.ts';
import { sendError } from './send-error.ts';

/** Characters of a model's name in a log line. */
const MOST_OF_MODEL = 128;

export interface EntranceDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly governance: Governance;
  readonly limiter: RateLimiter;
  readonly bodies: Pick<CallBodyService, 'keep'>;
  /** The largest request body that is read. */
  readonly bodyBytes: number;
}

/** What a handler behind the entrance is given. */
export interface Entered {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly call: Call;
}

export type Handler = (entered: Entered) => Promise<GatewayError | undefined>;
export type HttpHandler = (req: IncomingMessage, res: ServerResponse) => void;

/**
 * The one way in: every route that can cost goes through it. Mints the call, knows who it is from,
 * counts it, and sends whatever error the handler gives back in the face's own body.
 */
export type Entrance = (face: Face, handler: Handler) => HttpHandler;

export function createEntrance(deps: EntranceDeps): Entrance {
  return (face, handler) => (req, res) => {
    const id = deps.ids.callId();
    const startedMonotonic = deps.clock.monotonic();
    const startedAt = deps.clock.now();
    res.setHeader('x-tollgate-call', id);
    if (face.idHeader !== undefined) res.setHeader(face.idHeader, id);

    const left = new AbortController();
    res.once('close', () => {
      if (!res.writableFinished) left.abort();
    });

    let keyId: string | undefined;
    let aimedAt: LogFields = {};
    const answer = async (): Promise<GatewayError | undefined> => {
      const known = await identify(deps, req, left.signal);
      if (!known.ok) return known.error;
      const identity = known.value;
      keyId = identity.keyId;
      const refusal = await admit(deps, identity, { face, res });
      if (refusal !== undefined) return refusal;
      if (identity.storeBodiesSeconds !== undefined) {
        keepBodies(deps, {
          req,
          res,
          callId: id,
          identity,
          isCall: () => aimedAt.model !== undefined,
        });
      }
      const strict = req.headers['x-tollgate-strict'] === 'true';
      const call: Call = {
        id,
        face: face.name,
        identity,
        startedAt,
        startedMonotonic,
        strict,
        signal: left.signal,
        aim: ({ provider, model }) => {
          aimedAt = { provider: provider.name, model: model.slice(0, MOST_OF_MODEL) };
        },
        hear: createProviderHead(res, face),
        forget: (names) => {
          if (!res.headersSent) res.setHeader('x-tollgate-metadata-dropped', headerOf(names));
        },
      };
      return handler({ req, res, call });
    };

    answer()
      .catch((error: unknown): GatewayError => {
        deps.log.error({ callId: id, face: face.name, stack: stackOf(error) }, 'a call hit a bug');
        return { kind: 'internal', detail: `Something went wrong here. Quote the call id ${id}.` };
      })
      .then((error) => {
        if (error === undefined) return;
        const facts = { callId: id, face: face.name, keyId, ...aimedAt, ...factsOf(error) };
        deps.log.info(facts, 'call refused');
        const ownMs = deps.clock.monotonic() - startedMonotonic;
        sendError(res, face, { error, callId: id, ownMs });
      });
  };
}

/** Characters of a client's own name in a header, and of a list of them. */
const MOST_OF_NAME = 64;
const MOST_OF_NAMES = 500;

/** Names as a client chose them, in what a header may hold. */
const headerOf = (names: readonly string[]): string =>
  names
    .map((name) => encodeURIComponent(name.slice(0, MOST_OF_NAME).toWellFormed()))
    .join(',')
    .slice(0, MOST_OF_NAMES);

interface KeptCall {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly callId: string;
  readonly identity: Identity;
  /** Asked at its end: whether a model was asked for at all. */
  readonly isCall: () => boolean;
}

/** Of a reply so much is gathered, bytes. */
const MOST_OF_REPLY = 1_048_576;

function keepBodies(
  { bodies, bodyBytes }: EntranceDeps,
  { req, res, callId, identity, isCall }: KeptCall,
): void {
  const limits = { requestBytes: bodyBytes, replyBytes: MOST_OF_REPLY };
  const { request, reply } = tapBodies(req, res, limits);
  res.once('close', () => {
    if (isCall()) bodies.keep({ callId, identity, request: request(), reply: reply() });
  });
}

async function identify(
  { governance }: EntranceDeps,
  req: IncomingMessage,
  signal: AbortSignal,
): Promise<Result<Identity, GatewayError>> {
  const key = presentedKey(req);
  return key.ok ? governance.authenticate(key.value, signal) : key;
}

async function admit(
  { limiter }: EntranceDeps,
  identity: Identity,
  { face, res }: { readonly face: Face; readonly res: ServerResponse },
): Promise<GatewayError | undefined> {
  if (identity.allowedFaces !== undefined && !identity.allowedFaces.includes(face.name)) {
    return {
      kind: 'forbidden',
      detail: `This key may not use the ${face.name} face; it may use ${identity.allowedFaces.join(', ')}.`,
    };
  }
  if (identity.requestsPerMinute !== undefined) {
    const { allowed, limit } = await limiter.take(identity.subject, identity.requestsPerMinute);
    setLimitHeaders(res, limit);
    if (!allowed) return { kind: 'rate_limited', limit };
  }
  return undefined;
}

function setLimitHeaders(res: ServerResponse, limit: LimitFacts): void {
  res.setHeader('x-ratelimit-limit', String(limit.limit));
  res.setHeader('x-ratelimit-remaining', String(Math.max(0, limit.remaining)));
  if (limit.resetAt !== undefined) {
    res.setHeader('x-ratelimit-reset', String(Math.ceil(limit.resetAt / 1000)));
  }
}

/** What the one on call asks first; no text of a client or a provider. */
const factsOf = (error: GatewayError): LogFields => ({
  errorKind: error.kind,
  ...('provider' in error && { provider: error.provider }),
  ...('status' in error && { status: error.status }),
  ...('phase' in error && { phase: error.phase }),
  ...(error.kind === 'not_expressible' && { losses: featuresOf(error.losses) }),
  ...((error.kind === 'provider_invalid_reply' || error.kind === 'governance_unavailable') && {
    detail: error.detail,
  }),
});

/** By our own words for them, each once: there are no more of those than the table has. */
const featuresOf = (losses: readonly Loss[]): string =>
  [...new Set(losses.map(({ feature }) => feature))].join(',');

const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
