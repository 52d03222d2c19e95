import { DAY_MS } from '@tollgate/core';
import { toldRetryAfter } from '@tollgate/core/dialects';
import type { WebhookConfig } from '../../config/outbox-schema.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Deadlines, Upstream } from '../../ports/upstream.ts';
import type { WebhookKind } from '../../ports/webhooks.ts';
import type { OutboxChannel } from '../outbox/outbox-channel.ts';
import { signWebhook } from './sign-webhook.ts';

export interface WebhookChannelOptions {
  readonly webhook: WebhookConfig;
  readonly kind: WebhookKind;
  /** Reaches public addresses only, and hosts that the operator named. */
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly userAgent: string;
}

const DEADLINES: Deadlines = {
  connectMs: 5_000,
  headersMs: 10_000,
  idleMs: 5_000,
  totalMs: 20_000,
};
const MAX_EVENTS = 100;
/** An endpoint may be away for a long weekend. */
const GIVE_UP_AFTER_MS = 3 * DAY_MS;
/** The newest of an endpoint that is away for longer, or for busier times; the ledger has them all. */
const KEEP_AT_MOST = 200_000;

/** A kind apart from the others: of an endpoint that was away, a backlog of usage holds up no alarm. */
export const webhookChannelName = (webhook: string, kind: WebhookKind): string =>
  `webhook:${webhook}:${kind}`;

/** Posts events to an endpoint of the operator's, at most a hundred at once, until it answers with 2xx. */
export function createWebhookChannel(options: WebhookChannelOptions): OutboxChannel {
  const { webhook, kind, upstream, clock, userAgent } = options;
  return {
    name: webhookChannelName(webhook.name, kind),
    maxItems: () => MAX_EVENTS,
    giveUpAfterMs: GIVE_UP_AFTER_MS,
    keepAtMost: KEEP_AT_MOST,
    send: async ({ idempotencyKey, items }, signal) => {
      // Put together of the very texts that are kept: the same bytes at each sending.
      const events = items.map((item) => item.body).join(',');
      const body = `{"id":"${idempotencyKey}","kind":"${kind}","events":[${events}]}`;
      const sent = await upstream.send({
        provider: 'webhook',
        url: webhook.url,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': userAgent,
          'x-tollgate-delivery': idempotencyKey,
          ...signWebhook(webhook.secret, { body, now: clock.now() }),
        },
        body,
        deadlines: DEADLINES,
        signal,
      });
      if (!sent.ok) return { type: 'later' };
      const { status, headers, body: answer } = sent.value;
      answer.letEnd();
      if (status >= 200 && status <= 299) {
        return { type: 'settled', outcomes: items.map(() => 'sent'), next: 'again' };
      }
      const seconds = toldRetryAfter(headers);
      return { type: 'later', ...(seconds !== undefined && { retryAfterMs: seconds * 1000 }) };
    },
  };
}
