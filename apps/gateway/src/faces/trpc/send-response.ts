import type { ServerResponse } from 'node:http';
import { drained } from '../http/drained.ts';

export interface SendOptions {
  readonly headers: { readonly [name: string]: string };
  /** Fires when the client leaves. */
  readonly signal: AbortSignal;
}

/** Sends what tRPC answered; resolves when its last byte was handed over or the client has left. */
export async function sendResponse(
  res: ServerResponse,
  response: Response,
  { headers, signal }: SendOptions,
): Promise<void> {
  for (const [name, value] of response.headers) {
    // Node frames the body itself.
    if (name !== 'transfer-encoding' && name !== 'connection') res.setHeader(name, value);
  }
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.statusCode = response.status;
  if (response.body === null) {
    res.end();
    return;
  }
  await sendBody(res, response.body, signal);
}

/** Pulls the next piece only when the client has taken the last one. */
async function sendBody(
  res: ServerResponse,
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const reader = body.getReader();
  const onAbort = (): void => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', onAbort);
  try {
    if (signal.aborted) onAbort();
    res.flushHeaders();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      if (!res.write(piece.value)) await drained(res, signal);
    }
    if (!signal.aborted) res.end();
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
