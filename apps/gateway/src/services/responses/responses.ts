import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { inputItems, openAiResponses } from '@tollgate/core/dialects';
import { isJsonObject, type JsonObject, type JsonValue } from '@tollgate/core/json';
import type { Config, ProviderConfig } from '../../config/config.ts';
import type { Log } from '../../ports/log.ts';
import type { WireAnswer } from '../answer.ts';
import type { Call } from '../call.ts';
import type { LateCounts } from '../late-counts.ts';
import type { Exchange } from '../provider-exchange.ts';
import { readAsked } from './asked.ts';
import { continuationOf } from './continuation.ts';
import { type CreateDeps, type CreateRequest, createResponse } from './create.ts';
import { pageOf } from './item-page.ts';
import { hasReferences, resolveReferences } from './item-references.ts';
import { askKeeper, type KeeperRequest } from './kept-elsewhere.ts';
import type { KeptElsewhere } from './kept-responses.ts';
import { createRunning, type RunningDeps } from './running.ts';

/** An answer of our own making, or its provider's. */
export type ResponseAnswer =
  | { readonly type: 'ours'; readonly body: JsonObject }
  | { readonly type: 'theirs'; readonly answer: WireAnswer };

type Answered = Promise<Result<ResponseAnswer, GatewayError>>;

/** A kept response, by its id, and the query that its client sent. */
export interface ResponseQuery {
  readonly id: string;
  readonly query: URLSearchParams;
  readonly errorEvent: KeeperRequest['errorEvent'];
}

/** OpenAI's responses, kept for any provider: each by its owner alone. */
export interface ResponseService {
  create(call: Call, request: CreateRequest): Promise<Result<WireAnswer, GatewayError>>;
  retrieve(call: Call, asked: ResponseQuery): Answered;
  remove(call: Call, asked: ResponseQuery): Answered;
  cancel(call: Call, asked: ResponseQuery): Answered;
  inputItems(call: Call, asked: ResponseQuery): Answered;
  /**
   * A request that is only to be counted, with what of it is kept here; undefined: nothing is, and its
   * provider can be asked as it stands.
   */
  rebuilt(call: Call, body: JsonObject): Promise<Result<RebuiltRequest | undefined, GatewayError>>;
  /** Ends what runs in the background. */
  close(): Promise<void>;
}

export interface ResponseDeps extends CreateDeps, RunningDeps {
  readonly config: Config;
  readonly exchange: Exchange;
  readonly lateCounts: LateCounts;
  readonly log: Log;
}

export function createResponseService(deps: ResponseDeps): ResponseService {
  const { kept, runs, followers } = deps;
  const running = createRunning(deps);
  const runOf = (call: Call, { id }: ResponseQuery) => ({ owner: call.identity.subject, id });

  const relayed = async (
    call: Call,
    record: KeptElsewhere,
    { asked, method, below }: Relaying,
  ): Promise<Result<ResponseAnswer, GatewayError>> => {
    const provider = deps.config.providers.find(({ name }) => name === record.provider);
    if (provider === undefined) return err(keeperGone(record));
    const { id, query, errorEvent } = asked;
    const search = query.size === 0 ? '' : `?${query.toString()}`;
    const told = await askKeeper(deps, call, {
      destination: { provider, model: record.model, asked: record.model },
      method,
      beneath: `/${encodeURIComponent(id)}${below ?? ''}${search}`,
      errorEvent,
    });
    if (!told.ok) return told;
    const { answer, json } = told.value;
    if (isJsonObject(json) && json['object'] === 'response') {
      followers.saw(id, json);
      await countLate(record, json, provider);
    }
    return ok({ type: 'theirs', answer });
  };

  /** Of a call whose gateway has ended, or died, before its response was finished. */
  const countLate = async (
    { callId }: KeptElsewhere,
    response: JsonObject,
    { name, quirks }: ProviderConfig,
  ): Promise<void> => {
    const facts = openAiResponses.passage.readReply(response, { provider: name, quirks });
    if (callId === undefined || !facts.ok || facts.value.usage === undefined) return;
    const { usage, model, serviceTier } = facts.value;
    await deps.lateCounts.saw(callId, { usage, model, serviceTier }).catch((error: unknown) => {
      deps.log.warn({ callId, detail: String(error) }, 'a late count is not booked');
    });
  };

  return {
    create: (call, request) => createResponse(deps, call, request),

    retrieve: async (call, asked) => {
      const found = await running.find(runOf(call, asked));
      if (!found.ok) return found;
      if (found.value.at === 'provider')
        return relayed(call, found.value, { asked, method: 'GET' });
      if (asked.query.get('stream') === 'true') return err(notStreamed);
      return ours(found.value.response);
    },

    remove: async (call, asked) => {
      const found = await running.find(runOf(call, asked));
      if (!found.ok) return found;
      const { id } = asked;
      if (found.value.at === 'provider') {
        const removed = await relayed(call, found.value, { asked, method: 'DELETE' });
        if (!removed.ok) return removed;
        followers.saw(id, undefined);
        const forgotten = await kept.forget(call.identity.subject, id);
        return forgotten.ok ? removed : forgotten;
      }
      await running.end(runOf(call, asked), found.value, 'delete');
      const forgotten = await kept.forget(call.identity.subject, id);
      return forgotten.ok ? ours({ id, object: 'response', deleted: true }) : forgotten;
    },

    cancel: async (call, asked) => {
      const found = await running.find(runOf(call, asked));
      if (!found.ok) return found;
      if (found.value.at === 'provider') {
        return relayed(call, found.value, { asked, method: 'POST', below: '/cancel' });
      }
      if (found.value.response['background'] !== true) return err(synchronous);
      const run = runOf(call, asked);
      await running.end(run, found.value, 'cancel');
      const ended = await running.find(run);
      if (!ended.ok) return ended;
      return ended.value.at === 'here' ? ours(ended.value.response) : err(notFound(asked));
    },

    inputItems: async (call, asked) => {
      const found = await running.find(runOf(call, asked));
      if (!found.ok) return found;
      if (found.value.at === 'provider') {
        return relayed(call, found.value, { asked, method: 'GET', below: '/input_items' });
      }
      const page = pageOf(inputItems(found.value.input, asked.id), asked.query);
      return page.ok ? ours(page.value) : page;
    },

    rebuilt: async (call, body) => {
      const asked = readAsked(body);
      if (!asked.ok) return asked;
      const owner = call.identity.subject;
      const { previous } = asked.value;
      const { input = [], model } = body;
      const isWhole = previous === undefined && !hasReferences(input);
      if (isWhole || typeof model !== 'string') return ok(undefined);
      const found = await deps.chat.find(call, model);
      if (!found.ok) return found;
      const destination = found.value;
      const from = await continuationOf(kept, { owner, previous }, destination);
      if (!from.ok) return from;
      const resolved = await resolveReferences(kept, owner, { input, destination });
      if (!resolved.ok) return resolved;
      const earlier = from.value.type === 'here' ? from.value.items : [];
      if (earlier.length === 0 && !resolved.value.isChanged) return ok(undefined);
      return ok({ body: { ...body, input: resolved.value.input }, earlier });
    },

    close: async () => {
      followers.close();
      await runs.close();
    },
  };
}

/** A request whole, after the items that it goes on from. */
export interface RebuiltRequest {
  readonly body: JsonObject;
  readonly earlier: readonly JsonValue[];
}

interface Relaying {
  readonly asked: ResponseQuery;
  readonly method: KeeperRequest['method'];
  readonly below?: string;
}

const ours = (body: JsonObject): Result<ResponseAnswer, GatewayError> => ok({ type: 'ours', body });

const notFound = ({ id }: ResponseQuery): GatewayError => ({ kind: 'response_not_found', id });

const notStreamed: GatewayError = {
  kind: 'invalid_request',
  path: 'stream',
  detail: 'a response that Tollgate keeps is not streamed again. Ask for it without stream.',
};

/** OpenAI's own words. */
const synchronous: GatewayError = {
  kind: 'invalid_request',
  detail: 'Cannot cancel a synchronous response.',
};

const keeperGone = ({ provider }: KeptElsewhere): GatewayError => ({
  kind: 'invalid_request',
  detail: `The provider "${provider}", which keeps this response, is no longer configured.`,
});
