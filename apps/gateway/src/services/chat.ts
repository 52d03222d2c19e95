import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError, Loss, StreamEvent } from '@tollgate/core/chat';
import type { Answering, Envelope, FaceCodec } from '@tollgate/core/dialects';
import { boundedMetadata } from '@tollgate/core/directory';
import type { JsonObject } from '@tollgate/core/json';
import { outputByOf } from '@tollgate/core/output';
import { renderSse, type SseEvent } from '@tollgate/core/sse';
import type { Clock } from '../ports/clock.ts';
import type { Governance } from '../ports/governance.ts';
import type { HubAnswer, WireAnswer } from './answer.ts';
import { begun } from './begun.ts';
import type { Fits, OrCheaper } from './budgets/or-cheaper.ts';
import { type Call, saidToBe } from './call.ts';
import type { CarriedState, CarryingFace } from './carried-state.ts';
import { type Destination, type FindDestination, targetOf } from './destination.ts';
import { passedHeaders } from './dialect-headers.ts';
import { hasMediaByUrl } from './inline-media.ts';
import { keptAlive } from './kept-alive.ts';
import { checkLosses, refusalsOf } from './losses.ts';
import type { Pass } from './pass.ts';
import { speaks } from './provider-request.ts';
import type { ReplyWatch } from './reply-watch.ts';
import { type NameOf, namesIn, toldError, toldLosses } from './told-losses.ts';
import type { BookedAnswer, Translate } from './translate.ts';
import type { HubRequest } from './translated-exchange.ts';
import type { WireProtocol } from './wire-protocol.ts';

/** A body in a dialect that providers speak too. */
export interface WireRequest {
  readonly protocol: WireProtocol;
  /** The body as the client sent it, and parsed. */
  readonly text: string;
  readonly body: JsonObject;
  /** Those of the client's headers that its dialect lists. */
  readonly headers?: { readonly [name: string]: string };
  readonly answering: (envelope: Envelope) => Answering;
}

/** The use case behind every chat face: find where it goes, ask whether it may, send, count. */
export interface ChatService {
  find(call: Call, model: string): Promise<Result<Destination, GatewayError>>;
  /** The same of a call that is to be answered: it may go on with a cheaper model that fits. */
  choose(call: Call, model: string, fits?: Fits): Promise<Result<Destination, GatewayError>>;
  /** Passes a body through where its provider speaks its dialect, and translates it elsewhere. */
  wire(call: Call, request: WireRequest): Promise<Result<WireAnswer, GatewayError>>;
  /** Answers a decoded request in the words of the face's dialect. */
  encoded(
    call: Call,
    request: HubRequest & {
      readonly dialect: FaceCodec;
      /** How its client calls what is told of the request; absent: as the hub does. */
      readonly nameOf?: NameOf | undefined;
      readonly answering: Answering;
      readonly keepAlive?: SseEvent;
      readonly watch?: ReplyWatch;
    },
  ): Promise<Result<WireAnswer, GatewayError>>;
  /** Answers in the hub's own words. */
  hub(call: Call, request: HubRequest): Promise<Result<HubAnswer, GatewayError>>;
}

export interface ChatDeps {
  readonly clock: Clock;
  readonly findDestination: FindDestination;
  readonly orCheaper: OrCheaper;
  /** Whether a budget must see what a call writes: its whole answer is gathered from a stream. */
  readonly watches: (call: Call, destination: Destination) => boolean;
  readonly governance: Governance;
  readonly pass: Pass;
  readonly translate: Translate;
  readonly state: CarriedState;
}

export function createChatService(deps: ChatDeps): ChatService {
  const service: ChatService = {
    find: async (call, model) => {
      const found = deps.findDestination(model, call.identity);
      if (!found.ok) return found;
      call.aim?.(found.value);
      const admitted = await deps.governance.admit(call.identity, call.signal);
      return admitted.ok ? found : admitted;
    },

    choose: async (call, model, fits) => {
      const found = await service.find(call, model);
      return found.ok ? deps.orCheaper(call, found.value, fits) : found;
    },

    wire: async (received, { protocol, text, body, headers, answering }) => {
      const envelope = protocol.passage.envelope(body);
      if (!envelope.ok) return envelope;
      const call = saidToBe(received, envelope.value.metadata);
      const found = await service.choose(call, envelope.value.model);
      if (!found.ok) return found;
      const destination = found.value;
      const { dialect } = protocol;
      const isGatheredInHub = (...whose: Parameters<typeof deps.watches>): boolean =>
        dialect !== undefined &&
        protocol.passage.gather === undefined &&
        !envelope.value.stream &&
        deps.watches(...whose);
      const isPassing =
        !isGatheredInHub(call, destination) &&
        passes(destination, protocol, body) &&
        !deps.state.isForeign(call, { dialect, destination, text, body }) &&
        !hasRefusedMedia(destination, protocol, { text, body });
      if (isPassing) {
        const passed = passedHeaders(destination.provider, protocol, headers ?? {});
        const losses = checkLosses(passed.losses, {
          strict: call.strict,
          refuses: refusalsOf(destination),
        });
        if (!losses.ok) return losses;
        const passing = { protocol, destination, envelope: envelope.value, text, body };
        return deps.pass(call, { ...passing, headers: passed.headers, losses: losses.value });
      }
      if (dialect === undefined) return err(cannotPass(destination, protocol));
      const decoded = dialect.decodeRequest(body);
      if (!decoded.ok) return decoded;
      return service.encoded(call, {
        request: decoded.value.request,
        losses: decoded.value.losses,
        headers: { protocol, given: headers ?? {} },
        body,
        destination,
        dialect,
        nameOf: namesIn(dialect, body),
        answering: answering(envelope.value),
        ...(protocol.keepAlive === undefined ? undefined : { keepAlive: protocol.keepAlive }),
      });
    },

    encoded: async (call, { dialect, nameOf, answering, keepAlive, watch, ...request }) => {
      let unsaid = (): readonly Loss[] => [];
      const opened = await deps.state.opened(call, request);
      const answer = await deps.translate(call, {
        ...opened,
        from: dialect.id,
        faceLosses: () => unsaid(),
      });
      const told = { ...request, nameOf };
      if (!answer.ok) return err(toldError(answer.error, opened, told));
      try {
        return await spokenBy(answer.value);
      } catch (bug) {
        // The call was sent, and ends here.
        if (answer.value.type === 'whole') answer.value.book();
        else await answer.value.batches.return();
        throw bug;
      }

      async function spokenBy(booked: BookedAnswer): Promise<Result<WireAnswer, GatewayError>> {
        const { served, spoken } = booked;
        const losses = toldLosses(booked.losses, opened, told);
        const face = deps.state.face(call, dialect, spoken.statePlaces);
        if (booked.type === 'whole') {
          const encoded = face.encodeReply(booked.reply, answering);
          unsaid = () => encoded.losses;
          await face.kept();
          const heard = await watch?.whole(encoded.value);
          const said = typeof heard === 'object' ? heard.told : encoded.value;
          const body = JSON.stringify(said);
          booked.book();
          return ok({ type: 'whole', body, losses: [...losses, ...encoded.losses], served });
        }
        const hear = (heard: () => readonly Loss[]): void => {
          unsaid = heard;
        };
        const frames = await begun(encodedFrames(booked.batches, { face, answering, watch, hear }));
        if (keepAlive === undefined) return ok({ type: 'stream', frames, losses, served });
        const kept = await begun(keptAlive(frames, { clock: deps.clock, keepAlive }));
        return ok({ type: 'stream', frames: kept, losses, served });
      }
    },

    hub: async (received, request) => {
      const call = saidToBe(received, boundedMetadata(request.request.metadata));
      const answer = await deps.translate(call, await deps.state.opened(call, request));
      if (answer.ok && answer.value.type === 'whole') answer.value.book();
      return answer;
    },
  };
  return service;
}

interface FaceStream {
  readonly face: Pick<CarryingFace, 'createStreamEncoder' | 'kept'>;
  readonly answering: Answering;
  readonly watch: ReplyWatch | undefined;
  /** Told what the face could not say so far. */
  readonly hear: (losses: () => readonly Loss[]) => void;
}

/** Events of the hub as the frames of a dialect, a batch at a time. To be begun. */
async function* encodedFrames(
  batches: AsyncGenerator<readonly StreamEvent[], void>,
  { face, answering, watch, hear }: FaceStream,
): AsyncGenerator<string, void> {
  const encoder = face.createStreamEncoder(answering);
  hear(encoder.losses);
  try {
    yield '';
    for await (const batch of batches) {
      const frames = await told(
        batch.flatMap((event) => encoder.push(event)),
        watch,
      );
      if (frames === '') continue;
      await face.kept();
      yield frames;
    }
    const last = await told(encoder.end(), watch);
    await face.kept();
    if (last !== '') yield last;
  } finally {
    await batches.return();
  }
}

async function told(events: readonly SseEvent[], watch: ReplyWatch | undefined): Promise<string> {
  let frames = '';
  for (const event of events) {
    const other = watch === undefined ? undefined : await watch.event(event);
    frames += renderSse(other ?? event);
  }
  return frames;
}

/**
 * A body passes to a provider of its dialect, unless that wants it in another that it speaks, or has
 * no schemas for output, as the body asks for one.
 */
export function passes(
  destination: Destination,
  protocol: WireProtocol,
  body: JsonObject,
): boolean {
  if (!speaks(destination, protocol.operation)) return false;
  if (protocol.dialect === undefined) return true;
  const target = targetOf(destination);
  if (outputByOf(target) !== undefined && protocol.passage.asksForSchema?.(body) === true) {
    return false;
  }
  if (destination.provider.dialects.length < 2) return true;
  return protocol.passage.isRefused?.(body, target.ability) !== true;
}

/** Whether its media have to come as bytes, which the client sent by their address. */
function hasRefusedMedia(
  { provider }: Destination,
  { dialect }: WireProtocol,
  { text, body }: Pick<WireRequest, 'text' | 'body'>,
): boolean {
  if (provider.quirks.noMediaUrls !== true || dialect === undefined) return false;
  if (!/https?:/i.test(text)) return false;
  const decoded = dialect.decodeRequest(body);
  return decoded.ok && hasMediaByUrl(decoded.value.request);
}

const cannotPass = (destination: Destination, protocol: WireProtocol): GatewayError => ({
  kind: 'invalid_request',
  path: 'model',
  detail: `The provider "${destination.provider.name}" has no ${protocol.operation} endpoint, and such a body can't be translated yet. Choose a model of another provider.`,
});
