import { err, ok, type Result } from '@tollgate/core';
import { toldRetryAfter } from '@tollgate/core/dialects';
import {
  type ZionIncrement,
  ZionIncrementsReply,
  type ZionLimits,
  ZionLimitsReply,
  type ZionProfile,
  ZionProfileReply,
  type ZionTiers,
  ZionTiersReply,
} from '@tollgate/core/governance';
import { decodeUtf8, parseJson } from '@tollgate/core/json';
import type * as z from 'zod';
import type { Secret } from '../../config/secret.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Deadlines, Upstream } from '../../ports/upstream.ts';

/** Why Zion gave no answer. `refused`: a status of its own; `invalid`: a 2xx that can't be read. */
export type ZionFailure =
  | { readonly kind: 'refused'; readonly status: number; readonly retryAfterMs?: number }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'unreachable' };

export type ZionAnswer<T> = Result<T, ZionFailure>;

/** Zion's calls, one try each. `contact` tells when it was last heard of. */
export interface ZionClient {
  profile(token: string): Promise<ZionAnswer<ZionProfile>>;
  limits(externalId: string): Promise<ZionAnswer<ZionLimits>>;
  tiers(): Promise<ZionAnswer<ZionTiers>>;
  increment(
    increments: readonly ZionIncrement[],
    idempotencyKey: string,
    signal: AbortSignal,
  ): Promise<ZionAnswer<ZionIncrementsReply>>;
  contact(): ZionContact;
}

export interface ZionContact {
  /** False from a failure until the next success. */
  readonly isReachable: boolean;
  /** Unix milliseconds; absent before the first call. */
  readonly since?: number;
  readonly latencyMs?: number;
}

export interface ZionClientOptions {
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly url: URL;
  readonly apiKey: Secret;
}

/** A caller waits for these; nobody waits for a batch. */
const QUERY: Deadlines = { connectMs: 2000, headersMs: 5000, idleMs: 5000, totalMs: 8000 };
const BATCH: Deadlines = { connectMs: 5000, headersMs: 30_000, idleMs: 10_000, totalMs: 45_000 };
const LONGEST_REPLY = 4 * 1024 * 1024;

interface ZionCall<Schema extends z.ZodType> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: string;
  readonly deadlines: Deadlines;
  readonly signal?: AbortSignal;
  readonly reply: Schema;
}

export function createZionClient(options: ZionClientOptions): ZionClient {
  const { upstream, clock, apiKey } = options;
  const base = options.url.href.replace(/\/+$/, '');
  const service = { 'x-api-key': apiKey.reveal(), 'content-type': 'application/json' };
  let contact: ZionContact = { isReachable: true };

  const note = (isReachable: boolean, latencyMs: number): void => {
    const since = contact.isReachable === isReachable ? contact.since : undefined;
    contact = { isReachable, since: since ?? clock.now(), latencyMs };
  };

  async function read<Schema extends z.ZodType>(
    call: ZionCall<Schema>,
  ): Promise<ZionAnswer<z.output<Schema>>> {
    const sent = await upstream.send({
      provider: 'zion',
      url: new URL(base + call.path),
      method: call.method,
      headers: call.headers,
      body: call.body,
      deadlines: call.deadlines,
      signal: call.signal ?? new AbortController().signal,
    });
    if (!sent.ok) return err({ kind: 'unreachable' });
    const { status, headers, body } = sent.value;
    if (status < 200 || status > 299) {
      body.cancel();
      const seconds = toldRetryAfter(headers);
      const retryAfter = seconds === undefined ? {} : { retryAfterMs: Math.ceil(seconds * 1000) };
      return err({ kind: 'refused', status, ...retryAfter });
    }
    const bytes = await body.bytes(LONGEST_REPLY);
    if (!bytes.ok) {
      const isLong = bytes.error.kind === 'provider_invalid_reply';
      return err({ kind: isLong ? 'invalid' : 'unreachable' });
    }
    const text = decodeUtf8(bytes.value);
    const json = text.ok ? parseJson(text.value) : undefined;
    const parsed = json?.ok === true ? call.reply.safeParse(json.value) : undefined;
    return parsed?.success === true ? ok(parsed.data) : err({ kind: 'invalid' });
  }

  async function ask<Schema extends z.ZodType>(
    call: ZionCall<Schema>,
  ): Promise<ZionAnswer<z.output<Schema>>> {
    const start = clock.monotonic();
    const answer = await read(call);
    const isDown = !answer.ok && (answer.error.kind !== 'refused' || answer.error.status >= 500);
    note(!isDown, clock.monotonic() - start);
    return answer;
  }

  const query = <Schema extends z.ZodType>(
    path: string,
    headers: ZionCall<Schema>['headers'],
    reply: Schema,
  ): Promise<ZionAnswer<z.output<Schema>>> =>
    ask({ method: 'GET', path, headers, deadlines: QUERY, reply });

  return {
    async profile(token) {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await query('/api/v1/users/me', headers, ZionProfileReply);
      return answer.ok ? ok(answer.value.data) : answer;
    },
    async limits(externalId) {
      const path = `/api/v1/limits/external/${encodeURIComponent(externalId)}`;
      const answer = await query(path, service, ZionLimitsReply);
      return answer.ok ? ok(answer.value.data) : answer;
    },
    async tiers() {
      const answer = await query('/api/v1/tiers/config', service, ZionTiersReply);
      return answer.ok ? ok(answer.value.data) : answer;
    },
    increment: (increments, idempotencyKey, signal) =>
      ask({
        method: 'POST',
        path: '/api/v1/usage/external/batch-increment',
        headers: { ...service, 'idempotency-key': idempotencyKey },
        body: JSON.stringify({ increments }),
        deadlines: BATCH,
        signal,
        reply: ZionIncrementsReply,
      }),
    contact: () => contact,
  };
}
