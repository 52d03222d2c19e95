import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendPlain } from './send-plain.ts';

/** 405 at a path outside of any face, which can only be read. */
export function refuseWriting(req: IncomingMessage, res: ServerResponse): void {
  res.setHeader('allow', 'GET, HEAD');
  const path = (req.url ?? '/').split('?', 1)[0] ?? '/';
  sendPlain(res, 405, {
    error: {
      message: `${path} can only be read.`,
      type: 'invalid_request_error',
      code: 'method_not_allowed',
    },
  });
}
