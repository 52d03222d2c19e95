import type { NextFunction, Request, Response } from 'express';
import { sendPlain } from './send-plain.ts';

/** More header lines than any client sends; Node bounds their bytes (16 KiB), not their number. */
const MAX_HEADER_LINES = 100;

export function refuseOversizedHead(req: Request, res: Response, next: NextFunction): void {
  if (req.rawHeaders.length / 2 <= MAX_HEADER_LINES) {
    next();
    return;
  }
  sendPlain(res, 431, {
    error: {
      message: `The request has more than ${MAX_HEADER_LINES} header lines.`,
      type: 'invalid_request_error',
      code: 'request_header_fields_too_large',
    },
  });
}
