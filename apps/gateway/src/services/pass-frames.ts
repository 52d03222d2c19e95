import type { ErrorKind, GatewayError } from '@tollgate/core/chat';
import type { Mender, Tap } from '@tollgate/core/dialects';
import { parseJson } from '@tollgate/core/json';
import { joinPieces, renderSse, type SsePiece, withData } from '@tollgate/core/sse';
import { type UpstreamBody, UpstreamFailure } from '../ports/upstream.ts';
import type { Call } from './call.ts';
import type { CallMeter } from './call-meter.ts';
import type { Hearing } from './carried-state.ts';
import { createKeptText, type KeptText } from './kept-text.ts';
import { type PassingRequest, textOf } from './passing-request.ts';
import { createStreamReader, framingOf } from './provider-stream.ts';
import type { ReplyWatch } from './reply-watch.ts';
import { withoutSecrets } from './without-secrets.ts';

export interface PassingStream {
  readonly call: Call;
  readonly request: PassingRequest;
  readonly meter: CallMeter;
  readonly body: UpstreamBody;
  readonly hearing: Hearing;
}

/** Ends that are ours, or the line's, and not the provider's word: it may go on with what it makes. */
const CUTS: ReadonlySet<ErrorKind> = new Set([
  'client_closed',
  'provider_truncated',
  'provider_timeout',
  'provider_unreachable',
]);

/**
 * Hands a provider's event stream through: whole events, as the bytes they came in, but for those
 * the tap takes out and those that the provider's quirks have mended. A failure becomes one event of the dialect; a stream that stops before its end
 * is such a failure. A reader that leaves early is a client that left. To be begun.
 */
export async function* passFrames(
  stream: PassingStream,
): AsyncGenerator<Uint8Array | string, void> {
  const { request, meter, body, call, hearing } = stream;
  const { provider } = request.destination;
  const tap = request.protocol.passage.createTap({
    provider: provider.name,
    quirks: provider.quirks,
    dropUsageChunk: !request.envelope.includeUsage,
    severalChoices: request.envelope.severalChoices === true,
  });
  const mender = request.protocol.passage.createMender?.(provider.quirks, request.envelope);
  const framing = framingOf(request.destination, request.protocol.operation);
  const read = createStreamReader(framing, provider.name);
  const kept = createKeptText((data) => request.protocol.passage.outputText(data));
  let error: GatewayError | undefined = { kind: 'client_closed' };

  try {
    yield '';
    let failure: GatewayError | undefined;
    for await (const chunk of body.chunks()) {
      const { pieces, failure: fault } = read(chunk);
      const sifted = await sift(pieces, { tap, mender, kept, hearing, watch: request.watch });
      if (sifted.hasSpoken) meter.sawFirstToken();
      for (const frame of sifted.frames) yield frame;
      failure = sifted.failure ?? (sifted.isOver ? undefined : fault);
      const isGoingOn = failure === undefined && !sifted.isOver;
      const outgrowing = isGoingOn ? meter.output?.saw(textIn(pieces, request)) : undefined;
      if (outgrowing !== undefined) failure = await outgrowing;
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
    if (model !== undefined) meter.sawModel(model, tap.serviceTier?.());
    const { losses = [], watch } = request;
    const text = textOf(request, () => kept.text());
    const isCut = error !== undefined && CUTS.has(error.kind);
    const heard = isCut ? watch?.cut?.({ meter, text, losses }) : undefined;
    if (heard !== 'taken') {
      meter.finish({ ...(error === undefined ? undefined : { error }), losses, text });
    }
  }
  if (error !== undefined && error.kind !== 'client_closed') {
    const told = withoutSecrets(error, provider);
    yield renderSse(tap.failure?.(told) ?? request.protocol.errorEvent(told));
  }
}

/** What a provider has just said, for a budget that counts it. */
function textIn(pieces: readonly SsePiece[], { protocol }: PassingRequest): string {
  let text = '';
  for (const { event } of pieces) {
    const json = event === undefined ? undefined : parseJson(event.data, { maxDepth: 128 });
    if (json?.ok === true) text += protocol.passage.outputText(json.value);
  }
  return text;
}

interface Sifted {
  readonly frames: readonly (Uint8Array | string)[];
  /** An event of the reply was among them: not a comment, nor an error in its place. */
  readonly hasSpoken: boolean;
  readonly failure: GatewayError | undefined;
  /** The reply's last event was among them: nobody waits for the connection to end as well. */
  readonly isOver: boolean;
}

interface Sieve {
  readonly tap: Tap;
  readonly mender: Mender | undefined;
  readonly kept: KeptText;
  readonly hearing: Hearing;
  readonly watch: ReplyWatch | undefined;
}

/** The events to send on, as one view where they lie side by side and nothing in them is mended. */
async function sift(
  pieces: readonly SsePiece[],
  { tap, mender, kept, hearing, watch }: Sieve,
): Promise<Sifted> {
  const mended: (Uint8Array | string)[] = [];
  let passed: SsePiece[] = [];
  let hasSpoken = false;
  let isOver = false;
  let failure: GatewayError | undefined;
  for (const piece of pieces) {
    const { event } = piece;
    if (event === undefined) {
      passed.push(piece);
      continue;
    }
    const verdict = tap.push(event);
    if (verdict.type === 'fail') {
      failure = verdict.error;
      break;
    }
    if (verdict.type === 'drop') continue;
    if (verdict.type === 'last') isOver = true;
    hasSpoken = true;
    if (watch !== undefined) await watch.event(event);
    kept.push(event.data);
    hearing.payload(event.data);
    const data = mender === undefined ? event.data : mender.event(event);
    if (data === event.data) passed.push(piece);
    else if (data !== undefined) {
      mended.push(...joinPieces(passed), withData(piece, data));
      passed = [];
    }
  }
  return { frames: [...mended, ...joinPieces(passed)], hasSpoken, failure, isOver };
}
