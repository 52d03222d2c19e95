import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { readReplyHead } from '@tollgate/core/dialects';
import { decodeUtf8, type JsonObject, type JsonValue, parseJson } from '@tollgate/core/json';
import { familyOf, type Operation } from '@tollgate/core/providers';
import type { ProviderConfig } from '../config/config.ts';
import type { Log } from '../ports/log.ts';
import type { Deadlines, Upstream, UpstreamReply } from '../ports/upstream.ts';
import type { Call } from './call.ts';
import type { Destination } from './destination.ts';
import { providerRequest, providerUrl } from './provider-request.ts';
import { logRefusedKey } from './refused-key.ts';
import type { ProviderFailure } from './wire-protocol.ts';
import { withoutSecrets } from './without-secrets.ts';

/** A reply that isn't streamed may be this long; embeddings of a large batch are the longest known. */
const REPLY_LIMIT_BYTES = 64 * 1024 * 1024;
const FAILURE_LIMIT_BYTES = 64 * 1024;
const JSON_TYPE = /^(application|text)\/([\w.+-]+\+)?json\b/i;

export interface ExchangeDeps {
  readonly upstreamOf: (destination: Destination) => Upstream;
  readonly deadlines: Deadlines;
  readonly log: Log;
  readonly readFailure: (
    operation: Operation,
    provider: ProviderConfig,
    failure: ProviderFailure,
  ) => GatewayError;
}

export interface ProviderCall {
  readonly call: Call;
  readonly destination: Destination;
  readonly operation: Operation;
  /** Whether a stream is asked for: some addresses say it. */
  readonly stream?: boolean;
  /** Absent: POST. */
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** What stands below the operation's address, with its query: `/resp_1/input_items?limit=2`. */
  readonly beneath?: string;
  /** A body of our own making, or the text of one that passes. */
  readonly body?: JsonObject | string;
  /** The dialect's own of the client's headers. */
  readonly headers?: { readonly [name: string]: string };
}

/** Sends one request to a provider; a status that refuses becomes the error it stands for. */
export type Exchange = (request: ProviderCall) => Promise<Result<UpstreamReply, GatewayError>>;

export function createExchange(deps: ExchangeDeps): Exchange {
  return async ({ call, destination, operation, stream, method, beneath, body, headers }) => {
    const { provider } = destination;
    const url = providerUrl(provider, operation, { model: destination.model, stream });
    const sent = await deps.upstreamOf(destination).send({
      provider: provider.name,
      url: beneath === undefined ? url : below(url, beneath),
      method: method ?? 'POST',
      ...providerRequest(provider, operation, { body, headers }),
      deadlines: deps.deadlines,
      signal: call.signal,
    });
    if (!sent.ok) return sent;
    call.hear?.(readReplyHead(familyOf(operation), sent.value.headers));
    if (sent.value.status >= 200 && sent.value.status < 300) return sent;

    const read = await sent.value.body.bytes(FAILURE_LIMIT_BYTES);
    const error = deps.readFailure(operation, provider, {
      status: sent.value.status,
      headers: sent.value.headers,
      body: read.ok ? new TextDecoder().decode(read.value) : '',
    });
    if (error.kind === 'provider_auth') logRefusedKey(deps.log, call, error);
    return err(withoutSecrets(error, provider, body));
  };
}

/** The address's own query stays: some providers say their version in it. */
function below(url: URL, beneath: string): URL {
  const [path = '', query = ''] = beneath.split('?');
  const whole = new URL(url);
  whole.pathname += path;
  for (const [name, value] of new URLSearchParams(query)) whole.searchParams.append(name, value);
  return whole;
}

/** Beneath this, head and body go out as one string and one write; above, encoding again costs more. */
const ONE_WRITE_BYTES = 16 * 1024;
const BOM = 0xef;

export interface JsonReply {
  readonly json: JsonValue;
  /** The reply as it came, byte for byte, for a body that passes. */
  readonly body: Uint8Array | string;
}

/** Reads a whole reply as JSON. */
export async function readJsonReply(
  reply: UpstreamReply,
  provider: string,
): Promise<Result<JsonReply, GatewayError>> {
  const invalid = (detail: string) =>
    err<GatewayError>({ kind: 'provider_invalid_reply', provider, detail });
  const type = reply.headers['content-type'];
  if (type !== undefined && !JSON_TYPE.test(type)) {
    reply.body.cancel();
    return invalid('The provider sent a body that is not declared as JSON.');
  }
  const read = await reply.body.bytes(REPLY_LIMIT_BYTES);
  if (!read.ok) return read;
  if (read.value.length === 0) return invalid('The provider sent an empty body.');
  const text = decodeUtf8(read.value);
  if (!text.ok) return invalid('The provider sent bytes that are not UTF-8.');
  const json = parseJson(text.value, { maxDepth: 512 });
  if (!json.ok) return invalid('The provider sent a body that is not JSON.');
  const isSmall = read.value.length < ONE_WRITE_BYTES && read.value[0] !== BOM;
  return ok({ body: isSmall ? text.value : read.value, json: json.value });
}
