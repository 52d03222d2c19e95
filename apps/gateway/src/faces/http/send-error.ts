import type { ServerResponse } from 'node:http';
import type { GatewayError } from '@tollgate/core/chat';
import type { Face } from './face.ts';

/** Sends an error in the face's own body. A client that has left is sent nothing. */
export function sendError(
  res: ServerResponse,
  face: Face,
  {
    error,
    callId,
    ownMs,
  }: { readonly error: GatewayError; readonly callId: string; readonly ownMs: number },
): void {
  if (error.kind === 'client_closed' || res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  const told = face.idHeader === undefined ? undefined : res.getHeader(face.idHeader);
  const reply = face.encodeError(error, typeof told === 'string' ? told : callId);
  const body = JSON.stringify(reply.body);
  // The rest of a body that is too large is never read: the connection can't be used again.
  if (error.kind === 'body_too_large') res.setHeader('connection', 'close');
  if (error.kind === 'method_not_allowed') res.setHeader('allow', error.allow.join(', '));
  res.writeHead(reply.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'server-timing': `tollgate;dur=${ownMs.toFixed(2)}`,
    ...reply.headers,
  });
  res.end(body);
}
