import type { ServerResponse } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';

/** How long ago a request came, for replies that are sent outside of the entrance. */
const elapsed = new WeakMap<ServerResponse, () => number>();

/** Gives every request an id and a time; those that pass the entrance get their call's in its place. */
export const noteArrival =
  ({ clock, ids }: { readonly clock: Clock; readonly ids: Ids }) =>
  (_req: Request, res: Response, next: NextFunction): void => {
    const cameAt = clock.monotonic();
    elapsed.set(res, () => clock.monotonic() - cameAt);
    res.setHeader('x-tollgate-call', ids.callId());
    next();
  };

/** Names the time taken, on a reply whose head is about to be sent. */
export function stampTime(res: ServerResponse): void {
  const ownMs = elapsed.get(res)?.();
  if (ownMs !== undefined) res.setHeader('server-timing', `tollgate;dur=${ownMs.toFixed(2)}`);
}
