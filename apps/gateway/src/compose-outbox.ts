import { createUsageFiles, FILES_CHANNEL } from './adapters/files/usage-files.ts';
import type { OutboxChannel } from './adapters/outbox/outbox-channel.ts';
import { createOutboxSender } from './adapters/outbox/outbox-sender.ts';
import { createOwnHostsUpstream } from './adapters/undici/own-hosts-upstream.ts';
import { createWebhooks } from './adapters/webhooks/create-webhooks.ts';
import { createWebhookChannel, webhookChannelName } from './adapters/webhooks/webhook-channel.ts';
import type { OutboxConfig } from './config/outbox-schema.ts';
import type { Clock } from './ports/clock.ts';
import type { DependencyStatus } from './ports/governance.ts';
import type { Ids } from './ports/ids.ts';
import type { Ledger } from './ports/ledger.ts';
import type { Log } from './ports/log.ts';
import type { Outbox } from './ports/outbox.ts';
import type { OutboxStore } from './ports/outbox-store.ts';
import type { Upstream } from './ports/upstream.ts';
import type { Webhooks } from './ports/webhooks.ts';
import { createOutboxHealth, createOutboxService, type OutboxService } from './services/outbox.ts';
import { VERSION } from './version.ts';

export interface OutboxParts {
  readonly config: OutboxConfig;
  /** Closed with the outbox. */
  readonly store: OutboxStore & { close(): Promise<void> };
  /** This gateway among those that share the store. Absent: it has the store for itself. */
  readonly sender?: string;
  /** Zion's, where it governs. */
  readonly zion: OutboxChannel | undefined;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

export interface ComposedOutbox extends Outbox {
  readonly service: OutboxService;
  readonly webhooks: Webhooks;
  /** Absent where there is nobody to tell. */
  readonly health: (() => Promise<DependencyStatus>) | undefined;
}

/** The channels that want each usage event, for the ledger to put it in with its call. */
export const usageChannels = ({ webhooks, files }: OutboxConfig): readonly string[] => [
  ...webhooks
    .filter(({ kinds }) => kinds.includes('usage.recorded'))
    .map(({ name }) => webhookChannelName(name, 'usage.recorded')),
  ...(files === undefined ? [] : [FILES_CHANNEL]),
];

/** One sender a channel: one that fails holds up no other. */
export function composeOutbox(parts: OutboxParts): ComposedOutbox {
  const { config, store, sender, zion, ledger, clock, ids, log } = parts;
  const upstream = createOwnHostsUpstream({ clock, privateHosts: config.privateHosts });
  const channels = [
    ...(zion === undefined ? [] : [zion]),
    ...webhookChannels(config, upstream, clock),
    ...fileChannels(config, store, clock),
  ];
  const senders = channels.map((channel) =>
    createOutboxSender({
      store,
      channel,
      clock,
      ids,
      log,
      ...(sender !== undefined && { sender }),
    }),
  );
  const wake = (): void => {
    for (const sender of senders) sender.wake();
  };
  const stop = ledger.subscribe(wake);
  const outbox: Outbox = {
    wake,
    flush: async (deadlineMs) => {
      await Promise.all(senders.map((sender) => sender.flush(deadlineMs)));
    },
    close: async () => {
      stop();
      await Promise.all(senders.map((sender) => sender.close()));
      await upstream.close();
      await store.close();
    },
  };
  const names = channels.map(({ name }) => name);
  return {
    ...outbox,
    service: createOutboxService({ store, clock, outbox }),
    webhooks: createWebhooks({ webhooks: config.webhooks, store, wake }),
    health: names.length === 0 ? undefined : createOutboxHealth({ store, clock, names }),
  };
}

const webhookChannels = (
  { webhooks }: OutboxConfig,
  upstream: Upstream,
  clock: Clock,
): readonly OutboxChannel[] =>
  webhooks.flatMap((webhook) =>
    webhook.kinds.map((kind) =>
      createWebhookChannel({ webhook, kind, upstream, clock, userAgent: `tollgate/${VERSION}` }),
    ),
  );

const fileChannels = (
  { files }: OutboxConfig,
  store: OutboxStore,
  clock: Clock,
): readonly OutboxChannel[] =>
  files === undefined ? [] : [createUsageFiles({ ...files, store, clock })];
