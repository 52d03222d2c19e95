import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { isJsonObject, type JsonObject } from '@tollgate/core/json';
import { framingTokens } from '@tollgate/core/usage';
import type { Clock } from '../ports/clock.ts';
import type { TokenCounter } from '../ports/token-counter.ts';
import type { Served, WireAnswer } from './answer.ts';
import type { Call } from './call.ts';
import type { ChatService } from './chat.ts';
import { editedText, type PassingRequest } from './passing-request.ts';
import { type Exchange, readJsonReply } from './provider-exchange.ts';
import { speaks } from './provider-request.ts';
import type { WireProtocol } from './wire-protocol.ts';

export interface CountRequest {
  readonly protocol: WireProtocol;
  /** The body as the client sent it, and parsed. */
  readonly text: string;
  readonly body: JsonObject;
  readonly headers: { readonly [name: string]: string };
  /** The field of the provider's answer that has the count. */
  readonly countField: string;
  /** The body by the provider's own name of the model, where it says that deeper than at its top. */
  readonly renamed?: (model: string) => string;
  /** Finds what is wrong with the body, where no provider is asked who would. */
  readonly check: () => Result<unknown, GatewayError>;
}

export type TokenCount =
  /** By its provider, in whose own words the answer is. */
  | { readonly type: 'counted'; readonly answer: WireAnswer }
  | { readonly type: 'estimated'; readonly inputTokens: number; readonly served: Served };

/** How many tokens a request would have. Nothing is generated, so nothing is booked. */
export interface TokenCountService {
  count(call: Call, request: CountRequest): Promise<Result<TokenCount, GatewayError>>;
}

export interface TokenCountDeps {
  readonly clock: Clock;
  readonly find: ChatService['find'];
  readonly exchange: Exchange;
  readonly tokens: TokenCounter;
}

export function createTokenCountService(deps: TokenCountDeps): TokenCountService {
  return {
    count: async (call, request) => {
      const { protocol, body } = request;
      const envelope = protocol.passage.envelope(body);
      if (!envelope.ok) return envelope;
      const found = await deps.find(call, envelope.value.model);
      if (!found.ok) return found;
      const destination = found.value;
      const { provider, model } = destination;
      if (provider.transport === 'http' && speaks(provider, protocol.operation)) {
        const passing = { ...request, destination, envelope: envelope.value };
        const counted = await ask(deps, call, passing);
        if (counted.ok || !isUnserved(counted.error)) return counted;
      }
      const checked = request.check();
      if (!checked.ok) return checked;
      const text = await deps.tokens.count(protocol.passage.inputText(body), model);
      const framing = framingTokens(protocol.passage.messageCount?.(body) ?? 0);
      const served = { destination, providerMs: 0 };
      return ok({ type: 'estimated', inputTokens: text + framing, served });
    },
  };
}

async function ask(
  deps: TokenCountDeps,
  call: Call,
  request: PassingRequest & Pick<CountRequest, 'countField' | 'renamed'>,
): Promise<Result<TokenCount, GatewayError>> {
  const { destination, protocol } = request;
  const sentAt = deps.clock.monotonic();
  const sent = await deps.exchange({
    call,
    destination,
    operation: protocol.operation,
    body: request.renamed?.(destination.model) ?? editedText(request),
    headers: request.headers ?? {},
  });
  if (!sent.ok) return sent;
  const provider = destination.provider.name;
  const read = await readJsonReply(sent.value, provider);
  if (!read.ok) return read;
  const { json, body } = read.value;
  if (!isJsonObject(json) || typeof json[request.countField] !== 'number') {
    return err({
      kind: 'provider_invalid_reply',
      provider,
      detail: 'it is not a count of tokens.',
    });
  }
  const served = { destination, providerMs: deps.clock.monotonic() - sentAt };
  return ok({ type: 'counted', answer: { type: 'whole', body, losses: [], served } });
}

/** Many who speak the dialect don't serve this: they answer as to any unknown path, not in its words. */
const isUnserved = (error: GatewayError): boolean =>
  (error.kind === 'provider_refused' && error.status === 404 && error.code === undefined) ||
  (error.kind === 'provider_failed' && (error.status === 405 || error.status === 501));
