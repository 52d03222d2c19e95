import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Resolves when the client has taken what was written, or has left: the signal tells which. */
export async function drained(res: ServerResponse, signal: AbortSignal): Promise<void> {
  try {
    await once(res, 'drain', { signal });
  } catch {
    // The client left, which whoever writes sees by the signal.
  }
}
