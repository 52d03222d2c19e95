import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Sources, TheirFigures } from '../ports/audit.ts';
import type { DayFigures } from '../ports/day-figures.ts';
import { calendarDay, startOfDay } from './calendar-day.ts';
import { type CliContext, CliFailure, misused } from './context.ts';
import { parseUsageCsv, systemClock, USAGE_REPORTS } from './open-bills.ts';
import { withUpstreams } from './open-upstream.ts';

/** Where others' figures come from, as options name them. */
export interface TheirSources {
  readonly usage?: readonly string[];
  readonly zion?: string;
  readonly ask?: readonly string[];
  readonly from?: string;
  readonly to?: string;
}

/** What the books are held against, read before they are opened. */
export async function theirFigures(
  context: CliContext,
  config: Config,
  sources: TheirSources,
): Promise<Sources> {
  const files = (sources.usage ?? []).map((given): TheirFigures => {
    const at = given.indexOf('=');
    if (at < 1) throw misused(`--usage: expected provider=file, got "${given}"`);
    const provider = given.slice(0, at);
    if (!config.providers.some(({ name }) => name === provider)) {
      throw misused(`--usage: no provider is called "${provider}"`);
    }
    return { of: provider, figures: readFigures(context, given.slice(at + 1)) };
  });
  const asked: TheirFigures[] = [];
  for (const provider of sources.ask ?? []) {
    asked.push({
      of: provider,
      figures: await askProvider(context, config, { provider, sources }),
    });
  }
  const theirs = [...files, ...asked];
  if (sources.zion === undefined) return { theirs };
  return { theirs, zion: readFigures(context, sources.zion) };
}

function readFigures(context: CliContext, file: string): readonly DayFigures[] {
  let text: string;
  try {
    text = readFileSync(resolve(context.cwd, file), 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliFailure(`${file} can't be read: ${why}`);
  }
  const figures = parseUsageCsv(text);
  if (!figures.ok) throw new CliFailure(`${file}: ${figures.error}`);
  return figures.value;
}

async function askProvider(
  context: CliContext,
  config: Config,
  { provider: name, sources }: { readonly provider: string; readonly sources: TheirSources },
): Promise<readonly DayFigures[]> {
  const known = USAGE_REPORTS[name];
  if (known === undefined) {
    throw misused(`--ask: expected ${Object.keys(USAGE_REPORTS).join(' or ')}, got "${name}"`);
  }
  const provider = config.providers.find((one) => one.name === name);
  const baseUrl = provider?.baseUrl?.[known.dialect];
  if (baseUrl === undefined) throw new CliFailure(`the provider "${name}" is not configured`);
  const adminKey = context.env[known.variable];
  if (adminKey === undefined || adminKey === '') {
    throw new CliFailure(`${known.variable} is not set: the usage report needs an admin key`);
  }
  const today = Temporal.Instant.fromEpochMilliseconds(systemClock.now())
    .toZonedDateTimeISO('UTC')
    .toPlainDate();
  const [first, last] = [dayOf(sources.from, '--from'), dayOf(sources.to, '--to')];
  const from = startOfDay(first ?? today.subtract({ days: 7 }), 'UTC');
  const to = startOfDay(last?.add({ days: 1 }) ?? today, 'UTC');
  if (from >= to) throw misused('--from: expected a day before --to');
  const told = await withUpstreams(({ http: upstream }) =>
    known.report({ upstream, baseUrl: String(baseUrl), adminKey, from, to }),
  );
  if (!told.ok) throw new CliFailure(`the usage report of "${name}": ${told.error.kind}`);
  return told.value;
}

const dayOf = (day: string | undefined, option: string): Temporal.PlainDate | undefined =>
  day === undefined ? undefined : calendarDay(day, option);
