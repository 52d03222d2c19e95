import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { UsageEvent } from '@tollgate/core/usage';
import { type CliContext, type CommonOptions, misused, readConfig, toJson } from './context.ts';
import { progressTo } from './copy.ts';
import { csvHead, csvLine } from './csv.ts';
import { backUpTo } from './open-copy.ts';
import {
  type DatabaseStatus,
  databaseStatus,
  migrateDatabase,
  withLedgerPages,
} from './open-database.ts';

/** What the ledger's database is; a file is checked whole. */
export async function printDatabaseStatus(
  context: CliContext,
  options: CommonOptions,
): Promise<void> {
  const { config } = readConfig(context, options);
  const status = await databaseStatus(config);
  context.out(options.json === true ? toJson(status) : linesOf(status).join('\n'));
}

function linesOf(status: DatabaseStatus): readonly string[] {
  const { bytes, calls, openIntents } = status;
  return [
    status.engine === 'sqlite'
      ? `file         ${status.path}, ${bytes} bytes, whole`
      : `server       ${status.server}, ${bytes} bytes`,
    `schema       ${schemaOf(status)}`,
    `calls        ${calls}`,
    `under way    ${openIntents}`,
    ...(status.engine === 'postgres' ? [`gateways     ${status.gateways}`] : []),
  ];
}

function schemaOf({ version, knownVersion }: DatabaseStatus): string {
  if (version === knownVersion) return `${version}, up to date`;
  return version > knownVersion
    ? `${version}, of a newer Tollgate: this one knows ${knownVersion} and leaves it alone`
    : `${version} of ${knownVersion}: "tollgate db migrate", or the next start, takes the rest`;
}

export async function migrate(context: CliContext, options: CommonOptions): Promise<void> {
  const { config } = readConfig(context, options);
  await migrateDatabase(config);
  context.out('The schema is up to date.');
}

/** A copy of one instant, as a file of SQLite whichever the engine; gateways may run. */
export async function backUpDatabase(
  context: CliContext,
  file: string,
  options: CommonOptions,
): Promise<void> {
  const { config } = readConfig(context, options);
  const path = resolve(context.cwd, file);
  const bytes = await backUpTo(path, config, progressTo(context));
  const restore =
    'To restore it, stop the gateway and put it in the place of tollgate.db, without the files beside that';
  const further =
    config.storage.ledger === 'sqlite'
      ? '.'
      : '; "tollgate db copy" brings it into PostgreSQL again.';
  context.out(`${path}: ${bytes} bytes. ${restore}${further}`);
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
  const path = out === undefined ? undefined : resolve(context.cwd, out);
  await withLedgerPages(config, writerOf(context, format, path));
}

type Pages = AsyncIterable<readonly UsageEvent[]>;

function writerOf(
  { out }: CliContext,
  format: 'parquet' | keyof typeof FORMATS,
  path: string | undefined,
): (pages: Pages) => Promise<void> {
  if (format === 'parquet') {
    if (path === undefined)
      throw misused('--format parquet: expected --out <file>, since it is no text');
    return async (pages) => {
      // Read by this one command alone: all others start without it.
      const { writeParquet } = await import('./parquet.ts');
      await writeParquet(path, pages);
    };
  }
  const { head, line } = FORMATS[format];
  async function* texts(pages: Pages): AsyncGenerator<string, void> {
    if (head !== '') yield head;
    for await (const page of pages) yield page.map(line).join('');
  }
  if (path !== undefined) {
    return (pages) =>
      pipeline(Readable.from(texts(pages)), createWriteStream(path, { mode: 0o600 }));
  }
  return async (pages) => {
    for await (const text of texts(pages)) out(text.trimEnd());
  };
}
