import { err, ok, type Result } from '@tollgate/core';
import { type ChatReply, createCollector, type GatewayError } from '@tollgate/core/chat';
import type { UpstreamBody } from '../ports/upstream.ts';
import { begun } from './begun.ts';
import type { Call } from './call.ts';
import type { CallEnd, Metering } from './call-meter.ts';
import { meteredBatches } from './metered-batches.ts';
import type { HubRequest, TranslatedExchange } from './translated-exchange.ts';

/**
 * Whether a whole answer is asked for as a stream, and gathered: a budget that counts it sees it only
 * so. Not where streams would cost us the provider's count, or hold other audio than asked for.
 */
export const collects = (
  metering: Pick<Metering, 'watches'>,
  call: Call,
  { request, destination }: HubRequest,
): boolean =>
  !request.stream &&
  metering.watches(call, destination) &&
  destination.provider.quirks.noStreamOptions !== true &&
  request.modalities?.includes('audio') !== true;

/** A stream as the whole answer that it spells. Its call is booked by `book`, or with its failure. */
export async function collectWhole(
  stream: TranslatedExchange & { readonly call: Call; readonly body: UpstreamBody },
): Promise<Result<{ readonly reply: ChatReply; readonly book: () => void }, GatewayError>> {
  const { meter, faceLosses } = stream;
  let end: CallEnd | undefined;
  const held = {
    ...meter,
    finish: (told: CallEnd): void => {
      end ??= told;
    },
  };
  const collector = createCollector();
  for await (const batch of await begun(meteredBatches({ ...stream, meter: held }))) {
    for (const event of batch) collector.push(event);
  }
  const collected = collector.result();
  if (!collected.ok) {
    if (end !== undefined) meter.finish(end);
    return err(collected.error);
  }
  const book = (): void => {
    if (end !== undefined)
      meter.finish({ ...end, losses: [...end.losses, ...(faceLosses?.() ?? [])] });
  };
  return ok({ reply: collected.value, book });
}
