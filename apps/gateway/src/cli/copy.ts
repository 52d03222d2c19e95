import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { Secret } from '../config/secret.ts';
import { StorageSettings } from '../config/storage-schema.ts';
import {
  type CliContext,
  CliFailure,
  type CommonOptions,
  misused,
  readConfig,
  toJson,
} from './context.ts';
import { withBooks } from './open-books.ts';
import { copyTo, nameOf } from './open-copy.ts';

export interface CopyOptions extends CommonOptions {
  readonly to: string;
}

/** Every so many rows, who waits is told. */
const TOLD_ROWS = 100_000;

/** The ledger, whole, into an empty one; then the books of the copy are proved. */
export async function copyDatabase(context: CliContext, options: CopyOptions): Promise<void> {
  const { config } = readConfig(context, options);
  const target = targetOf(context, config, options.to);
  const [from, to] = [nameOf(config), nameOf(target)];
  if (from === to) throw misused(`--to: that is the ledger itself, ${to}`);
  const rows = await copyTo(target, config, progressTo(context));
  const { calls, differences, more } = await withBooks(target, { isAlone: false }, (books) =>
    books.audit({}),
  );
  const count = differences.length + more;
  if (options.json === true) {
    context.out(toJson({ from, to, rows: Object.fromEntries(rows), differences: count }));
  } else {
    const told = [...rows].filter(([, n]) => n > 0).map(([table, n]) => `${table.padEnd(20)} ${n}`);
    context.out(
      [
        ...told,
        `Copied from ${from} to ${to}; every row was read back and is the same.`,
        `The books of the copy: ${calls} rows, ${count} differences.`,
        nextStep(target),
      ].join('\n'),
    );
  }
  if (count > 0) {
    throw new CliFailure(
      `the books do not agree, in the copy as in its source: ${count} differences; "tollgate audit" names them`,
    );
  }
}

/** A `postgres://` URL, or else a data folder. */
function targetOf({ cwd }: CliContext, config: Config, to: string): Config {
  if (!/^postgres(ql)?:/i.test(to)) {
    return {
      ...config,
      dataDir: resolve(cwd, to),
      storage: { ...config.storage, ledger: 'sqlite' },
    };
  }
  const url = StorageSettings.shape.ledger.safeParse(to);
  // The text is not told again: it may hold a password.
  if (!url.success) throw misused('--to: expected a postgres:// URL with a host, or a data folder');
  return { ...config, storage: { ...config.storage, ledger: new Secret(url.data) } };
}

const nextStep = ({ storage, dataDir }: Config): string =>
  storage.ledger === 'sqlite'
    ? `To go on with it, start with dataDir (or TOLLGATE_DATA_DIR) ${dataDir} and storage.ledger "sqlite".`
    : 'To go on with it, set storage.ledger (or TOLLGATE_LEDGER) to that URL; the secret stays the same.';

/** Says how far each table has come. */
export const progressTo = ({ err }: CliContext) => {
  let told = 0;
  return (table: string, rows: number): void => {
    if (rows < told) told = 0;
    if (rows - told < TOLD_ROWS) return;
    told = rows;
    err(`${table}: ${rows} rows`);
  };
};
