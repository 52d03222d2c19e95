import type { AppRouter } from '@tollgate/gateway/router';
import {
  createTRPCClient,
  httpBatchLink,
  httpBatchStreamLink,
  httpLink,
  httpSubscriptionLink,
  splitLink,
  type TRPCClient,
} from '@trpc/client';
import { createEventSource } from './event-source.ts';

export interface ClientOptions {
  /** Where the gateway listens: `http://127.0.0.1:8080`, or with its `/trpc` path. */
  readonly url: string | URL;
  /** Sent as a header; never part of a URL. */
  readonly apiKey: string;
  /** In place of the global one. */
  readonly fetch?: typeof globalThis.fetch;
}

export type TollgateClient = TRPCClient<AppRouter>;

/** Longest URL of a batch: what proxies still take. */
const MAX_URL_LENGTH = 4_000;
const MAX_BATCH = 16;

/** As much of tRPC's own type as differs from the platform's. */
interface Init {
  readonly signal?: AbortSignal | null | undefined;
}

const asItIs = (value: unknown): unknown => value;
/** Everything is JSON already. */
const transformer = { serialize: asItIs, deserialize: asItIs };

/**
 * A typed client of one gateway, for Node and browsers. Aborting a call's signal, or leaving the loop
 * over its events, ends the call at the provider too.
 */
export function createTollgateClient(options: ClientOptions): TollgateClient {
  const headers = { authorization: `Bearer ${options.apiKey}` };
  const fetch = options.fetch ?? globalThis.fetch;
  const link = {
    url: endpointOf(options.url),
    headers,
    transformer,
    fetch: (input: string | URL | Request, init?: Init) =>
      fetch(input, { ...init, signal: init?.signal ?? null }),
  };
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({
          url: link.url,
          transformer,
          EventSource: createEventSource({ fetch, headers }),
        }),
        // A batch is aborted only when all in it are, so what costs travels alone.
        false: splitLink({
          condition: ({ path }) => path === 'chat.stream',
          true: httpBatchStreamLink({ ...link, maxItems: 1 }),
          false: splitLink({
            condition: ({ path }) => path.startsWith('chat.') || path.startsWith('embeddings.'),
            true: httpLink(link),
            false: httpBatchLink({ ...link, maxItems: MAX_BATCH, maxURLLength: MAX_URL_LENGTH }),
          }),
        }),
      }),
    ],
  });
}

function endpointOf(url: string | URL): string {
  const base = String(url).replace(/\/+$/, '');
  return base.endsWith('/trpc') ? base : `${base}/trpc`;
}
