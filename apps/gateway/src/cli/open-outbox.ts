import { createOutboxStore } from '../adapters/sql/sql-outbox-store.ts';
import type { Config } from '../config/config.ts';
import type { OutboxStore } from '../ports/outbox-store.ts';
import { withDatabase } from './open-records.ts';

/** Opens the outbox for one command, beside a running gateway or without one. */
export const withOutbox = <T>(
  config: Config,
  use: (store: OutboxStore) => Promise<T>,
): Promise<T> => withDatabase(config, ({ db }) => use(createOutboxStore(db)));
