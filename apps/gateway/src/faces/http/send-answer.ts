import type { ServerResponse } from 'node:http';
import type { Clock } from '../../ports/clock.ts';
import type { WireAnswer } from '../../services/answer.ts';
import type { Call } from '../../services/call.ts';
import { lossLine } from '../../services/losses.ts';
import { drained } from './drained.ts';

const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  // Tells a reverse proxy not to collect the stream.
  'x-accel-buffering': 'no',
} as const;

/** A header may not grow without bound; what is cut stands in the ledger. */
const DROPPED_LIMIT = 2_000;

/** Sends an answer; resolves when its last byte was handed over or the client has left. */
export async function sendAnswer(
  res: ServerResponse,
  call: Call,
  options: { readonly answer: WireAnswer; readonly clock: Clock; readonly headers?: HeaderFields },
): Promise<void> {
  const { answer, clock } = options;
  const fields = { ...answerHeaders(call, answer, clock), ...options.headers };
  if (answer.type === 'whole') {
    res.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(answer.body),
      ...fields,
    });
    res.end(answer.body);
    return;
  }
  try {
    res.writeHead(200, { ...STREAM_HEADERS, ...fields });
    res.flushHeaders();
    await sendFrames(res, answer.frames, call.signal);
  } finally {
    await answer.frames.return();
  }
}

export interface HeaderFields {
  readonly [name: string]: string;
}

/** Who served, what was left out, and whose the time was: on the replies of every face. */
export function answerHeaders(
  call: Call,
  { served, losses }: Pick<WireAnswer, 'served' | 'losses'>,
  clock: Clock,
): HeaderFields {
  const ownMs = clock.monotonic() - call.startedMonotonic - served.providerMs;
  return {
    'server-timing': `tollgate;dur=${ownMs.toFixed(2)}, provider;dur=${served.providerMs.toFixed(2)}`,
    'x-tollgate-model': headerText(
      `${served.destination.provider.name}/${served.destination.model}`,
    ),
    ...(losses.length === 0 ? undefined : { 'x-tollgate-dropped': droppedHeader(losses) }),
  };
}

const NAME_LIMIT = 256;

/** A name that clients may choose, as a header can hold it: in percent-encoding, and cut. */
export const headerText = (name: string): string =>
  PLAIN.test(name)
    ? name
    : name
        .slice(0, NAME_LIMIT)
        .toWellFormed()
        .replace(/[^\x20-\x7e]/gu, encodeURIComponent);

/** Most names need none of it; one look is cheaper than three copies. */
const PLAIN = /^[\x20-\x7e]{0,256}$/;

/** As many paths as fit, and the number of those left out; non-ASCII can't stand in a header. */
function droppedHeader(losses: WireAnswer['losses']): string {
  const lines = [...new Set(losses.map(lossLine))];
  let header = '';
  for (const [index, line] of lines.entries()) {
    const clean = line.replace(/[^\x21-\x7e]/g, '?');
    if (header.length + clean.length > DROPPED_LIMIT) {
      return `${header}, +${lines.length - index}`;
    }
    header = header === '' ? clean : `${header}, ${clean}`;
  }
  return header;
}

/** Pulls the next frame only when the client has taken the last ones. */
async function sendFrames(
  res: ServerResponse,
  frames: AsyncIterable<Uint8Array | string>,
  signal: AbortSignal,
): Promise<void> {
  for await (const frame of frames) {
    if (signal.aborted) break;
    if (!res.write(frame)) await drained(res, signal);
  }
  if (!signal.aborted) res.end();
}
