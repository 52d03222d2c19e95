import { type CliContext, CliFailure, type CommonOptions, readConfig, toJson } from './context.ts';
import { openPrices, type ToldChange } from './open-prices.ts';
import { renderTable } from './table.ts';

export interface DiffOptions extends CommonOptions {
  readonly from?: string;
  readonly to?: string;
}

const NEVER_REFRESHED =
  'The bundled list serves alone: priceList.refresh is off, so no other is asked for.';

/** Which versions of the price list there are, and since when each was in force. */
export function listPrices(context: CliContext, options: CommonOptions): void {
  const { config } = readConfig(context, options);
  const { versions } = openPrices(config);
  if (options.json === true) {
    context.out(toJson({ versions }));
    return;
  }
  context.out(
    renderTable(
      ['VERSION', 'SINCE', 'MODELS', ''],
      versions.map(({ version, since, models, isCurrent }) => [
        version,
        since ?? 'bundled',
        String(models),
        isCurrent ? 'in force' : '',
      ]),
    ),
  );
  if (!config.priceList.refresh) context.err(NEVER_REFRESHED);
}

/** Which models' prices differ between two versions; where none is named: between the last two. */
export function diffPrices(context: CliContext, options: DiffOptions): void {
  const { config } = readConfig(context, options);
  const prices = openPrices(config);
  const [last = '', before = last] = prices.versions.map(({ version }) => version).reverse();
  const { from = before, to = last } = options;
  const changes = prices.changes(from, to);
  if (changes === undefined) {
    throw new CliFailure(
      `There is no version "${from}", or none "${to}"; tollgate prices list shows all.`,
    );
  }
  if (options.json === true) {
    context.out(toJson({ from, to, changes }));
    return;
  }
  context.err(`${from} → ${to}: ${changes.length} models differ.`);
  if (changes.length > 0) context.out(table(changes));
}

const table = (changes: readonly ToldChange[]): string =>
  renderTable(
    ['MODEL', '', 'BEFORE', 'AFTER'],
    changes.map(({ model, kind, before, after }) => [model, kind, textOf(before), textOf(after)]),
  );

const textOf = (prices: ToldChange['before']): string =>
  prices === undefined ? '' : JSON.stringify(prices);
