import { STORE_BODIES } from '../sql/store-bodies.ts';
import { BUDGET_TABLES, BUDGET_VERSIONS } from './budget-tables.ts';
import { DIRECTORY_TABLES } from './directory-tables.ts';
import { KEPT_TABLES } from './kept-tables.ts';
import { LEDGER_TABLES } from './ledger-tables.ts';
import { MODEL_SENT } from './model-sent.ts';
import { OUTBOX_TABLES } from './outbox-tables.ts';
import { SHARED_TEXT_DIGESTS } from './shared-text-digests.ts';
import { SHARED_TEXTS } from './shared-texts.ts';

/**
 * The schema's history on PostgreSQL, oldest first; the version is the number of steps taken. A step
 * that was released is never edited: a change is a new step.
 */
export const MIGRATIONS: readonly string[] = [
  LEDGER_TABLES,
  OUTBOX_TABLES,
  DIRECTORY_TABLES,
  BUDGET_TABLES,
  MODEL_SENT,
  BUDGET_VERSIONS,
  KEPT_TABLES,
  STORE_BODIES,
  SHARED_TEXTS,
  SHARED_TEXT_DIGESTS,
];
