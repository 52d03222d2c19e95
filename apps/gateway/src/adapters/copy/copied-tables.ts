import { DEFAULT_IDS } from '@tollgate/core/directory';

export interface CopiedTable {
  readonly name: string;
  /** Its primary key, in whose order it is read. */
  readonly key: readonly string[];
  /** Its engine numbers new rows by the key: on from the largest that there is. */
  readonly isNumbered?: true;
  /** So many are held at once; absent: a thousand. */
  readonly pageRows?: number;
  /** The one record that the schema itself brings. */
  readonly standing?: string;
}

/**
 * All that a ledger holds, on either engine: what is pointed to before what points to it. Not who runs
 * on it, nor how its schema came about.
 */
export const COPIED_TABLES: readonly CopiedTable[] = [
  { name: 'organisations', key: ['id'], standing: DEFAULT_IDS.organisation },
  { name: 'teams', key: ['id'], standing: DEFAULT_IDS.team },
  { name: 'users', key: ['id'], standing: DEFAULT_IDS.user },
  { name: 'keys', key: ['id'] },
  { name: 'key_secrets', key: ['digest'] },
  { name: 'revisions', key: ['name'] },
  { name: 'budgets', key: ['id'] },
  { name: 'budget_spend', key: ['budget_id', 'window_start'] },
  { name: 'prices', key: ['seq'], isNumbered: true },
  { name: 'callers', key: ['id'], isNumbered: true },
  { name: 'routes', key: ['id'], isNumbered: true },
  { name: 'intents', key: ['call_id', 'attempt'] },
  { name: 'calls', key: ['seq'], isNumbered: true },
  { name: 'rollups', key: ['minutes', 'starts_at', 'caller', 'route'] },
  { name: 'outbox_batches', key: ['id'], isNumbered: true },
  { name: 'outbox_items', key: ['id'], isNumbered: true },
  { name: 'outbox_acknowledged', key: ['channel', 'owner', 'day'] },
  { name: 'outbox_told', key: ['event_id'] },
  { name: 'outbox_cursors', key: ['name'] },
  // Each up to 16 MB.
  { name: 'kept', key: ['seq'], isNumbered: true, pageRows: 8 },
];
