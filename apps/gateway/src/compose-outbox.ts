import type { OutboxChannel } from './adapters/outbox/outbox-channel.ts';
import { createOutboxSender } from './adapters/outbox/outbox-sender.ts';
import type { SqlDatabase } from './adapters/sql/sql.ts';
import { createOutboxStore } from './adapters/sql/sql-outbox-store.ts';
import type { Clock } from './ports/clock.ts';
import type { DependencyStatus } from './ports/governance.ts';
import type { Ids } from './ports/ids.ts';
import type { Ledger } from './ports/ledger.ts';
import type { Log } from './ports/log.ts';
import type { Outbox } from './ports/outbox.ts';
import { createOutboxService, type OutboxService, outboxHealth } from './services/outbox.ts';

export interface OutboxParts {
  readonly db: SqlDatabase;
  readonly channels: readonly OutboxChannel[];
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

export interface ComposedOutbox extends Outbox {
  readonly service: OutboxService;
  readonly health: () => Promise<DependencyStatus>;
}

/** One sender a channel: one that fails holds up no other. */
export function composeOutbox(parts: OutboxParts): ComposedOutbox {
  const { db, channels, ledger, clock, ids, log } = parts;
  const store = createOutboxStore(db, clock);
  const senders = channels.map((channel) =>
    createOutboxSender({ store, channel, clock, ids, log }),
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
    },
  };
  return {
    ...outbox,
    service: createOutboxService({ store, clock, outbox }),
    health: () => outboxHealth({ store, clock }),
  };
}
