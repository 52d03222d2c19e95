import { err, ok, type Result } from '@tollgate/core';
import type { ChatRequest, GatewayError, Loss } from '@tollgate/core/chat';
import { type Answering, type Dialect, failedFields } from '@tollgate/core/dialects';
import { isJsonObject, type JsonObject, parseJson } from '@tollgate/core/json';
import type { Clock } from '../../ports/clock.ts';
import type { Put } from '../../ports/kept-store.ts';
import type { Log } from '../../ports/log.ts';
import type { WireAnswer } from '../answer.ts';
import type { Call } from '../call.ts';
import type { ChatService } from '../chat.ts';
import type { TranslationPlan } from '../plan-translation.ts';
import type { ReplyWatch } from '../reply-watch.ts';
import { type NameOf, toldError, toldLosses } from '../told-losses.ts';
import type { HubRequest } from '../translated-exchange.ts';
import type { BackgroundRuns, RunEnd } from './background-runs.ts';
import type { Endings } from './endings.ts';
import { keepPatiently } from './keep-patiently.ts';
import { ENDS, type Keeping, keepWhole } from './keep-reply.ts';

export interface RunDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly chat: Pick<ChatService, 'encoded'>;
  readonly plan: (
    call: Call,
    request: HubRequest,
  ) => Promise<Result<TranslationPlan, GatewayError>>;
  readonly runs: BackgroundRuns;
  readonly endings: Endings;
  /** This gateway, by which others know who works on a response. */
  readonly worker: string;
}

export interface BackgroundRequest {
  readonly request: ChatRequest;
  readonly losses: readonly Loss[];
  readonly keeping: Keeping;
  readonly dialect: Dialect;
  readonly nameOf: NameOf | undefined;
  readonly answering: Answering;
}

/** Answers at once that the response is queued, and makes it afterwards. */
export type RunResponse = (
  call: Call,
  request: BackgroundRequest,
) => Promise<Result<WireAnswer, GatewayError>>;

export function createRunResponse(deps: RunDeps): RunResponse {
  return async (call, { request, losses, keeping, dialect, nameOf, answering }) => {
    const { destination } = keeping;
    // Streamed, whoever waits for it: a model that thinks for long is not mistaken for one that hangs.
    const hubRequest = {
      request: { ...request, stream: true },
      losses,
      destination,
      from: dialect.id,
    };
    const plan = await deps.plan(call, hubRequest);
    const told = { request, losses, nameOf };
    const sent = { request, losses: [] };
    if (!plan.ok) return err(toldError(plan.error, sent, told));
    const opened = openedResponse(dialect, answering);
    const queued = { response: { ...opened, status: 'queued' }, isOver: false };
    if ((await keepState(deps, keeping, queued)) !== 'kept') {
      return err({ kind: 'storage_unavailable', retryAfterSeconds: 1 });
    }
    const run = { owner: keeping.owner, id: answering.replyId };
    const started = deps.runs.start(run, async (signal) => {
      const heeding = deps.endings.heed(run, () => void deps.runs.cancel(run.id));
      const kept = keepPatiently(keeping.kept, { clock: deps.clock, signal });
      const patient = { ...keeping, kept };
      const begun = { response: { ...opened, status: 'in_progress' }, isOver: false };
      await keepState(deps, keeping, begun);
      const failure = await runToEnd(deps, {
        call: { ...call, signal },
        encoding: { ...hubRequest, dialect, answering },
        keeping: patient,
      });
      if (failure !== undefined) {
        const end = endOf(failure, { signal, provider: destination.provider.name });
        await keepState(deps, patient, { response: { ...opened, ...end }, isOver: true });
      }
      if (await heeding.over()) await kept.forget(run.owner, run.id);
    });
    if (!started.ok) {
      await keeping.kept.forget(run.owner, run.id);
      return started;
    }
    const body = JSON.stringify({ ...opened, status: 'queued' });
    const served = { destination, providerMs: 0 };
    return ok({ type: 'whole', body, losses: toldLosses(plan.value.losses, sent, told), served });
  };
}

function keepState(
  { worker }: RunDeps,
  { kept, owner, destination, input, previous }: Keeping,
  { response, isOver }: { readonly response: JsonObject; readonly isOver: boolean },
): Promise<Put> {
  return kept.keep(owner, String(response['id']), {
    at: 'here',
    provider: destination.provider.name,
    model: destination.model,
    response,
    input,
    ...(previous === undefined ? undefined : { previous }),
    ...(isOver ? undefined : { worker }),
  });
}

/** The response as its stream would begin. */
function openedResponse(dialect: Dialect, answering: Answering): JsonObject {
  const [created] = dialect
    .createStreamEncoder(answering)
    .push({ type: 'start', id: answering.replyId, model: answering.model });
  const told = parseJson(created?.data ?? '');
  const response = told.ok && isJsonObject(told.value) ? told.value['response'] : undefined;
  return isJsonObject(response) ? response : {};
}

interface Run {
  readonly call: Call;
  readonly encoding: Parameters<ChatService['encoded']>[1];
  readonly keeping: Keeping;
}

/** It was made, and paid for, and nobody will read it. */
const UNKEPT: JsonObject = {
  status: 'failed',
  incomplete_details: null,
  error: {
    code: 'response_not_kept',
    message:
      'The answer could not be kept: with its request it is too large, or the gateway could not write it. Ask for less, or in the foreground.',
  },
};

/** How the response failed; undefined once it is kept. */
async function runToEnd(
  { chat, log }: RunDeps,
  { call, encoding, keeping }: Run,
): Promise<JsonObject | undefined> {
  let isFailed = true;
  let failed: JsonObject = failedFields({ kind: 'internal', detail: 'it came to no end' });
  let isKept = true;
  const onUnkept = (): void => {
    isKept = false;
  };
  const keeper = keepWhole(keeping, { isRaw: false, onUnkept });
  const watch: ReplyWatch = {
    ...keeper,
    event: async (event) => {
      const told = await keeper.event(event);
      if (event.event === 'response.failed') failed = failureIn(event.data);
      else isFailed = !ENDS.has(event.event ?? '');
      return told;
    },
  };
  try {
    const answer = await chat.encoded(call, { ...encoding, watch });
    if (!answer.ok) return failedFields(answer.error);
    if (answer.value.type === 'stream') {
      for await (const _frame of answer.value.frames);
    }
    if (isFailed) return failed;
    return isKept ? undefined : UNKEPT;
  } catch (bug) {
    log.error({ callId: call.id, detail: String(bug) }, 'a response in the background hit a bug');
    return failedFields({ kind: 'internal', detail: String(bug) });
  }
}

/** What a failed response says of its failure. */
function failureIn(data: string): JsonObject {
  const told = parseJson(data);
  const response = told.ok && isJsonObject(told.value) ? told.value['response'] : undefined;
  const error = isJsonObject(response) ? response['error'] : undefined;
  return { status: 'failed', incomplete_details: null, error: error ?? null };
}

function endOf(
  failure: JsonObject,
  { signal, provider }: { readonly signal: AbortSignal; readonly provider: string },
): JsonObject {
  // Whatever the reason was given as: ours are these three.
  const why: RunEnd | undefined = signal.aborted ? signal.reason : undefined;
  switch (why) {
    case 'cancelled':
      return { status: 'cancelled' };
    case 'closing':
      return failedFields({ kind: 'shutting_down', retryAfterSeconds: 1 });
    case 'timed-out':
      return failedFields({ kind: 'provider_timeout', provider, phase: 'total' });
    default:
      return failure;
  }
}
