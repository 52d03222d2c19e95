import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError, Loss } from '@tollgate/core/chat';
import {
  type Answering,
  type DecodedRequest,
  type Dialect,
  decodeKeptRequest,
  type Envelope,
  repeatedFields,
} from '@tollgate/core/dialects';
import type { JsonObject, JsonValue } from '@tollgate/core/json';
import type { Clock } from '../../ports/clock.ts';
import { KEPT_BYTES } from '../../ports/kept-store.ts';
import type { WireAnswer } from '../answer.ts';
import { type Call, saidToBe } from '../call.ts';
import type { CarriedState } from '../carried-state.ts';
import { type ChatService, passes } from '../chat.ts';
import type { Destination } from '../destination.ts';
import { passedHeaders } from '../dialect-headers.ts';
import { checkLosses, refusalsOf } from '../losses.ts';
import type { Pass } from '../pass.ts';
import type { PassingRequest } from '../passing-request.ts';
import { type NameOf, namesIn } from '../told-losses.ts';
import type { WireProtocol } from '../wire-protocol.ts';
import { type Asked, readAsked } from './asked.ts';
import { type Continuation, continuationOf } from './continuation.ts';
import { type ResolvedInput, resolveReferences } from './item-references.ts';
import { type Keeping, keepWhole, noteOwner } from './keep-reply.ts';
import type { KeptResponses } from './kept-responses.ts';
import type { Followers } from './provider-background.ts';
import type { RunResponse } from './run-response.ts';

export interface CreateRequest {
  readonly protocol: WireProtocol & { readonly dialect: Dialect };
  /** The body as the client sent it, and parsed. */
  readonly text: string;
  readonly body: JsonObject;
  readonly headers: { readonly [name: string]: string };
  /** The id of a response that is ours: nobody can guess it. */
  readonly replyId: string;
}

export interface CreateDeps {
  readonly clock: Clock;
  readonly chat: Pick<ChatService, 'choose' | 'encoded' | 'find'>;
  readonly pass: Pass;
  readonly kept: KeptResponses;
  readonly run: RunResponse;
  readonly followers: Followers;
  readonly state: CarriedState;
}

/** A request on its way, with all that its answer depends on. */
interface Work {
  readonly call: Call;
  readonly request: CreateRequest;
  readonly envelope: Envelope;
  readonly destination: Destination;
  readonly asked: Asked;
  readonly continuation: Continuation;
  readonly resolved: ResolvedInput;
}

/**
 * Makes a response: by whoever keeps it, where that is the model's own provider, else by the provider
 * alone while it is kept here.
 */
export async function createResponse(
  deps: CreateDeps,
  received: Call,
  request: CreateRequest,
): Promise<Result<WireAnswer, GatewayError>> {
  const { protocol, body } = request;
  const envelope = protocol.passage.envelope(body);
  if (!envelope.ok) return envelope;
  const call = saidToBe(received, envelope.value.metadata);
  const asked = readAsked(body);
  if (!asked.ok) return asked;
  const found = await deps.chat.choose(call, envelope.value.model);
  if (!found.ok) return found;
  const destination = found.value;
  const owner = call.identity.subject;
  const { previous, background } = asked.value;
  const continuation = await continuationOf(deps.kept, { owner, previous }, destination);
  if (!continuation.ok) return continuation;
  const input = body['input'] ?? [];
  const resolved = await resolveReferences(deps.kept, owner, { input, destination });
  if (!resolved.ok) return resolved;

  const work: Work = {
    call,
    request,
    envelope: envelope.value,
    destination,
    asked: asked.value,
    continuation: continuation.value,
    resolved: resolved.value,
  };
  const ability = destination.provider.responses;
  const isPassing =
    work.continuation.type !== 'here' &&
    passes(destination, protocol, body) &&
    !deps.state.isForeign(call, {
      dialect: protocol.dialect,
      destination,
      text: request.text,
      body,
    });
  if (isPassing && ability?.keeps === true && (ability.background || !background)) {
    return passToKeeper(deps, work);
  }
  if (work.continuation.type === 'provider') return err(keptElsewhere(work));
  if (background) return inBackground(deps, work);
  return isPassing ? passAndKeep(deps, work) : translateAndKeep(deps, work);
}

const keptElsewhere = ({ destination, asked }: Work): GatewayError => ({
  kind: 'invalid_request',
  path: asked.background ? 'background' : 'previous_response_id',
  detail: `the provider "${destination.provider.name}" keeps the response that this continues, and can't go on from it ${asked.background ? 'in the background' : 'with this input'}.`,
});

/** Hands the body on as it came, but for these edits. */
async function passing(
  deps: CreateDeps,
  { call, request, envelope, destination }: Work,
  changes: Pick<PassingRequest, 'edits' | 'watch'>,
): Promise<Result<WireAnswer, GatewayError>> {
  const { protocol, text, body } = request;
  const passed = passedHeaders(destination.provider, protocol, request.headers);
  const losses = checkLosses(passed.losses, {
    strict: call.strict,
    refuses: refusalsOf(destination),
  });
  if (!losses.ok) return losses;
  const { headers } = passed;
  return deps.pass(call, {
    ...{ protocol, destination, envelope, text, body, headers },
    losses: losses.value,
    ...changes,
  });
}

function passToKeeper(deps: CreateDeps, work: Work): Promise<Result<WireAnswer, GatewayError>> {
  const { call, asked, destination, resolved, request } = work;
  const { passage } = request.protocol;
  const noting = { kept: deps.kept, owner: call.identity.subject, destination };
  const watch = noteOwner(
    noting,
    (response, booking) => deps.followers.follow({ call, destination, response, booking, passage }),
    { isBackground: asked.background, callId: call.id },
  );
  return passing(deps, work, {
    ...(resolved.isChanged ? { edits: { input: resolved.input } } : undefined),
    ...(asked.store || asked.background ? { watch } : undefined),
  });
}

/** Its provider keeps nothing, and some refuse to be asked for it. */
function passAndKeep(deps: CreateDeps, work: Work): Promise<Result<WireAnswer, GatewayError>> {
  const { resolved, request } = work;
  const keeping = keepingOf(deps, work);
  return passing(deps, work, {
    edits: {
      ...(resolved.isChanged ? { input: resolved.input } : undefined),
      ...(request.body['store'] === true ? { store: false } : undefined),
    },
    ...(keeping === undefined ? undefined : { watch: keepWhole(keeping, { isRaw: true }) }),
  });
}

async function translateAndKeep(
  deps: CreateDeps,
  work: Work,
): Promise<Result<WireAnswer, GatewayError>> {
  const decoded = decodedOf(work);
  if (!decoded.ok) return decoded;
  const { call, request, destination } = work;
  const keeping = keepingOf(deps, work);
  const { dialect, keepAlive } = request.protocol;
  const lost = work.asked.store && keeping === undefined ? [TOO_LARGE] : [];
  return deps.chat.encoded(call, {
    request: decoded.value.request,
    losses: [...decoded.value.losses, ...lost],
    headers: { protocol: request.protocol, given: request.headers },
    destination,
    dialect,
    nameOf: namesOf(work),
    answering: answeringOf(deps, work, keeping !== undefined),
    ...(keepAlive === undefined ? undefined : { keepAlive }),
    ...(keeping === undefined ? undefined : { watch: keepWhole(keeping, { isRaw: false }) }),
  });
}

async function inBackground(
  deps: CreateDeps,
  work: Work,
): Promise<Result<WireAnswer, GatewayError>> {
  const keeping = keepingOf(deps, work);
  if (work.envelope.stream) {
    return refused(
      'stream',
      'a response in the background is not streamed by this model. Ask for it until it is completed.',
    );
  }
  if (keeping === undefined) {
    const why = work.asked.store ? 'the request is too large to be kept' : 'it needs store';
    return refused('background', `${why}: an answer in the background is read later.`);
  }
  const decoded = decodedOf(work);
  if (!decoded.ok) return decoded;
  return deps.run(work.call, {
    ...decoded.value,
    keeping,
    dialect: work.request.protocol.dialect,
    nameOf: namesOf(work),
    answering: answeringOf(deps, work, true),
  });
}

const refused = (path: string, detail: string) =>
  err<GatewayError>({ kind: 'invalid_request', path, detail });

function decodedOf({
  request,
  continuation,
  resolved,
}: Work): Result<DecodedRequest, GatewayError> {
  const body = { ...request.body, input: resolved.input };
  if (continuation.type !== 'here') return decodeKeptRequest(body, []);
  const decoded = decodeKeptRequest(body, continuation.items);
  if (!decoded.ok) return decoded;
  const { value } = decoded;
  return ok({ ...value, losses: [...value.losses, ...continuation.losses] });
}

/** By the client's own items, which stand behind those that are kept of turns before. */
function namesOf({ request, continuation, resolved }: Work): NameOf | undefined {
  const earlier = continuation.type === 'here' ? continuation.items : [];
  const own = typeof resolved.input === 'string' && earlier.length > 0 ? [{}] : resolved.input;
  const input = earlier.length === 0 || !Array.isArray(own) ? own : [...earlier, ...own];
  const nameOf = namesIn(request.protocol.dialect, { ...request.body, input });
  return (
    nameOf &&
    ((path) =>
      nameOf(path).replace(/^input\[(\d+)\](.*)$/, (_path, at: string, rest: string) => {
        const index = Number(at) - earlier.length;
        return index < 0 ? 'previous_response_id' : `input[${index}]${rest}`;
      }))
  );
}

/** Half of it is left to the reply. */
const LARGEST_REQUEST = KEPT_BYTES.response / 2;

const TOO_LARGE: Loss = {
  feature: 'store',
  path: 'store',
  action: 'dropped',
  why: 'the request is too large to be kept',
  weight: 'hint',
};

/** With the items that it only names: a few bytes can stand for many. */
function bytesToKeep({ text }: CreateRequest, { input, isChanged }: ResolvedInput): number {
  return Buffer.byteLength(text) + (isChanged ? Buffer.byteLength(JSON.stringify(input)) : 0);
}

/** Undefined where nothing is to be kept. */
function keepingOf(deps: CreateDeps, work: Work): Keeping | undefined {
  const { asked, request, destination, call, resolved } = work;
  if (!asked.store || bytesToKeep(request, resolved) > LARGEST_REQUEST) return undefined;
  const input: JsonValue = resolved.input;
  return {
    kept: deps.kept,
    owner: call.identity.subject,
    destination,
    input,
    previous: asked.previous,
  };
}

const answeringOf = (deps: CreateDeps, work: Work, isKept: boolean): Answering => ({
  replyId: work.request.replyId,
  created: Math.floor(work.call.startedAt / 1000),
  model: work.envelope.model,
  includeUsage: true,
  isKept: true,
  now: () => Math.floor(deps.clock.now() / 1000),
  repeated: {
    ...repeatedFields(work.request.body),
    store: isKept,
    background: work.asked.background,
  },
});
