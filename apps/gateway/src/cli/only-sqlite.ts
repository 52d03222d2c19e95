import type { Config } from '../config/config.ts';
import { CliFailure } from './context.ts';

/** For commands that know the data folder's ledger only: its file may be there, and tell of nothing. */
export function onlySqlite({ storage }: Config): void {
  if (storage.ledger === 'sqlite') return;
  throw new CliFailure(
    'this command is for the ledger in the data folder, and storage.ledger is PostgreSQL: use its own tools (pg_dump, psql)',
  );
}
