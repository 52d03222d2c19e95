import type { ProviderDialectId } from './dialect-id.ts';

/** What of a provider's reply head is its client's to know. Whatever isn't listed stays here. */
interface KnownHeaders {
  /** Its name for the request, by which its support finds it; the first that is there. */
  readonly requestId: readonly string[];
  readonly names: readonly string[];
  readonly prefixes: readonly string[];
}

const AMAZON_ID = 'x-amzn-requestid';

/** Both clients obey it before their own rule of what to try again. */
const RETRY = 'x-should-retry';

/** Sources: developers.openai.com/api/reference, and what look-alikes copied of it. */
const OPENAI: KnownHeaders = {
  requestId: ['x-request-id', 'apim-request-id'],
  names: ['openai-processing-ms', 'openai-version', RETRY],
  prefixes: ['x-ratelimit-'],
};

const REPLY_HEADERS = {
  'openai-chat': OPENAI,
  'openai-responses': OPENAI,
  /** Sources: platform.claude.com/docs/en/api/rate-limits and .../service-tiers. */
  'anthropic-messages': {
    // The latter where Bedrock serves it.
    requestId: ['request-id', AMAZON_ID],
    names: [RETRY],
    prefixes: ['anthropic-ratelimit-', 'anthropic-priority-', 'anthropic-fast-'],
  },
  /** AI Studio tells neither limits nor an id; Vertex whether provisioned throughput served. */
  gemini: {
    requestId: [],
    names: ['x-gemini-service-tier', 'x-vertex-ai-llm-request-type'],
    prefixes: [],
  },
  /** Source: docs.cohere.com/docs/rate-limits, and the API's replies. */
  'cohere-chat': {
    requestId: ['x-debug-trace-id'],
    names: [],
    prefixes: ['x-endpoint-monthly-call-', 'x-trial-endpoint-call-'],
  },
  /** Source: docs.aws.amazon.com/bedrock/latest/userguide, inference: latency and counts. */
  'bedrock-converse': {
    requestId: [AMAZON_ID],
    names: [],
    prefixes: ['x-amzn-bedrock-'],
  },
} as const satisfies Record<ProviderDialectId, KnownHeaders>;

export interface ReplyHead {
  readonly requestId?: { readonly name: string; readonly value: string };
  readonly headers: { readonly [name: string]: string };
}

/** A head with more than this is no provider's; the rest of it is left out. */
const MAX_HEADERS = 48;
const NONE: ReplyHead['headers'] = {};
const FIT = /^[\x20-\x7e]{1,256}$/;

/** Reads a reply's head (lower-case names) for its client. */
export function readReplyHead(
  dialect: ProviderDialectId,
  headers: { readonly [name: string]: string },
): ReplyHead {
  const known: KnownHeaders = REPLY_HEADERS[dialect];
  const told: [string, string][] = [];
  for (const name of Object.keys(headers)) {
    if (told.length === MAX_HEADERS || !isTold(known, name)) continue;
    const value = headers[name];
    if (isFit(value)) told.push([name, value]);
  }
  const name = known.requestId.find((candidate) => isFit(headers[candidate]));
  const value = name === undefined ? undefined : headers[name];
  return {
    headers: told.length === 0 ? NONE : Object.fromEntries(told),
    ...(name === undefined || value === undefined ? {} : { requestId: { name, value } }),
  };
}

const isFit = (value: string | undefined): value is string =>
  value !== undefined && FIT.test(value);

const isTold = ({ names, prefixes }: KnownHeaders, name: string): boolean =>
  names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix));
