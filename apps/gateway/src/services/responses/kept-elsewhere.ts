import { ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { JsonValue } from '@tollgate/core/json';
import type { SseEvent } from '@tollgate/core/sse';
import { renderSse } from '@tollgate/core/sse';
import type { Clock } from '../../ports/clock.ts';
import { type UpstreamBody, UpstreamFailure } from '../../ports/upstream.ts';
import type { WireAnswer } from '../answer.ts';
import { begun } from '../begun.ts';
import type { Call } from '../call.ts';
import type { Destination } from '../destination.ts';
import { type Exchange, readJsonReply } from '../provider-exchange.ts';
import { isStream } from '../provider-stream.ts';

export interface KeeperRequest {
  readonly destination: Destination;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the address of responses: `/resp_1/cancel`. */
  readonly beneath: string;
  readonly errorEvent: (error: GatewayError) => SseEvent;
}

/** A provider's own word on a response that it keeps, as it came. Costs nothing, so nothing is booked. */
export async function askKeeper(
  { exchange, clock }: { readonly exchange: Exchange; readonly clock: Clock },
  call: Call,
  { destination, method, beneath, errorEvent }: KeeperRequest,
): Promise<Result<{ readonly answer: WireAnswer; readonly json?: JsonValue }, GatewayError>> {
  const sentAt = clock.monotonic();
  const sent = await exchange({
    call,
    destination,
    operation: 'openai-responses',
    method,
    beneath,
  });
  if (!sent.ok) return sent;
  const served = { destination, providerMs: clock.monotonic() - sentAt };
  if (isStream(sent.value, 'sse')) {
    const frames = await begun(relayed(sent.value.body, errorEvent));
    return ok({ answer: { type: 'stream', frames, losses: [], served } });
  }
  const read = await readJsonReply(sent.value, destination.provider.name);
  if (!read.ok) return read;
  const { body, json } = read.value;
  return ok({ answer: { type: 'whole', body, losses: [], served }, json });
}

/** To be begun. */
async function* relayed(
  body: UpstreamBody,
  errorEvent: KeeperRequest['errorEvent'],
): AsyncGenerator<Uint8Array | string, void> {
  try {
    yield '';
    yield* body.chunks();
  } catch (thrown) {
    if (!(thrown instanceof UpstreamFailure)) throw thrown;
    yield renderSse(errorEvent(thrown.failure));
  } finally {
    body.cancel();
  }
}
