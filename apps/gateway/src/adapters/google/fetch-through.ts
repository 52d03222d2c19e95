import type { GatewayError } from '@tollgate/core/chat';
import type { Upstream } from '../../ports/upstream.ts';

/** Thrown where `fetch` has no other way to fail. */
export class UpstreamRefused extends Error {
  readonly failure: GatewayError;
  constructor(failure: GatewayError) {
    super(failure.kind);
    this.failure = failure;
  }
}

/** Where the library sends service accounts, whatever their file says. */
const TOKEN_URL = 'https://oauth2.googleapis.com/token';

const DEADLINES = { connectMs: 5_000, headersMs: 10_000, idleMs: 10_000, totalMs: 15_000 } as const;
const REPLY_LIMIT_BYTES = 256 * 1024;

/** A `fetch` by our own connections and bounds, that heeds the token endpoint of a credentials file. */
export const fetchThrough =
  (
    upstream: Upstream,
    {
      provider,
      tokenUrl = TOKEN_URL,
    }: { readonly provider: string; readonly tokenUrl?: string | undefined },
  ): typeof fetch =>
  async (input, init) => {
    const request = new Request(input, init);
    const sent = await upstream.send({
      provider,
      url: new URL(request.url === TOKEN_URL ? tokenUrl : request.url),
      method: request.method,
      headers: Object.fromEntries(request.headers),
      body: request.body === null ? undefined : new Uint8Array(await request.arrayBuffer()),
      deadlines: DEADLINES,
      signal: request.signal,
    });
    if (!sent.ok) throw new UpstreamRefused(sent.error);
    const body = await sent.value.body.bytes(REPLY_LIMIT_BYTES);
    if (!body.ok) throw new UpstreamRefused(body.error);
    const { status, headers } = sent.value;
    const isBodiless = status === 204 || status === 304;
    return new Response(isBodiless ? null : new Uint8Array(body.value), { status, headers });
  };
