import { createStopCutter, type GatewayError, type StreamEvent } from '@tollgate/core/chat';
import { createCallCheck } from '@tollgate/core/output';
import { type UpstreamBody, UpstreamFailure } from '../ports/upstream.ts';
import type { Call } from './call.ts';
import { createStreamReader, framingOf } from './provider-stream.ts';
import { countedText, createSpokenText, deltaText } from './spoken-text.ts';
import { stopsToCut } from './stops-to-cut.ts';
import type { TranslatedExchange } from './translated-exchange.ts';
import { withoutSecrets } from './without-secrets.ts';

/**
 * Reads a provider's stream as hub events, in the batches they came in; the last event is the one
 * `end` or `error`. Books the call when the stream is over, or when its reader has left. To be begun.
 */
export async function* meteredBatches(
  stream: TranslatedExchange & { readonly call: Call; readonly body: UpstreamBody },
): AsyncGenerator<readonly StreamEvent[], void> {
  const { meter, target, request, faceLosses, chosen } = stream;
  const losses = [...stream.losses];
  const spoken = createSpokenText();
  const stops = stopsToCut(request, losses);
  const cutter = stops === undefined ? undefined : createStopCutter(stops);
  const check = stream.owesCall ? createCallCheck(target.provider) : undefined;
  let error: GatewayError | undefined = { kind: 'client_closed' };
  try {
    yield [];
    for await (const read of eventBatches(stream)) {
      const batch = check === undefined ? read : read.flatMap((event) => check.push(event));
      let said = '';
      for (const event of batch) {
        if (event.type === 'usage') meter.sawUsage(event.usage);
        else if (event.type === 'start') {
          meter.sawModel(event.model, event.serviceTier);
          losses.push(...(chosen.dialect.leftOut?.(event) ?? []));
        } else if (event.type === 'part-delta') {
          meter.sawFirstToken();
          spoken.push(event.delta);
          if (meter.output !== undefined) said += deltaText(event.delta);
        } else if (event.type === 'error') error = event.error;
        else if (event.type === 'end') error = undefined;
      }
      // Leaving the loop hangs up on the provider: whatever it would still write is not wanted.
      const told = cutter === undefined ? batch : cutter.push(batch);
      if (cutter?.isCut() === true) error = undefined;
      if (told.length > 0) yield told;
      if (cutter?.isCut() === true) break;
      const outgrowing = error?.kind === 'client_closed' ? meter.output?.saw(said) : undefined;
      const outgrown = outgrowing === undefined ? undefined : await outgrowing;
      if (outgrown === undefined) continue;
      error = outgrown;
      yield [{ type: 'error', error: outgrown }];
      break;
    }
  } finally {
    meter.finish({
      ...(error === undefined ? undefined : { error }),
      losses: [...losses, ...(faceLosses?.() ?? [])],
      text: countedText(request, () => spoken.text()),
    });
  }

  async function* eventBatches({
    call,
    body,
    destination,
  }: typeof stream): AsyncGenerator<readonly StreamEvent[], void> {
    const read = createStreamReader(framingOf(destination, chosen.operation), target.provider);
    const decoder = chosen.dialect.createStreamDecoder(target);
    try {
      for await (const chunk of body.chunks()) {
        const { pieces, failure } = read(chunk);
        const events = pieces.flatMap(({ event }) =>
          event === undefined ? [] : decoder.push(event),
        );
        if (failure !== undefined && events.at(-1)?.type !== 'end') {
          events.push({ type: 'error', error: failure });
        }
        if (events.length === 0) continue;
        const last = events[events.length - 1];
        if (last?.type === 'error') {
          const error = withoutSecrets(last.error, destination.provider, chosen.body);
          yield [...events.slice(0, -1), { type: 'error', error }];
          return;
        }
        yield events;
        if (last?.type === 'end') {
          body.letEnd();
          return;
        }
      }
      yield decoder.end();
    } catch (thrown) {
      if (!(thrown instanceof UpstreamFailure)) throw thrown;
      const failure: GatewayError = call.signal.aborted
        ? { kind: 'client_closed' }
        : thrown.failure;
      yield [{ type: 'error', error: failure }];
    } finally {
      body.cancel();
    }
  }
}
