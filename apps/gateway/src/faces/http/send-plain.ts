import type { ServerResponse } from 'node:http';
import { stampTime } from './arrival.ts';

/** A JSON body outside of any face. */
export function sendPlain(res: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  stampTime(res);
  res.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  res.end(text);
}
