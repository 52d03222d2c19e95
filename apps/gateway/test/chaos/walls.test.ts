import { type BookedCall, engineTitle } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { AskedCall } from './load.ts';
import { ROUNDS as ALL_ROUNDS, CLIENTS, liveThrough, SEED } from './rounds.ts';
import { openScene, words } from './scene.ts';
import { bookedCalls, command, type Environment } from './started-gateway.ts';
import { TOPOLOGIES } from './topology.ts';

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
        const reached = new Set<string>();
        await using scene = await openScene({
          open,
          provider: {
            plan: (model) => {
              reached.add(model);
              const inputTokens = MOST_INPUT - (words(model) % 40);
              return { words: words(model), pauseMs: words(model) % 4, inputTokens };
            },
          },
          prices,
        });
        const { provider, first, folder } = scene;
        const keys = await makeKeys(first, folder);
        // A call that was refused leaves its name to another, so that there are prices for all that go out.
        const refused = new Set<AskedCall>();
        const free: string[] = [];
        let made = 0;
        await using lived = await liveThrough({
          scene,
          rounds: ROUNDS,
          keys: [...keys.values()],
          nextModel: () => free.pop() ?? `call-${made++}`,
          onEnd: (call) => {
            if (call.status === 200 || call.status === undefined || reached.has(call.model)) return;
            refused.add(call);
            free.push(call.model);
          },
        });
        const { kills, story } = lived;
        const told = story.join('\n');
        const asked = lived.asked.filter((call) => !refused.has(call));
        const callsOf = (wall: Wall): readonly BookedCall[] => {
          const key = keys.get(wall);
          const models = new Set(asked.filter((one) => one.key === key).map(({ model }) => model));
          return provider.calls.filter(({ model }) => models.has(model));
        };
        const spent = (wall: Wall): number =>
          callsOf(wall).reduce((sum, call) => sum + microUsdOf(call), 0);

        const found = await scene.differences({ asked, kills, zionKeys: [] });
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
        await scene.expectOrderlyEnd(lived);
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
