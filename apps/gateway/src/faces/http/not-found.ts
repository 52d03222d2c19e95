import type { IncomingMessage, ServerResponse } from 'node:http';
import { stampTime } from './arrival.ts';

/** The one answer for every path that isn't there, whether it never was or is hidden. */
export function sendNotFound(req: IncomingMessage, res: ServerResponse): void {
  const path = (req.url ?? '/').split('?', 1)[0] ?? '/';
  const body = JSON.stringify({
    error: {
      message: `There is no ${req.method ?? 'GET'} ${path} here. The APIs live under /v1/ and /native/.`,
      type: 'not_found_error',
      code: 'endpoint_not_found',
    },
  });
  stampTime(res);
  res.writeHead(404, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  res.end(body);
}
