import type { IncomingMessage, ServerResponse } from 'node:http';

const EXPOSED = [
  'request-id',
  'retry-after',
  'server-timing',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'x-request-id',
  'x-sentinel-model',
  'x-sentinel-tier',
  'x-tollgate-call',
  'x-tollgate-dropped',
  'x-tollgate-estimate',
  'x-tollgate-metadata-dropped',
  'x-tollgate-model',
  'x-tollgate-tier',
].join(', ');

/** Those that carry a key or a body; `*` would not cover the first. */
const OWN = ['authorization', 'content-type', 'x-api-key', 'x-goog-api-key'];

/**
 * Any origin may call: keys come in headers, never in cookies, so a page gains nothing that its
 * reader's key doesn't give. Headers that are asked for are allowed by name. True when it has answered: what a browser asks before its call.
 */
export function cors(req: IncomingMessage, res: ServerResponse): boolean {
  res.setHeader('access-control-allow-origin', '*');
  if (req.headers.origin !== undefined) res.setHeader('access-control-expose-headers', EXPOSED);
  if (req.method !== 'OPTIONS' || req.headers['access-control-request-method'] === undefined) {
    return false;
  }
  res.writeHead(204, {
    'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
    'access-control-allow-headers': [...OWN, ...askedFor(req)].join(', '),
    'access-control-max-age': '86400',
    vary: 'access-control-request-headers',
  });
  res.end();
  return true;
}

function askedFor(req: IncomingMessage): readonly string[] {
  const names = (req.headers['access-control-request-headers'] ?? '').split(',');
  return names.map((name) => name.trim()).filter((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name));
}
