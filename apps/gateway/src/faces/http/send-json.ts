import type { ServerResponse } from 'node:http';
import type { Clock } from '../../ports/clock.ts';
import type { Call } from '../../services/call.ts';

/** Sends a JSON body that we made ourselves. */
export function sendJson(
  res: ServerResponse,
  call: Call,
  {
    body,
    clock,
    status = 200,
  }: { readonly body: unknown; readonly clock: Clock; readonly status?: number },
): void {
  const text = JSON.stringify(body);
  const ownMs = clock.monotonic() - call.startedMonotonic;
  res.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'server-timing': `tollgate;dur=${ownMs.toFixed(2)}`,
  });
  res.end(text);
}
