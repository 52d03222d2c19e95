import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError, Loss } from '@tollgate/core/chat';
import type {
  DecodedRequest,
  Dialect,
  ProviderDialectId,
  TokenCounting,
} from '@tollgate/core/dialects';
import type { JsonObject } from '@tollgate/core/json';
import { encodeHeld } from '@tollgate/core/output';
import { dialectsFor, type Operation } from '@tollgate/core/providers';
import { framingTokens } from '@tollgate/core/usage';
import type { Clock } from '../ports/clock.ts';
import type { TokenCounter } from '../ports/token-counter.ts';
import type { WireAnswer } from './answer.ts';
import type { Call } from './call.ts';
import type { CarriedState } from './carried-state.ts';
import type { ChatService } from './chat.ts';
import { type Destination, targetOf } from './destination.ts';
import { passedHeaders } from './dialect-headers.ts';
import { checkLosses, refusalsOf } from './losses.ts';
import { editedText } from './passing-request.ts';
import { type Exchange, type JsonReply, readJsonReply } from './provider-exchange.ts';
import { speaks } from './provider-request.ts';
import { countedText } from './spoken-text.ts';
import type { WireProtocol } from './wire-protocol.ts';

export interface CountRequest {
  readonly protocol: WireProtocol;
  readonly counting: TokenCounting;
  /** The body as the client sent it, and parsed. */
  readonly text: string;
  readonly body: JsonObject;
  readonly headers: { readonly [name: string]: string };
  /** The body by the provider's own name of the model, where it says that deeper than at its top. */
  readonly renamed?: ((model: string) => string) | undefined;
  /** It goes on from what its provider doesn't know: it is not asked with the body as it came. */
  readonly isRebuilt?: boolean;
}

export interface TokenCount {
  readonly answer: WireAnswer;
  /** Counted by us: the provider has no counter. */
  readonly isEstimate: boolean;
}

/** How many tokens a request would have. Nothing is generated, so nothing is booked. */
export interface TokenCountService {
  count(call: Call, request: CountRequest): Promise<Result<TokenCount, GatewayError>>;
}

export interface TokenCountDeps {
  readonly clock: Clock;
  readonly find: ChatService['find'];
  readonly exchange: Exchange;
  readonly tokens: TokenCounter;
  readonly state: CarriedState;
  readonly dialects: ReadonlyMap<ProviderDialectId, Dialect>;
}

export function createTokenCountService(deps: TokenCountDeps): TokenCountService {
  return {
    count: async (call, request) => {
      const { protocol, counting, body } = request;
      const envelope = protocol.passage.envelope(body);
      if (!envelope.ok) return envelope;
      const found = await deps.find(call, envelope.value.model);
      if (!found.ok) return found;
      const destination = found.value;
      const { provider, model } = destination;
      const whole = (json: JsonReply['body'], providerMs: number, losses: readonly Loss[] = []) =>
        ({ type: 'whole', body: json, losses, served: { destination, providerMs } }) as const;

      const isHttp = provider.transport === 'http';
      const places = protocol.dialect?.statePlaces;
      const passes =
        isHttp &&
        request.isRebuilt !== true &&
        speaks(destination, protocol.operation) &&
        !deps.state.isForeign(call, {
          ...request,
          destination,
          dialect: places && { statePlaces: places, decodeRequest: counting.decodeRequest },
        });
      if (passes) {
        const { headers, losses } = passedHeaders(provider, protocol, request.headers);
        const counted = await ask(deps, call, {
          destination,
          counting,
          operation: protocol.operation,
          body:
            request.renamed?.(model) ??
            editedText({ ...request, destination, envelope: envelope.value }),
          headers,
        });
        if (counted.ok) {
          const answer = whole(counted.value.body, counted.value.providerMs, losses);
          return ok({ answer, isEstimate: false });
        }
        if (!isUnserved(counted.error)) return counted;
      }
      const decoded = counting.decodeRequest(body);
      if (!decoded.ok) return decoded;
      const opened = await deps.state.opened(call, decoded.value);
      for (const counter of isHttp && !passes ? countersOf(deps, destination, opened) : []) {
        const counted = await ask(deps, call, { ...counter, destination });
        if (counted.ok) {
          const { tokens, providerMs } = counted.value;
          const json = JSON.stringify(counting.encodeReply(tokens));
          return ok({ answer: whole(json, providerMs, counter.losses), isEstimate: false });
        }
        if (!isUnserved(counted.error)) return counted;
      }
      const json = JSON.stringify(counting.encodeReply(await estimate(deps, opened, model)));
      return ok({ answer: whole(json, 0), isEstimate: true });
    },
  };
}

interface Asked {
  readonly operation: Operation;
  readonly counting: TokenCounting;
  readonly body: JsonObject | string;
  readonly headers?: { readonly [name: string]: string };
}

/** Where a provider of each dialect counts; absent: such providers don't. */
const COUNTERS: { readonly [dialect in ProviderDialectId]?: Operation } = {
  'anthropic-messages': 'anthropic-count-tokens',
  gemini: 'gemini-count-tokens',
  'openai-responses': 'openai-count-tokens',
};

/** The counters of a provider of another dialect. What can't be said to one isn't counted by it. */
function countersOf(
  { dialects }: TokenCountDeps,
  destination: Destination,
  { request, losses }: DecodedRequest,
): readonly (Asked & { readonly losses: readonly Loss[] })[] {
  return dialectsFor(destination.provider, destination.model).flatMap((id) => {
    const dialect = dialects.get(id);
    const operation = COUNTERS[id];
    if (dialect?.tokenCounting === undefined || operation === undefined) return [];
    if (!speaks(destination, operation)) return [];
    const encoded = encodeHeld(dialect, { ...request, stream: false }, targetOf(destination));
    if (!encoded.ok) return [];
    // A limit is counted nowhere: that one was made up for the encoding is no news.
    const counted = encoded.value.losses.filter(({ feature }) => feature !== 'maxOutputTokens');
    const told = checkLosses([...losses, ...counted], {
      strict: false,
      refuses: refusalsOf(destination),
    });
    if (!told.ok) return [];
    const counting = dialect.tokenCounting;
    const { headers = {} } = encoded.value;
    const body = counting.encodeRequest(encoded.value.body);
    return [{ operation, counting, body, headers, losses: told.value }];
  });
}

async function ask(
  deps: TokenCountDeps,
  call: Call,
  { counting, ...asked }: Asked & { readonly destination: Destination },
): Promise<
  Result<
    { readonly tokens: number; readonly body: JsonReply['body']; readonly providerMs: number },
    GatewayError
  >
> {
  const sentAt = deps.clock.monotonic();
  const sent = await deps.exchange({ call, ...asked });
  if (!sent.ok) return sent;
  const provider = asked.destination.provider.name;
  const read = await readJsonReply(sent.value, provider);
  if (!read.ok) return read;
  const { json, body } = read.value;
  const tokens = counting.decodeReply(json);
  if (typeof tokens !== 'number') {
    const detail = 'it is not a count of tokens.';
    return err({ kind: 'provider_invalid_reply', provider, detail });
  }
  return ok({ tokens, body, providerMs: deps.clock.monotonic() - sentAt });
}

async function estimate(
  { tokens }: TokenCountDeps,
  { request }: DecodedRequest,
  model: string,
): Promise<number> {
  const { input, messages = 0 } = countedText(request, () => '');
  return (await tokens.count(input(), model)) + framingTokens(messages);
}

/** Many who speak the dialect don't serve this: they answer as to any unknown path, not in its words. */
const isUnserved = (error: GatewayError): boolean =>
  (error.kind === 'provider_refused' && error.status === 404 && error.code === undefined) ||
  (error.kind === 'provider_failed' && (error.status === 405 || error.status === 501));
