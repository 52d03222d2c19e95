import { ok, type Result } from '@tollgate/core';
import { unseenIn } from '@tollgate/core/budgets';
import type { GatewayError } from '@tollgate/core/chat';
import type { Gatherer } from '@tollgate/core/dialects';
import type { JsonValue } from '@tollgate/core/json';
import type { Clock } from '../ports/clock.ts';
import type { WireAnswer } from './answer.ts';
import { begun } from './begun.ts';
import { bookedOnBug } from './booked-on-bug.ts';
import type { Call } from './call.ts';
import type { CallMeter, Metering } from './call-meter.ts';
import type { CarriedState, Hearing } from './carried-state.ts';
import type { Destination } from './destination.ts';
import { gathered } from './gathered.ts';
import { passFrames } from './pass-frames.ts';
import { editedText, type PassingRequest, textOf } from './passing-request.ts';
import { type Exchange, readJsonReply } from './provider-exchange.ts';
import { framingOf, isStream } from './provider-stream.ts';
import { withoutSecrets } from './without-secrets.ts';

export interface PassDeps {
  readonly clock: Clock;
  readonly metering: Metering;
  readonly exchange: Exchange;
  readonly state: CarriedState;
}

/** Same dialect on both sides: the bytes go on with the fewest edits, the reply is only read. */
export type Pass = (
  call: Call,
  request: PassingRequest,
) => Promise<Result<WireAnswer, GatewayError>>;

export function createPass(deps: PassDeps): Pass {
  return async (call, request) => {
    const { destination, envelope } = request;
    const gatherer = gathererFor(deps, call, request);
    const started = await deps.metering.start(call, destination, {
      stream: envelope.stream,
      isWatched: envelope.stream || gatherer !== undefined,
      inputBytes: request.text.length,
      maxOutputTokens: envelope.maxOutputTokens,
      choices: envelope.choices,
      serviceTier: envelope.serviceTier,
      sentBytes: () => Buffer.byteLength(request.text),
      unseenInput: () => unseenIn(request.body),
    });
    if (!started.ok) return started;
    const meter = started.value;
    const text = textOf(request, () => '');
    return bookedOnBug({ meter, text }, () => passed(deps, { call, request, meter, gatherer }));
  };
}

interface Passing {
  readonly call: Call;
  readonly request: PassingRequest;
  readonly meter: CallMeter;
  /** Of a whole reply that is asked for as a stream. */
  readonly gatherer: Gatherer | undefined;
}

/** Not where a stream would cost us the provider's count. */
const gathererFor = (
  { metering }: PassDeps,
  call: Call,
  { envelope, protocol, destination, body }: PassingRequest,
): Gatherer | undefined =>
  envelope.stream ||
  destination.provider.quirks.noStreamOptions === true ||
  !metering.watches(call, destination)
    ? undefined
    : protocol.passage.gather?.(body);

/** Fields that ask for a stream beside those of the dialect. */
const asStream = (request: PassingRequest): PassingRequest => ({
  ...request,
  envelope: { ...request.envelope, stream: true, includeUsage: false },
  edits: { ...request.edits, stream: true },
});

async function passed(
  deps: PassDeps,
  { call, request, meter, gatherer }: Passing,
): Promise<Result<WireAnswer, GatewayError>> {
  const { protocol, destination, envelope, losses = [] } = request;
  const sentAt = deps.clock.monotonic();
  const fail = (failed: GatewayError): { readonly ok: false; readonly error: GatewayError } => {
    const error = protocol.quotesRefusals === true ? quoted(failed) : failed;
    meter.finish({ error, losses, text: textOf(request, () => '') });
    return { ok: false, error };
  };

  const stream = envelope.stream || gatherer !== undefined;
  const reply = await deps.exchange({
    call,
    destination,
    operation: protocol.operation,
    stream,
    body: editedText(gatherer === undefined ? request : asStream(request)),
    ...(request.headers === undefined ? undefined : { headers: request.headers }),
  });
  if (!reply.ok) return fail(reply.error);
  const served = () => ({ destination, providerMs: deps.clock.monotonic() - sentAt });

  if (isStream(reply.value, framingOf(destination, protocol.operation)) !== stream) {
    reply.value.body.cancel();
    return fail(otherThanAsked(destination));
  }
  const hearing = deps.state.hearing(destination, protocol);
  if (envelope.stream) {
    const { body } = reply.value;
    const frames = await begun(passFrames({ call, request, meter, body, hearing }));
    return ok({ type: 'stream', frames, losses, served: served() });
  }
  const read =
    gatherer === undefined
      ? await readJsonReply(reply.value, destination.provider.name)
      : await gathered({ call, request, meter, body: reply.value.body, hearing }, gatherer);
  return finishWhole(read, { request, meter, served: served(), fail, hearing });
}

const quoted = (error: GatewayError): GatewayError =>
  error.kind === 'provider_refused' ? { ...error, verbatim: true } : error;

interface WholeContext {
  readonly request: PassingRequest;
  readonly meter: CallMeter;
  readonly served: WireAnswer['served'];
  readonly hearing: Hearing;
  readonly fail: (error: GatewayError) => { readonly ok: false; readonly error: GatewayError };
}

async function finishWhole(
  read: Awaited<ReturnType<typeof readJsonReply>>,
  { request, meter, served, fail, hearing }: WholeContext,
): Promise<Result<WireAnswer, GatewayError>> {
  if (!read.ok) return fail(read.error);
  const { protocol, destination, losses = [] } = request;
  const { body, json } = read.value;
  const facts = protocol.passage.readReply(json, {
    provider: destination.provider.name,
    quirks: destination.provider.quirks,
  });
  if (!facts.ok) return fail(withoutSecrets(facts.error, destination.provider, request.body));
  hearing.whole(json);
  if (facts.value.usage !== undefined) meter.sawUsage(facts.value.usage);
  if (facts.value.model !== undefined) {
    meter.sawModel(facts.value.model, facts.value.serviceTier);
  }
  const text = textOf(request, () => protocol.passage.outputText(json));
  const heard = await request.watch?.whole(json, { meter, text, losses });
  if (heard !== 'taken') meter.finish({ losses, text });
  return ok({ type: 'whole', body: mended(request, body, json), losses, served });
}

/** The body as it came, but for what its provider's quirks name. */
function mended(
  { protocol, destination }: PassingRequest,
  body: Uint8Array | string,
  json: JsonValue,
): Uint8Array | string {
  const mender = protocol.passage.createMender?.(destination.provider.quirks, {
    includeUsage: true,
  });
  if (mender === undefined) return body;
  return mender.reply(typeof body === 'string' ? body : new TextDecoder().decode(body), json);
}

const otherThanAsked = (destination: Destination): GatewayError => ({
  kind: 'provider_invalid_reply',
  provider: destination.provider.name,
  detail: 'The provider sent another kind of body than it was asked for.',
});
