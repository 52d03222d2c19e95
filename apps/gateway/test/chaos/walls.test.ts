import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BookedCall,
  BookkeepingProvider,
  BookkeepingZion,
  createDice,
  engineTitle,
  startBreakableLink,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { differences } from './books.ts';
import type { AskedCall } from './load.ts';
import { ROUNDS as ALL_ROUNDS, CLIENTS, liveThrough, SEED, whatIsLeft } from './rounds.ts';
import {
  bookedCalls,
  command,
  correctedModels,
  type Environment,
  ledgerLines,
} from './started-gateway.ts';
import { TOPOLOGIES } from './topology.ts';

const ADMIN_KEY = 'tg_chaos0TestKey000000000000000000000000000000000';

/** Each call has a model of its own, and each model a price in the settings: more would be slow to read. */
const ROUNDS = Math.min(ALL_ROUNDS, 40);

/** One key for each wall; all ask for more than there is. */
const REQUESTS = 15 * ROUNDS;
const A_MINUTE = 20;
const MICRO_USD = 3_000 * ROUNDS;
const WALLS = {
  'so many for life': `${REQUESTS} requests/life`,
  'so many a minute': `${A_MINUTE} requests/minute`,
  'so much at the ceiling': `${MICRO_USD / 1e6} USD/life hard`,
  'so much as it comes': `${MICRO_USD / 1e6} USD/life`,
} as const;
type Wall = keyof typeof WALLS;

const Created = z.object({ key: z.string() });

/** Dollars a million tokens, which is micro-dollars a token. */
const PRICE = { inputUsdPerMTok: 1, outputUsdPerMTok: 10 };
const microUsdOf = ({ inputTokens, outputTokens }: BookedCall): number =>
  inputTokens * PRICE.inputUsdPerMTok + outputTokens * PRICE.outputUsdPerMTok;
const MOST_INPUT = 60;
const MOST_WORDS = 42;
const DEAREST = MOST_INPUT * PRICE.inputUsdPerMTok + MOST_WORDS * PRICE.outputUsdPerMTok;

const words = (model: string): number => 3 + (Number(model.slice('call-'.length)) % 40);
const MODELS = 200 * ROUNDS;
const prices = Object.fromEntries(
  Array.from({ length: MODELS }, (_, at) => `call-${at}`).flatMap((model) => [
    [`openai/${model}`, PRICE],
    [`anthropic/${model}`, PRICE],
  ]),
);

for (const { name, missing, open } of TOPOLOGIES) {
  describe.skipIf(missing !== undefined)(engineTitle(`${name} (seed ${SEED})`, missing), () => {
    it(
      `holds every wall over ${ROUNDS} kills, and the books agree`,
      async () => {
        const folder = mkdtempSync(join(tmpdir(), 'tollgate walls '));
        try {
          const reached = new Set<string>();
          await using provider = await BookkeepingProvider.start({
            plan: (model) => {
              reached.add(model);
              const inputTokens = MOST_INPUT - (words(model) % 40);
              return { words: words(model), pauseMs: words(model) % 4, inputTokens };
            },
          });
          await using zion = await BookkeepingZion.start(createDice(SEED + 1));
          await using zionLink = await startBreakableLink({ port: zion.port });
          await using topology = await open({
            folder,
            adminKey: ADMIN_KEY,
            providerUrl: provider.url,
            zionPort: zionLink.port,
            prices,
          });
          const [first = {}] = topology.gateways;
          const keys = await makeKeys(first, folder);
          // A call that was refused leaves its name to another, so that there are prices for all that go out.
          const refused = new Set<AskedCall>();
          const free: string[] = [];
          let made = 0;
          await using lived = await liveThrough({
            rounds: ROUNDS,
            topology,
            folder,
            zion,
            zionLink,
            keys: [...keys.values()],
            nextModel: () => free.pop() ?? `call-${made++}`,
            onEnd: (call) => {
              if (call.status === 200 || call.status === undefined || reached.has(call.model))
                return;
              refused.add(call);
              free.push(call.model);
            },
          });
          const { kills, story } = lived;
          const told = story.join('\n');
          const asked = lived.asked.filter((call) => !refused.has(call));
          const callsOf = (wall: Wall): readonly BookedCall[] => {
            const key = keys.get(wall);
            const models = new Set(
              asked.filter((one) => one.key === key).map(({ model }) => model),
            );
            return provider.calls.filter(({ model }) => models.has(model));
          };
          const spent = (wall: Wall): number =>
            callsOf(wall).reduce((sum, call) => sum + microUsdOf(call), 0);

          const found = await whatIsLeft(async () =>
            differences({
              provider: provider.calls,
              ledger: await ledgerLines(first, folder),
              zion: zion.counted,
              corrected: await correctedModels(first, folder),
              asked,
              zionKeys: [],
              kills,
            }),
          );
          expect(found, told).toEqual([]);
          expect(made).toBeLessThanOrEqual(MODELS);

          const rowsOfAll = await bookedCalls(first, folder);
          const booked = rowsOfAll.filter(({ corrects }) => corrects === undefined);
          // Not all: what the dead held of calls that never came to an intent is free when their leases end.
          const rows = booked.filter(({ keyName }) => keyName === 'so many for life').length;
          expect(rows, told).toBeLessThanOrEqual(REQUESTS);
          expect(rows, told).toBeGreaterThan(0);
          expect(callsOf('so many for life').length, told).toBeLessThanOrEqual(REQUESTS);
          expect(spent('so much at the ceiling'), told).toBeLessThanOrEqual(MICRO_USD);
          // What can't be seen of a call is what it costs at most: of those that ran at the limit, and of
          // those that were killed, which are booked at what they were taken to cost.
          expect(spent('so much as it comes'), told).toBeLessThanOrEqual(
            MICRO_USD + CLIENTS * (kills.length + 1) * DEAREST,
          );
          const minutes = Map.groupBy(
            booked.filter(({ keyName }) => keyName === 'so many a minute'),
            ({ startedAt }) => Math.floor(startedAt / 60_000),
          );
          for (const calls of minutes.values()) expect(calls.length).toBeLessThanOrEqual(A_MINUTE);
          expect(new Set(await lived.stop())).toEqual(new Set([0]));
          expect(await command(first, folder, ['audit'])).toMatchObject({
            differences: [],
            more: 0,
          });
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      },
      240_000 + ROUNDS * 15_000,
    );
  });
}

async function makeKeys(env: Environment, cwd: string): Promise<ReadonlyMap<Wall, string>> {
  const keys = new Map<Wall, string>();
  for (const wall of Object.keys(WALLS) as Wall[]) {
    const words = ['keys', 'create', '--name', wall, '--budget', WALLS[wall]];
    keys.set(wall, Created.parse(await command(env, cwd, words)).key);
  }
  return keys;
}
