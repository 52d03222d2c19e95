import { nearestName } from '../nearest-name.ts';
import { parseUsd } from '../pricing/pico-usd.ts';
import { err, ok, type Result } from '../result.ts';
import {
  type BudgetTerms,
  DEFAULT_THRESHOLDS,
  MEASURES,
  type Measure,
  PERIODS,
  type Period,
} from './budget.ts';
import { isTimeZone, nearestTimeZone } from './time-zone.ts';

const EXAMPLES =
  'Examples: "100 requests/day", "1000000 tokens/day", "20 USD/month", "5 concurrent", "20 USD/month hard in Europe/Berlin".';

/** Longer texts are no budgets. */
const MOST_LETTERS = 200;

const MOST = 999_999_999_999_999n;
/** Pico-dollars of more would not fit into 64 bits. */
const MOST_USD = 9_000_001n;

/** Why a text is no budget: a sentence for who wrote it, with examples. */
export type BudgetProblem = string;

type Parsed<T> = Result<T, BudgetProblem>;

/**
 * Reads `AMOUNT MEASURE/PERIOD`, or `MEASURE per PERIOD`, and after it in any order: `hard`, `in ZONE`, `finish-running` or
 * `cheaper:MODEL`, `unpriced`, and `warn:50,80,100` or `warn:never`.
 */
export function parseBudget(text: string): Parsed<BudgetTerms> {
  if (text.length > MOST_LETTERS) {
    return problem(`a budget has at most ${MOST_LETTERS} characters, this one has ${text.length}`);
  }
  const spaced = text.trim().replace(/\s*\/\s*|\s+per\s+/i, '/');
  const [, amount, rest] = /^(\S+)(?:\s+(.*))?$/s.exec(spaced) ?? [];
  if (amount === undefined) return problem('it is empty');
  if (!/^[-+.]?\d/.test(amount)) return problem(`it begins with "${amount}", not with a number`);
  if (rest === undefined) return problem(`it does not say what "${amount}" counts`);
  const [counted = '', ...words] = splitTerms(rest);
  const measured = parseMeasured(counted);
  if (!measured.ok) return measured;
  const limit = parseAmount(amount, measured.value.measure);
  if (!limit.ok) return limit;
  const options = parseOptions(words);
  return options.ok ? ok({ ...measured.value, limit: limit.value, ...options.value }) : options;
}

const problem = (what: string): { readonly ok: false; readonly error: BudgetProblem } =>
  err(`This is no budget: ${what.endsWith('?') ? what : `${what}.`} ${EXAMPLES}`);

const OPTION = /^(hard|in|finish-running|unpriced|cheaper:.*|warn:.*)$/i;

/** What is counted may be several words long; each option is one, but for `in ZONE`. */
function splitTerms(text: string): readonly string[] {
  const words = text.split(/\s+/);
  const first = words.findIndex((word) => OPTION.test(word));
  const counted = first < 0 ? words : words.slice(0, first);
  return [counted.join(' '), ...(first < 0 ? [] : words.slice(first))];
}

function parseMeasured(text: string): Parsed<{ measure: Measure; per: Period }> {
  const [name = '', period, ...more] = text.toLowerCase().split('/');
  const measure = measureOf(name);
  if (measure === undefined) {
    const near = nearestName(name, MEASURES);
    const hint = near === undefined ? `one of ${MEASURES.join(', ')}` : `"${near}"`;
    return problem(`"${name}" is not known; did you mean ${hint}?`);
  }
  if (measure === 'concurrent') {
    if (period === undefined) return ok({ measure, per: 'life' });
    return problem('"concurrent" counts calls that run now, so it has no period');
  }
  const periods = PERIODS.join(', ');
  if (period === undefined) return problem(`"${text}" has no period; add one of /${periods}`);
  const per = PERIODS.find((known) => known === period);
  if (per === undefined || more.length > 0) {
    return problem(`"${[period, ...more].join('/')}" is no period; use one of ${periods}`);
  }
  return ok({ measure, per });
}

/** `request`, `requests` and `USD` are known; so is `dollars`. */
function measureOf(name: string): Measure | undefined {
  if (name === 'dollar' || name === 'dollars') return 'usd';
  return MEASURES.find((known) => known === name || known === `${name}s`);
}

function parseAmount(text: string, measure: Measure): Parsed<bigint> {
  if (text.startsWith('-')) return problem(`${text} is negative`);
  const plain = text.replace(/(?<=\d)_(?=\d)/g, '');
  if (!/^\d+(\.\d+)?$/.test(plain)) {
    return problem(`"${text}" is no number: write its digits alone, as 1000000`);
  }
  const tooMuch = (most: bigint) => problem(`${text} is more than a budget can be, ${most}`);
  if (measure !== 'usd') {
    if (plain.includes('.')) return problem(`${text} is not whole, and ${measure} are`);
    const limit = BigInt(plain);
    return limit > MOST ? tooMuch(MOST) : ok(limit);
  }
  const [whole = ''] = plain.split('.');
  if (BigInt(whole) >= MOST_USD) return tooMuch(MOST_USD - 1n);
  const limit = parseUsd(plain);
  return limit === undefined ? problem(`${text} USD is finer than 12 decimals`) : ok(limit);
}

type Options = Omit<BudgetTerms, 'measure' | 'limit' | 'per'>;

function parseOptions(words: readonly string[]): Parsed<Options> {
  let options: Options = {
    timeZone: 'UTC',
    isHard: false,
    onExhausted: { type: 'refuse' },
    allowsUnpriced: false,
    thresholds: DEFAULT_THRESHOLDS,
  };
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const option = parseOption(word, left);
    if (!option.ok) return option;
    options = { ...options, ...option.value };
  }
  return ok(options);
}

/** Takes the zone from what is left. */
function parseOption(word: string, left: string[]): Parsed<Partial<Options>> {
  const [name = '', value = ''] = splitOnce(word);
  switch (name.toLowerCase()) {
    case 'hard':
      return ok({ isHard: true });
    case 'unpriced':
      return ok({ allowsUnpriced: true });
    case 'finish-running':
      return ok({ onExhausted: { type: 'finish-running' } });
    case 'cheaper':
      if (value === '') return problem('"cheaper:" does not say which model');
      return ok({ onExhausted: { type: 'cheaper', model: value } });
    case 'warn':
      return parseThresholds(value);
    case 'in':
      return parseZone(left.shift());
    default:
      return problem(
        `"${word}" is not known; after the period may come hard, in ZONE, finish-running, cheaper:MODEL, unpriced, warn:50,80,100`,
      );
  }
}

/** At the first colon: models have colons of their own. */
function splitOnce(word: string): readonly string[] {
  const at = word.indexOf(':');
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

function parseZone(name: string | undefined): Parsed<Partial<Options>> {
  if (name === undefined) return problem('"in" does not say which time zone');
  if (isTimeZone(name)) return ok({ timeZone: name });
  const near = nearestTimeZone(name);
  const hint = near === undefined ? 'use a name such as Europe/Berlin' : `did you mean ${near}?`;
  return problem(`"${name}" is no time zone of the IANA list; ${hint}`);
}

function parseThresholds(text: string): Parsed<Partial<Options>> {
  if (text === 'never') return ok({ thresholds: [] });
  const told = text.split(',').map((one) => (/^\d{1,3}$/.test(one) ? Number(one) : 0));
  const thresholds = [...new Set(told)].sort((one, other) => one - other);
  if (thresholds.length > 10 || thresholds.some((one) => one < 1 || one > 100)) {
    return problem(`"warn:${text}" holds no list of percentages from 1 to 100`);
  }
  return ok({ thresholds });
}
