import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendPlain } from './send-plain.ts';

/** More header lines than any client sends; Node bounds their bytes (16 KiB), not their number. */
const MAX_HEADER_LINES = 100;

/** True when it has answered. */
export function refuseOversizedHead(req: IncomingMessage, res: ServerResponse): boolean {
  if (req.rawHeaders.length / 2 <= MAX_HEADER_LINES) return false;
  sendPlain(res, 431, {
    error: {
      message: `The request has more than ${MAX_HEADER_LINES} header lines.`,
      type: 'invalid_request_error',
      code: 'request_header_fields_too_large',
    },
  });
  return true;
}
