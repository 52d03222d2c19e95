import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { UsageEvent } from '@tollgate/core/usage';
import {
  type CliContext,
  CliFailure,
  type CommonOptions,
  misused,
  readConfig,
  toJson,
} from './context.ts';
import { csvHead, csvLine } from './csv.ts';
import { onlySqlite } from './only-sqlite.ts';
import { backUp, databaseStatus, ledgerPages, migrateDatabase } from './open-database.ts';

/** What the ledger's database is, checked whole. */
export function printDatabaseStatus(context: CliContext, options: CommonOptions): void {
  const { config } = readConfig(context, options);
  onlySqlite(config);
  const status = databaseStatus(config.dataDir);
  if (!status.ok) throw new CliFailure(status.error.detail);
  if (options.json === true) {
    context.out(toJson(status.value));
    return;
  }
  const { path, bytes, version, knownVersion, calls, openIntents } = status.value;
  const schema =
    version === knownVersion
      ? `${version}, up to date`
      : `${version} of ${knownVersion}: "tollgate db migrate", or the next start, takes the rest`;
  context.out(
    [
      `file         ${path}, ${bytes} bytes, whole`,
      `schema       ${schema}`,
      `calls        ${calls}`,
      `under way    ${openIntents}`,
    ].join('\n'),
  );
}

export function migrate(context: CliContext, options: CommonOptions): void {
  const { config } = readConfig(context, options);
  onlySqlite(config);
  migrateDatabase(config.dataDir);
  context.out('The schema is up to date.');
}

/** A copy of one instant; the gateway may run. */
export function backUpDatabase(context: CliContext, file: string, options: CommonOptions): void {
  const { config } = readConfig(context, options);
  onlySqlite(config);
  const path = resolve(context.cwd, file);
  const bytes = backUp(config.dataDir, path);
  if (!bytes.ok) throw new CliFailure(bytes.error.detail);
  context.out(
    `${path}: ${bytes.value} bytes. To restore it, stop the gateway and put it in the place of tollgate.db, without the files beside that.`,
  );
}

export interface ExportOptions extends CommonOptions {
  readonly format: string;
  readonly out?: string;
}

const FORMATS = {
  jsonl: { head: '', line: (event: UsageEvent): string => `${JSON.stringify(event)}\n` },
  csv: { head: csvHead, line: csvLine },
} as const;

/** Every call, a page at a time: memory stays the same however long the ledger is. */
export async function exportLedger(context: CliContext, options: ExportOptions): Promise<void> {
  const { format, out } = options;
  if (format !== 'jsonl' && format !== 'csv' && format !== 'parquet') {
    throw misused(`--format: expected csv, jsonl or parquet, got "${format}"`);
  }
  const { config } = readConfig(context, options);
  if (format === 'parquet') {
    if (out === undefined)
      throw misused('--format parquet: expected --out <file>, since it is no text');
    // Read by this one command alone: all others start without it.
    const { writeParquet } = await import('./parquet.ts');
    await writeParquet(resolve(context.cwd, out), ledgerPages(config.dataDir));
    return;
  }
  onlySqlite(config);
  const { head, line } = FORMATS[format];
  async function* texts(): AsyncGenerator<string, void> {
    if (head !== '') yield head;
    for await (const page of ledgerPages(config.dataDir)) yield page.map(line).join('');
  }
  if (out === undefined) {
    for await (const text of texts()) context.out(text.trimEnd());
    return;
  }
  await pipeline(
    Readable.from(texts()),
    createWriteStream(resolve(context.cwd, out), { mode: 0o600 }),
  );
}
