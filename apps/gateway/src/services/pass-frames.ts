import type { GatewayError } from '@tollgate/core/chat';
import type { Tap } from '@tollgate/core/dialects';
import { createSseSplitter, joinPieces, renderSse, type SsePiece } from '@tollgate/core/sse';
import { type UpstreamBody, UpstreamFailure } from '../ports/upstream.ts';
import type { Call } from './call.ts';
import type { CallMeter } from './call-meter.ts';
import { createKeptText, type KeptText } from './kept-text.ts';
import { type PassingRequest, textOf } from './passing-request.ts';
import { withoutSecrets } from './without-secrets.ts';

export interface PassingStream {
  readonly call: Call;
  readonly request: PassingRequest;
  readonly meter: CallMeter;
  readonly body: UpstreamBody;
}

/**
 * Hands a provider's event stream through: whole events, as the bytes they came in, but for those
 * the tap takes out. A failure becomes one event of the dialect; a stream that stops before its end
 * is such a failure. A reader that leaves early is a client that left. To be begun.
 */
export async function* passFrames(
  stream: PassingStream,
): AsyncGenerator<Uint8Array | string, void> {
  const { request, meter, body, call } = stream;
  const { provider } = request.destination;
  const tap = request.protocol.passage.createTap({
    provider: provider.name,
    quirks: provider.quirks,
    dropUsageChunk: !request.envelope.includeUsage,
  });
  const splitter = createSseSplitter();
  const kept = createKeptText((data) => request.protocol.passage.outputText(data));
  let error: GatewayError | undefined = { kind: 'client_closed' };

  try {
    yield '';
    let failure: GatewayError | undefined;
    for await (const chunk of body.chunks()) {
      const split = splitter.push(chunk);
      if (!split.ok) {
        failure = tooLong(provider.name);
        break;
      }
      const sifted = sift(split.value, tap, kept);
      if (sifted.hasSpoken) meter.sawFirstToken();
      for (const bytes of sifted.bytes) yield bytes;
      failure = sifted.failure;
      if (sifted.isOver) body.letEnd();
      if (failure !== undefined || sifted.isOver) break;
    }
    if (failure === undefined && !tap.hasEnded()) {
      failure = { kind: 'provider_truncated', provider: provider.name };
    }
    error = failure;
  } catch (thrown) {
    if (!(thrown instanceof UpstreamFailure)) throw thrown;
    error = call.signal.aborted ? { kind: 'client_closed' } : thrown.failure;
  } finally {
    body.cancel();
    const usage = tap.usage();
    if (usage !== undefined) meter.sawUsage(usage);
    const model = tap.model();
    if (model !== undefined) meter.sawModel(model);
    meter.finish({
      ...(error === undefined ? undefined : { error }),
      losses: [],
      text: textOf(request, () => kept.text()),
    });
  }
  if (error !== undefined && error.kind !== 'client_closed') {
    yield renderSse(request.protocol.errorEvent(withoutSecrets(error, provider)));
  }
}

interface Sifted {
  readonly bytes: readonly Uint8Array[];
  /** An event of the reply was among them: not a comment, nor an error in its place. */
  readonly hasSpoken: boolean;
  readonly failure: GatewayError | undefined;
  /** The reply's last event was among them: nobody waits for the connection to end as well. */
  readonly isOver: boolean;
}

/** The events to send on, as one view where they lie side by side. */
function sift(pieces: readonly SsePiece[], tap: Tap, kept: KeptText): Sifted {
  const passed: SsePiece[] = [];
  let hasSpoken = false;
  let isOver = false;
  for (const piece of pieces) {
    if (piece.event !== undefined) {
      const verdict = tap.push(piece.event);
      if (verdict.type === 'fail') {
        return { bytes: joinPieces(passed), hasSpoken, failure: verdict.error, isOver };
      }
      if (verdict.type === 'drop') continue;
      if (verdict.type === 'last') isOver = true;
      hasSpoken = true;
      kept.push(piece.event.data);
    }
    passed.push(piece);
  }
  return { bytes: joinPieces(passed), hasSpoken, failure: undefined, isOver };
}

const tooLong = (provider: string): GatewayError => ({
  kind: 'provider_invalid_reply',
  provider,
  detail: 'The provider sent one event that is longer than 16 MiB.',
});
