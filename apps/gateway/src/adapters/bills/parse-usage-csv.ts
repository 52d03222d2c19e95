import { err, ok, type Result } from '@tollgate/core';
import { parse } from 'csv-parse/sync';
import type { DayFigures } from '../../ports/day-figures.ts';

/*
 * Columns by the names that exports give them: a plain one of one's own, OpenAI's and Anthropic's
 * consoles', and a governance service's. Several columns of one figure add up.
 */
const COLUMNS = {
  day: ['day', 'date', 'usage_date_utc', 'start_time_iso', 'timestamp'],
  model: ['model', 'model_version'],
  requests: ['requests', 'num_model_requests', 'n_requests', 'airequests', 'ai_requests'],
  inputTokens: [
    'input_tokens',
    'aiinputtokens',
    'ai_input_tokens',
    'usage_input_tokens_no_cache',
    'usage_input_tokens_cache_write_5m',
    'usage_input_tokens_cache_write_1h',
    'usage_input_tokens_cache_read',
  ],
  outputTokens: ['output_tokens', 'aioutputtokens', 'ai_output_tokens', 'usage_output_tokens'],
  usd: ['cost_usd', 'amount_usd'],
} as const;

type Column = keyof typeof COLUMNS;

const nameOf = (header: string): string => header.trim().toLowerCase().replace(/\s+/g, '_');

/** A usage export, a line a day and model or finer. Says which line is wrong, and how. */
export function parseUsageCsv(text: string): Result<readonly DayFigures[], string> {
  let records: readonly (readonly string[])[];
  try {
    records = parse(text, { bom: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    return err(`it is not CSV: ${error instanceof Error ? error.message : String(error)}`);
  }
  const [head, ...lines] = records;
  if (head === undefined) return err('it is empty');
  const places = placesIn(head.map(nameOf));
  for (const needed of ['day', 'model'] as const) {
    if (places[needed].length > 0) continue;
    return err(`no column for the ${needed}: expected one of ${COLUMNS[needed].join(', ')}`);
  }
  const figures: DayFigures[] = [];
  for (const [index, line] of lines.entries()) {
    const read = figuresOf(line, places);
    if (!read.ok) return err(`line ${index + 2}: ${read.error}`);
    figures.push(read.value);
  }
  return ok(figures);
}

type Places = { readonly [column in Column]: readonly number[] };

function placesIn(names: readonly string[]): Places {
  const placesOf = (column: Column): readonly number[] => {
    const known: readonly string[] = COLUMNS[column];
    return names.flatMap((name, at) => (known.includes(name) ? [at] : []));
  };
  return {
    day: placesOf('day').slice(0, 1),
    model: placesOf('model').slice(0, 1),
    requests: placesOf('requests').slice(0, 1),
    inputTokens: placesOf('inputTokens'),
    outputTokens: placesOf('outputTokens').slice(0, 1),
    usd: placesOf('usd').slice(0, 1),
  };
}

function figuresOf(line: readonly string[], places: Places): Result<DayFigures, string> {
  const textOf = (column: Column): string => line[places[column][0] ?? -1] ?? '';
  const day = /^\d{4}-\d{2}-\d{2}/.exec(textOf('day'))?.[0];
  if (day === undefined) return err(`"${textOf('day')}" is no day as in 2026-11-26`);
  const counts: { [name: string]: number } = {};
  for (const name of ['requests', 'inputTokens', 'outputTokens'] as const) {
    for (const place of places[name]) {
      const text = line[place] ?? '';
      if (text === '') continue;
      if (!/^\d{1,15}$/.test(text)) return err(`"${text}" is no count of ${name}`);
      counts[name] = (counts[name] ?? 0) + Number(text);
    }
  }
  const usd = textOf('usd');
  if (usd === '') return ok({ day, model: textOf('model'), ...counts });
  const picoUsd = picoOf(usd);
  if (picoUsd === undefined) return err(`"${usd}" is no amount in dollars`);
  return ok({ day, model: textOf('model'), ...counts, picoUsd });
}

/** Dollars with up to 12 decimals, exactly; what is finer is cut. */
export function picoOf(text: string): bigint | undefined {
  const match = /^\$?(\d{1,12})(?:\.(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, dollars = '0', fraction = ''] = match;
  return BigInt(dollars) * 10n ** 12n + BigInt(fraction.slice(0, 12).padEnd(12, '0'));
}
