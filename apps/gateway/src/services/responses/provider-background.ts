import type { GatewayError } from '@tollgate/core/chat';
import type { Passage } from '@tollgate/core/dialects';
import { isJsonObject, type JsonObject } from '@tollgate/core/json';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { Call } from '../call.ts';
import type { Destination } from '../destination.ts';
import { type Exchange, readJsonReply } from '../provider-exchange.ts';
import type { Booking, Heard } from '../reply-watch.ts';

const FIRST_MS = 2_000;
const LONGEST_MS = 60_000;
const GROWTH = 1.5;

/** A response that takes longer is booked as it stands. */
const GIVEN_UP_MS = 24 * 3_600_000;
const MOST = 1_000;

const UNFINISHED = new Set(['queued', 'in_progress']);

export interface Followed {
  readonly call: Call;
  readonly destination: Destination;
  readonly passage: Passage;
  readonly response: JsonObject;
  readonly booking: Booking;
}

/**
 * Responses that a provider makes in the background. What they cost is known when they are finished,
 * whether or not their client ever asks: so we ask.
 */
export interface Followers {
  /** `taken`: the response isn't finished, and its call will be booked here. */
  follow(followed: Followed): Heard;
  /** A newer state of a response was seen, or none (undefined): it is gone. */
  saw(id: string, response: JsonObject | undefined): void;
  /** Books all that is not finished, and takes nothing more: its calls end where they are. */
  close(): void;
}

export function createFollowers({
  clock,
  exchange,
}: {
  readonly clock: Clock;
  readonly exchange: Exchange;
}): Followers {
  const followed = new Map<string, Followed & { timer: Timer; delayMs: number; until: number }>();
  let isClosed = false;

  const end = (id: string, response: JsonObject | undefined, error?: GatewayError): void => {
    const one = followed.get(id);
    if (one === undefined) return;
    followed.delete(id);
    one.timer.cancel();
    book(one, response, error);
  };

  const saw = (id: string, response: JsonObject | undefined): void => {
    const isGone = response === undefined || response['deleted'] === true;
    if (isGone) end(id, undefined, { kind: 'client_closed' });
    else if (!UNFINISHED.has(String(response['status']))) end(id, response);
  };

  const ask = async (id: string): Promise<void> => {
    const one = followed.get(id);
    if (one === undefined) return;
    const { call, destination } = one;
    const signal = new AbortController().signal;
    const sent = await exchange({
      call: { ...call, signal },
      destination,
      operation: 'openai-responses',
      method: 'GET',
      beneath: `/${encodeURIComponent(id)}`,
    });
    if (sent.ok) {
      const read = await readJsonReply(sent.value, destination.provider.name);
      if (read.ok && isJsonObject(read.value.json)) saw(id, read.value.json);
    } else if (sent.error.kind === 'provider_refused') end(id, undefined, sent.error);
    if (!followed.has(id)) return;
    if (clock.monotonic() > one.until) {
      const { name: provider } = destination.provider;
      end(id, undefined, { kind: 'provider_timeout', provider, phase: 'total' });
      return;
    }
    one.delayMs = Math.min(one.delayMs * GROWTH, LONGEST_MS);
    one.timer = clock.schedule(one.delayMs, () => void ask(id));
  };

  return {
    follow: (one) => {
      const id = one.response['id'];
      const isUnfinished = UNFINISHED.has(String(one.response['status']));
      const hasRoom = !isClosed && followed.size < MOST;
      if (typeof id !== 'string' || !isUnfinished || !hasRoom) return 'heard';
      // Of a request that came twice its provider may make one response; each call has its own meter.
      if (followed.has(id)) return 'heard';
      const timer = clock.schedule(FIRST_MS, () => void ask(id));
      const until = clock.monotonic() + GIVEN_UP_MS;
      followed.set(id, { ...one, timer, delayMs: FIRST_MS, until });
      return 'taken';
    },
    saw,
    close: () => {
      isClosed = true;
      for (const id of followed.keys()) {
        end(id, undefined, { kind: 'shutting_down', retryAfterSeconds: 1 });
      }
    },
  };
}

function book(
  { booking, destination, passage }: Followed,
  response: JsonObject | undefined,
  failure: GatewayError | undefined,
): void {
  const { meter, text, losses } = booking;
  const { name: provider, quirks } = destination.provider;
  const facts = response && passage.readReply(response, { provider, quirks });
  if (facts?.ok === true && facts.value.usage !== undefined) meter.sawUsage(facts.value.usage);
  if (facts?.ok === true && facts.value.model !== undefined) {
    meter.sawModel(facts.value.model, facts.value.serviceTier);
  }
  const isCancelled = response?.['status'] === 'cancelled';
  const error =
    failure ??
    (facts?.ok === false ? facts.error : undefined) ??
    (isCancelled ? ({ kind: 'client_closed' } as const) : undefined);
  meter.finish({
    ...(error === undefined ? undefined : { error }),
    losses,
    text: response === undefined ? text : { ...text, output: () => passage.outputText(response) },
  });
}
