import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

/** Longest wait for a request's head and for its body, milliseconds. A body of 32 MiB on a slow line fits. */
const HEAD_TIMEOUT_MS = 30_000;
const REQUEST_TIMEOUT_MS = 300_000;
/** Longer than the idle limit of the usual load balancers (60 s), so that they close first. */
const KEEP_ALIVE_MS = 65_000;

/** The HTTP server: what isn't HTTP is told so in JSON, and costs nothing. Does not listen yet. */
export function createHttpServer(listener: RequestListener): Server {
  const server = createServer(
    {
      headersTimeout: HEAD_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      noDelay: true,
    },
    listener,
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    socket.end(rawRefusal(error.code));
  });
  return server;
}

const REFUSALS: { readonly [code: string]: readonly [status: number, message: string] } = {
  HPE_HEADER_OVERFLOW: [431, 'The request headers are larger than 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
};

function rawRefusal(code: string | undefined): string {
  const [status, message] = REFUSALS[code ?? ''] ?? [400, 'This is not a valid HTTP request.'];
  const body = JSON.stringify({
    error: { message, type: 'invalid_request_error', code: null },
  });
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
