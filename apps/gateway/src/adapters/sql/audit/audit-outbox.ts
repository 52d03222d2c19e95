import { DAY_MS } from '@tollgate/core';
import type { UsageEvent } from '@tollgate/core/usage';
import * as z from 'zod';
import { addFigures, type DayFigures } from '../../../ports/day-figures.ts';
import { outboxRows, ZION_CHANNEL } from '../outbox-rows.ts';
import type { SqlReader, SqlRow } from '../sql.ts';
import type { Findings } from './findings.ts';

/** Added up to one a day and model when there are so many. */
const MOST_FIGURES = 100_000;

const Increment = z.looseObject({ model: z.string().exactOptional() });

interface Told {
  requests: number;
  inputTokens: number;
  outputTokens: number;
}

/** What Zion has acknowledged, and what still waits for it, by owner and day. */
const STORED = `
  select owner, day, sum(requests) as requests, sum(input_tokens) as input_tokens,
    sum(output_tokens) as output_tokens
  from (
    select owner, day, requests, input_tokens, output_tokens from outbox_acknowledged
    where channel = '${ZION_CHANNEL}'
    union all
    select owner, at - at % ${DAY_MS}, requests, input_tokens, output_tokens from outbox_items
    where channel = '${ZION_CHANNEL}' and owner is not null
  ) as told group by owner, day`;

const WAITING = `
  select channel, is_dead, count(*) as count from outbox_items group by channel, is_dead`;

/** Whatever was booked for users of the governance service was acknowledged, or waits. */
export class OutboxAudit {
  readonly #booked = new Map<string, Told & { readonly calls: string[] }>();
  readonly #withFigures: boolean;
  #figures: DayFigures[] = [];

  /** `withFigures`: the service's own are there, to be held against them. */
  constructor(withFigures: boolean) {
    this.#withFigures = withFigures;
  }

  add(event: UsageEvent): void {
    const row = outboxRows(event, []).find(({ channel }) => channel === ZION_CHANNEL);
    if (row?.owner === undefined) return;
    const name = nameOf(row.owner, row.at - (row.at % DAY_MS));
    const known = this.#booked.get(name) ?? { ...nothing(), calls: [] };
    known.requests += row.requests;
    known.inputTokens += row.inputTokens;
    known.outputTokens += row.outputTokens;
    if (known.calls.length < 10) known.calls.push(event.callId);
    this.#booked.set(name, known);
    if (!this.#withFigures) return;
    const told = Increment.parse(JSON.parse(row.body));
    this.#figures.push({
      day: name.slice(0, name.indexOf(' ')),
      model: told.model ?? '',
      requests: row.requests,
      inputTokens: row.inputTokens,
      outputTokens: row.outputTokens,
    });
    if (this.#figures.length >= MOST_FIGURES) {
      this.#figures = [...addFigures(this.#figures).values()];
    }
  }

  /** What the governance service ought to count, by day and model. */
  get figures(): readonly DayFigures[] {
    return this.#figures;
  }

  async compare(db: SqlReader, findings: Findings): Promise<void> {
    const stored = new Map(
      (await db.all(STORED)).map((row) => [
        nameOf(String(row['owner']), Number(row['day'])),
        toldOf(row),
      ]),
    );
    for (const name of new Set([...stored.keys(), ...this.#booked.keys()])) {
      const booked = this.#booked.get(name);
      const expected = shown(booked ?? nothing());
      const found = shown(stored.get(name) ?? nothing());
      if (expected === found) continue;
      const day = name.slice(0, name.indexOf(' '));
      findings.differ({
        check: 'outbox',
        // Whose it is says the call: no e-mail address in a report that is passed around.
        what: `told to the governance service of one user on ${day}`,
        expected,
        found,
        calls: booked?.calls ?? [],
      });
    }
    for (const row of await db.all(WAITING)) {
      const isDead = Number(row['is_dead']) === 1;
      const what = isDead ? 'dead letters' : 'events that wait to be sent';
      findings.note(`${what} for ${row['channel']}`, undefined, Number(row['count']));
    }
  }
}

const nothing = (): Told => ({ requests: 0, inputTokens: 0, outputTokens: 0 });

const nameOf = (owner: string, day: number): string =>
  `${new Date(day).toISOString().slice(0, 10)} ${owner}`;

const toldOf = (row: SqlRow): Told => ({
  requests: Number(row['requests']),
  inputTokens: Number(row['input_tokens']),
  outputTokens: Number(row['output_tokens']),
});

const shown = ({ requests, inputTokens, outputTokens }: Told): string =>
  `${requests} requests, ${inputTokens} input tokens, ${outputTokens} output tokens`;
