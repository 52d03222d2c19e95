import type { IncomingMessage } from 'node:http';
import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';

const HEADERS = ['authorization', 'x-api-key', 'x-goog-api-key'] as const;

/**
 * The key that a request presents, from the first of `authorization: Bearer`, `x-api-key` and
 * `x-goog-api-key` that is there. A header that came twice with different values is refused: which
 * one another hop believes can't be known.
 */
export function presentedKey(req: IncomingMessage): Result<string, GatewayError> {
  for (const name of HEADERS) {
    const value = req.headers[name];
    if (typeof value !== 'string') continue;
    if (hasSecondValue(req.rawHeaders, name)) {
      return err({
        kind: 'invalid_request',
        path: name,
        detail: `The header ${name} came twice with different values; send it once.`,
      });
    }
    if (name !== 'authorization') return keyOf(value);
    if (value.startsWith('Bearer ')) return keyOf(value.slice('Bearer '.length));
    return err({
      kind: 'invalid_key',
      detail: 'The Authorization header must be "Bearer <key>", with one space.',
    });
  }
  return err({
    kind: 'unauthorized',
    detail:
      'No key came. Send one as "Authorization: Bearer <key>", "x-api-key" or "x-goog-api-key".',
  });
}

/** Node keeps the first `authorization` and joins others: only the raw lines tell that there were two. */
function hasSecondValue(rawHeaders: readonly string[], name: string): boolean {
  let first: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const line = rawHeaders[index];
    if (line?.length !== name.length || line.toLowerCase() !== name) continue;
    const value = rawHeaders[index + 1];
    if (first !== undefined && value !== first) return true;
    first = value;
  }
  return false;
}

const keyOf = (value: string): Result<string, GatewayError> =>
  value.trim() === '' ? err({ kind: 'invalid_key', detail: 'The key is empty.' }) : ok(value);
