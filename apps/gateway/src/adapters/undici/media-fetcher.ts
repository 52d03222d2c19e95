import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { FetchedMedia, FetchLimits, MediaFetcher } from '../../ports/media-fetcher.ts';
import type { UpstreamReply } from '../../ports/upstream.ts';
import { createOwnHostsUpstream, type OwnHostsOptions } from './own-hosts-upstream.ts';

export interface MediaFetcherOptions extends OwnHostsOptions {
  readonly userAgent: string;
}

const MAX_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const CONNECT_MS = 5_000;
const SILENCE_MS = 10_000;

/** Media by URL, through the guard at each step; nothing of the client's own goes along. */
export function createMediaFetcher(options: MediaFetcherOptions): MediaFetcher {
  const { userAgent, clock } = options;
  const upstream = createOwnHostsUpstream(options);

  const get = (url: URL, limits: FetchLimits, leftMs: number) =>
    upstream.send({
      provider: 'media',
      url,
      method: 'GET',
      headers: { accept: '*/*', 'user-agent': userAgent },
      body: undefined,
      deadlines: {
        connectMs: CONNECT_MS,
        headersMs: SILENCE_MS,
        idleMs: SILENCE_MS,
        totalMs: leftMs,
      },
      signal: limits.signal,
    });

  return {
    fetch: async (address, limits) => {
      const startedAt = clock.monotonic();
      let url = webUrl(address);
      for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
        if (url === undefined)
          return refused('leads to no http or https URL, or from https to http');
        const leftMs = limits.totalMs - (clock.monotonic() - startedAt);
        if (leftMs <= 0) return refused(TOO_SLOW);
        const sent = await get(url, limits, leftMs);
        if (!sent.ok) return err(told(sent.error));
        const { status, headers, body } = sent.value;
        if (!REDIRECTS.has(status)) return received(sent.value, limits);
        body.cancel();
        url = redirected(url, headers['location'] ?? '');
      }
      return refused('is redirected too often');
    },
    close: () => upstream.close(),
  };
}

async function received(
  { status, headers, body }: UpstreamReply,
  { maxBytes }: FetchLimits,
): Promise<Result<FetchedMedia, GatewayError>> {
  const fail = (detail: string): Result<FetchedMedia, GatewayError> => {
    body.cancel();
    return refused(detail);
  };
  if (status !== 200) return fail(`could not be fetched: its server answered ${status}`);
  const coding = headers['content-encoding'] ?? 'identity';
  if (coding !== 'identity') return fail('came compressed, though that was not asked for');
  if (Number(headers['content-length'] ?? 0) > maxBytes) return fail(tooLarge(maxBytes));
  const read = await body.bytes(maxBytes);
  if (!read.ok) {
    // Of a body that was announced and begun, only its length can be wrong.
    const isLong = read.error.kind === 'provider_invalid_reply';
    return isLong ? refused(tooLarge(maxBytes)) : err(told(read.error));
  }
  if (read.value.length === 0) return refused('is empty');
  const mediaType = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  return ok({ bytes: read.value, ...(mediaType ? { mediaType } : {}) });
}

/** Undefined where it may not lead: from https it never goes on in the clear. */
export function redirected(from: URL, location: string): URL | undefined {
  const url = webUrl(location, from);
  return from.protocol === 'https:' && url?.protocol === 'http:' ? undefined : url;
}

function webUrl(address: string, base?: URL): URL | undefined {
  const url = URL.parse(address, base);
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

const TOO_SLOW = 'could not be fetched in time';
const tooLarge = (maxBytes: number): string => `is larger than ${maxBytes} bytes`;

const refused = (detail: string) => err<GatewayError>({ kind: 'invalid_request', detail });

/**
 * A refused address reads as one where nobody answers: who asks must not learn what a name resolves to
 * inside.
 */
function told(error: GatewayError): GatewayError {
  switch (error.kind) {
    case 'client_closed':
    case 'shutting_down':
      return error;
    case 'provider_timeout':
      return {
        kind: 'invalid_request',
        detail: error.phase === 'connect' ? UNREACHABLE : TOO_SLOW,
      };
    case 'provider_truncated':
      return { kind: 'invalid_request', detail: 'could not be fetched: its server broke off' };
    default:
      return { kind: 'invalid_request', detail: UNREACHABLE };
  }
}

const UNREACHABLE = 'could not be fetched: no public server answers there';
