import { err, ok, type Result } from '@tollgate/core';
import { type UnseenInput, unseenIn } from '@tollgate/core/budgets';
import { cutAtStop, type GatewayError, type Loss } from '@tollgate/core/chat';
import type { Dialect } from '@tollgate/core/dialects';
import { isJsonObject, type JsonObject } from '@tollgate/core/json';
import { missingCall } from '@tollgate/core/output';
import type { Clock } from '../ports/clock.ts';
import type { UpstreamReply } from '../ports/upstream.ts';
import type { HubAnswer } from './answer.ts';
import { begun } from './begun.ts';
import { bookedOnBug } from './booked-on-bug.ts';
import type { Call } from './call.ts';
import type { Metering } from './call-meter.ts';
import { collects, collectWhole } from './collected.ts';
import type { Destination } from './destination.ts';
import { meteredBatches } from './metered-batches.ts';
import { planTranslation } from './plan-translation.ts';
import { type PrepareDeps, prepareRequest } from './prepare-request.ts';
import { type Exchange, readJsonReply } from './provider-exchange.ts';
import { framingOf, isStream } from './provider-stream.ts';
import { countedText, replyText } from './spoken-text.ts';
import { stopsToCut } from './stops-to-cut.ts';
import type { HubRequest, TranslatedExchange } from './translated-exchange.ts';
import { withoutSecrets } from './without-secrets.ts';

export interface TranslateDeps extends PrepareDeps {
  readonly clock: Clock;
  readonly metering: Metering;
  readonly exchange: Exchange;
}

/** A request in the hub's words to whichever dialect of its provider loses least, and back. */
export type Translate = (
  call: Call,
  request: HubRequest,
) => Promise<Result<BookedAnswer, GatewayError>>;

/** A whole answer is booked by its caller, once what its face can't say of it is known. */
export type BookedAnswer =
  | (Extract<HubAnswer, { type: 'whole' }> & Spoken & { readonly book: () => void })
  | (Extract<HubAnswer, { type: 'stream' }> & Spoken);

/** The dialect that the provider was spoken to in. */
interface Spoken {
  readonly spoken: Dialect;
}

export function createTranslate(deps: TranslateDeps): Translate {
  return async (call, hubRequest) => {
    const prepared = await prepareRequest(deps, call, hubRequest);
    if (!prepared.ok) return prepared;
    const { destination } = prepared.value;
    const isCollected = collects(deps.metering, call, prepared.value);
    const request = isCollected
      ? { ...prepared.value.request, stream: true }
      : prepared.value.request;
    const sent = { ...prepared.value, request };
    const plan = planTranslation(deps.dialects, call, sent);
    if (!plan.ok) return plan;
    const { losses } = plan.value;
    const text = countedText(request, () => '');
    const started = await deps.metering.start(call, destination, {
      stream: prepared.value.request.stream,
      isWatched: request.stream,
      inputBytes: text.input().length,
      maxOutputTokens: request.maxOutputTokens,
      choices: request.n,
      serviceTier: losses.some(dropsTier) ? undefined : request.serviceTier,
      sentBytes: () => Buffer.byteLength(JSON.stringify(plan.value.chosen.body)),
      unseenInput: () => unseenOf(hubRequest, plan.value.chosen.body),
    });
    if (!started.ok) return started;
    const meter = started.value;
    const exchange = { ...sent, ...plan.value, meter };
    const answer = await bookedOnBug({ meter, text }, () =>
      answered(deps, call, { ...exchange, isCollected }),
    );
    if (!answer.ok) {
      meter.finish({ error: answer.error, losses, text });
    }
    return answer;
  };
}

async function answered(
  deps: TranslateDeps,
  call: Call,
  exchange: TranslatedExchange & { readonly isCollected: boolean },
): Promise<Result<BookedAnswer, GatewayError>> {
  const { destination, chosen, request } = exchange;
  const sentAt = deps.clock.monotonic();
  const sent = await deps.exchange({
    call,
    destination,
    operation: chosen.operation,
    stream: request.stream,
    body: chosen.body,
    headers: exchange.sentHeaders,
  });
  if (!sent.ok) return sent;
  const served = { destination, providerMs: deps.clock.monotonic() - sentAt };

  const framing = framingOf(destination, chosen.operation);
  if (isStream(sent.value, framing) !== request.stream) {
    return otherThanAsked(sent.value, destination);
  }
  if (exchange.isCollected) {
    const collected = await collectWhole({ ...exchange, call, body: sent.value.body });
    if (!collected.ok) return collected;
    const providerMs = deps.clock.monotonic() - sentAt;
    const whole = { ...collected.value, served: { destination, providerMs } };
    return ok({ type: 'whole', ...whole, losses: exchange.losses, spoken: chosen.dialect });
  }
  if (request.stream) {
    const batches = await begun(meteredBatches({ ...exchange, call, body: sent.value.body }));
    return ok({
      type: 'stream',
      batches,
      losses: exchange.losses,
      served,
      spoken: chosen.dialect,
    });
  }
  return wholeAnswer(exchange, sent.value, { destination, sentAt, clock: deps.clock });
}

async function wholeAnswer(
  exchange: TranslatedExchange,
  upstream: UpstreamReply,
  timing: { readonly destination: Destination; readonly sentAt: number; readonly clock: Clock },
): Promise<Result<BookedAnswer, GatewayError>> {
  const { chosen, target, meter, request, faceLosses } = exchange;
  const read = await readJsonReply(upstream, target.provider);
  if (!read.ok) return read;
  const decoded = chosen.dialect.decodeReply(read.value.json, target);
  if (!decoded.ok) {
    return err(withoutSecrets(decoded.error, timing.destination.provider, chosen.body));
  }
  const losses = [...exchange.losses, ...(chosen.dialect.leftOut?.(decoded.value) ?? [])];
  const stops = stopsToCut(request, losses);
  const reply = stops === undefined ? decoded.value : cutAtStop(decoded.value, stops);
  const providerMs = timing.clock.monotonic() - timing.sentAt;
  if (reply.usage !== undefined) meter.sawUsage(reply.usage);
  meter.sawModel(reply.model, reply.serviceTier);
  const missing = exchange.owesCall ? missingCall(reply, target.provider) : undefined;
  if (missing !== undefined) return err(missing);
  const book = (): void => {
    const text = countedText(request, () => replyText(decoded.value));
    meter.finish({ losses: [...losses, ...(faceLosses?.() ?? [])], text });
  };
  const served = { destination: timing.destination, providerMs };
  return ok({ type: 'whole', reply, losses, served, book, spoken: chosen.dialect });
}

function otherThanAsked(reply: UpstreamReply, destination: Destination) {
  reply.body.cancel();
  return err<GatewayError>({
    kind: 'provider_invalid_reply',
    provider: destination.provider.name,
    detail: 'The provider sent another kind of body than it was asked for.',
  });
}

/** By what is sent; told in the client's own words where it says the same. */
function unseenOf({ body }: HubRequest, sent: JsonObject): UnseenInput | undefined {
  const unseen = unseenIn(sent);
  if (unseen === undefined || !isJsonObject(body)) return unseen;
  const told = unseenIn(body);
  return told?.kind === unseen.kind ? told : unseen;
}

/** A provider that isn't told of a tier serves in its standard one. */
const dropsTier = ({ feature }: Loss): boolean => feature === 'serviceTier';
