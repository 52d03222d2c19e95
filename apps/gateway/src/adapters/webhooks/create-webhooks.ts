import type { WebhookConfig } from '../../config/outbox-schema.ts';
import type { OutboxStore } from '../../ports/outbox-store.ts';
import type { Webhooks } from '../../ports/webhooks.ts';
import { webhookChannelName } from './webhook-channel.ts';

export interface WebhooksOptions {
  readonly webhooks: readonly WebhookConfig[];
  readonly store: OutboxStore;
  /** Something was put into the store. */
  readonly wake: () => void;
}

/** Puts events into the outbox for all endpoints that want their kind. */
export function createWebhooks({ webhooks, store, wake }: WebhooksOptions): Webhooks {
  return {
    tell: async (event) => {
      const wanting = webhooks.filter(({ kinds }) => kinds.includes(event.kind));
      if (wanting.length === 0) return;
      const row = {
        eventId: event.id,
        body: JSON.stringify(event),
        at: event.at,
        requests: 0,
        inputTokens: 0,
        outputTokens: 0,
      };
      const rows = wanting.map(({ name }) => ({
        ...row,
        channel: webhookChannelName(name, event.kind),
      }));
      if (await store.addOnce(event, rows)) wake();
    },
  };
}
