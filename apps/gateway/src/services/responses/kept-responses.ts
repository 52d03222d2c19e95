import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { isJsonObject, type JsonObject, type JsonValue } from '@tollgate/core/json';
import * as z from 'zod';
import type { Clock } from '../../ports/clock.ts';
import {
  type KeptItem,
  type KeptStore,
  LONGEST_KEPT_ID,
  type Put,
} from '../../ports/kept-store.ts';

/** As long as OpenAI keeps them. */
const KEPT_MS = 30 * 24 * 3_600_000;

/** Items of one response that can be referred to; far more than one was seen to have. */
const MOST_ITEMS = 200;

/** A response that its provider keeps: we know whose it is, and where. */
export interface KeptElsewhere {
  readonly at: 'provider';
  readonly provider: string;
  readonly model: string;
  /** The call that asked for it, where it is made in the background: what it costs is told later. */
  readonly callId?: string;
}

/** A response that is kept here, so that any provider may go on from it. */
export interface KeptHere {
  readonly at: 'here';
  readonly provider: string;
  readonly model: string;
  /** As its client was told it. */
  readonly response: JsonObject;
  /** What was new in its request. */
  readonly input: JsonValue;
  /** It passed: what its provider wants back stands in it as that wrote it, for no other to read. */
  readonly isRaw?: boolean;
  /** The kept response that it continues. */
  readonly previous?: string;
  /** The gateway that works on it, until it is finished. */
  readonly worker?: string;
}

export type KeptResponse = KeptElsewhere | KeptHere;

/** Responses by their owner. An id of another owner is one that was never there. */
export interface KeptResponses {
  /** `path`: where the request names it. */
  find(owner: string, id: string, path?: string): Promise<Result<KeptResponse, GatewayError>>;
  /** With the items of `output`, which may be referred to by their ids. */
  keep(
    owner: string,
    id: string,
    response: KeptResponse,
    output?: readonly JsonValue[],
  ): Promise<Put>;
  forget(owner: string, id: string): Promise<Result<void, GatewayError>>;
  /** The id of the response in whose output an item stands. */
  holderOf(owner: string, itemId: string): Promise<Result<string | undefined, GatewayError>>;
}

const Base = { provider: z.string(), model: z.string() };
const Json = z.custom<JsonValue>((value) => value !== undefined);

/** Written by us alone: only what tells the forms apart is looked at. */
const Stored = z.discriminatedUnion('at', [
  z.object({ at: z.literal('provider'), ...Base, callId: z.string().exactOptional() }),
  z.object({
    at: z.literal('here'),
    ...Base,
    response: z.custom<JsonObject>(isJsonObject),
    input: Json,
    isRaw: z.boolean().exactOptional(),
    previous: z.string().exactOptional(),
    worker: z.string().exactOptional(),
  }),
]);

export function createKeptResponses(store: KeptStore, clock: Clock): KeptResponses {
  return {
    find: async (owner, id, path) => {
      const body = await store.get('response', id, owner);
      if (!body.ok) return body;
      if (body.value !== undefined) return ok(Stored.parse(JSON.parse(body.value)));
      return err({
        kind: 'response_not_found',
        id,
        ...(path === undefined ? undefined : { path }),
      });
    },
    keep: (owner, id, response, output = []) => {
      const expiresAt = clock.now() + KEPT_MS;
      const items = output.flatMap((item): KeptItem[] => {
        const itemId = isJsonObject(item) ? item['id'] : undefined;
        if (typeof itemId !== 'string' || Buffer.byteLength(itemId) > LONGEST_KEPT_ID) return [];
        return [{ kind: 'item', id: itemId, body: id, expiresAt }];
      });
      const body = JSON.stringify(response);
      const whole: KeptItem = { kind: 'response', id, body, expiresAt };
      return store.put(owner, whole, ...items.slice(0, MOST_ITEMS));
    },
    forget: (owner, id) => store.delete('response', id, owner),
    holderOf: (owner, itemId) => store.get('item', itemId, owner),
  };
}
