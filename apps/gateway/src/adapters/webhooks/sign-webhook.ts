import { createHmac } from 'node:crypto';
import type { Secret } from '../../config/secret.ts';

/**
 * The headers that prove a delivery: HMAC-SHA256, in hex, over the timestamp (Unix seconds), a dot and
 * the body. The timestamp is that of the sending, so that a delivery which was listened to is of no use
 * to anybody for long.
 */
export function signWebhook(
  secret: Secret,
  { body, now }: { readonly body: string; readonly now: number },
): { readonly [name: string]: string } {
  const timestamp = String(Math.floor(now / 1000));
  const digest = createHmac('sha256', secret.reveal()).update(`${timestamp}.${body}`).digest('hex');
  return { 'x-tollgate-timestamp': timestamp, 'x-tollgate-signature': `v1=${digest}` };
}
