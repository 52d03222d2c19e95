import { setTimeout as sleep } from 'node:timers/promises';
import { type BookkeepingZion, type BreakableLink, createDice } from '@tollgate/testkit';
import type { Kill } from './books.ts';
import { type AskedCall, type LoadOptions, runLoad } from './load.ts';
import { type Environment, type Started, start } from './started-gateway.ts';
import type { Topology } from './topology.ts';
import { pass } from './troubles.ts';

/*
 * Real processes, killed at random moments. `npm run chaos` does it 200 times; TOLLGATE_TEST_SEED
 * repeats a run: the same calls and moments, as far as processes can be told what to do.
 */
export const ROUNDS = Number(process.env['TOLLGATE_TEST_ROUNDS'] ?? 5);
export const SEED = Number(process.env['TOLLGATE_TEST_SEED'] ?? Date.now() % 1_000_000);

/** A row is committed within milliseconds of its call's end; on a busy machine, within this. */
const COMMIT_MS = 1_500;

/** How many ask at a time. */
export const CLIENTS = 12;
const QUIET_MS = 2_000;

/** What gateways run in. */
interface Surroundings {
  readonly topology: Topology;
  readonly folder: string;
  readonly zion: BookkeepingZion;
  readonly zionLink: BreakableLink;
}

export interface RoundsOptions extends Pick<LoadOptions, 'keys' | 'nextModel' | 'onEnd'> {
  /** So many kills. */
  readonly rounds: number;
  readonly scene: Surroundings;
}

/** What happened, and the gateways that run at its end. */
export interface Lived extends AsyncDisposable {
  readonly asked: readonly AskedCall[];
  readonly kills: readonly Kill[];
  /** A line for each round, for whoever wants to know what led to a difference. */
  readonly story: readonly string[];
  /** Ends the gateways as an operator would. Resolves with their exit codes. */
  stop(): Promise<readonly (number | null)[]>;
}

/** Calls come in, something goes wrong, a gateway is killed and started again: so often. All runs at the end. */
export async function liveThrough(options: RoundsOptions): Promise<Lived> {
  const { rounds, scene, ...load } = options;
  const { topology, folder, zion, zionLink } = scene;
  const dice = createDice(SEED);
  const running = new Map<Environment, Started>();
  const [asked, kills, story]: [AskedCall[], Kill[], string[]] = [[], [], []];

  const startAll = async (): Promise<void> => {
    for (const env of topology.gateways) {
      if (!running.has(env)) running.set(env, await start(env, folder));
    }
  };

  const round = async (): Promise<void> => {
    await startAll();
    zionLink.set(dice.of(['open', 'open', 'cut', 'hung']));
    const over = new AbortController();
    const warm = Promise.withResolvers<void>();
    let answered = 0;
    const calls = runLoad({
      ...load,
      urls: [...running.values()].map(({ url }) => url),
      clients: CLIENTS,
      dice,
      until: over.signal,
      onEnd: (call) => {
        load.onEnd?.(call);
        answered += 1;
        if (answered === 5) warm.resolve();
      },
    });
    // A busy machine's gateway may take a while to answer first.
    await Promise.race([warm.promise, sleep(5_000)]);
    const victim = dice.of(topology.gateways);
    const killed = running.get(victim);
    if (killed === undefined) throw new Error('every gateway runs at the begin of a round');
    const trouble = dice.chance(0.6) ? topology.trouble(victim, dice) : undefined;
    const beganAt = performance.now();
    const isMended = trouble === undefined || (await pass(trouble, killed.gateway, dice));
    await sleep(dice.below(600));
    over.abort();
    running.delete(victim);
    killed.gateway.kill('SIGKILL');
    const at = performance.now();
    const isLate = !isMended && trouble.keepsFromLedger;
    kills.push({ at, unbookedSince: (isLate ? beganAt : at) - COMMIT_MS });
    if (!isMended) await trouble.mend(killed.gateway);
    asked.push(...(await calls));
    await killed.gateway.waitForEnd();
    story.push(`${trouble?.name ?? 'no trouble'}${isMended ? '' : ', to the end'}; killed`);
  };

  /** Nothing goes wrong any more. */
  const quietLoad = async (): Promise<readonly AskedCall[]> => {
    const over = new AbortController();
    setTimeout(() => over.abort(), QUIET_MS);
    const urls = [...running.values()].map(({ url }) => url);
    return runLoad({ ...load, urls, clients: CLIENTS, dice, until: over.signal });
  };

  const end = async (): Promise<void> => {
    for (const { gateway } of running.values()) await gateway[Symbol.asyncDispose]();
  };
  try {
    for (let at = 0; at < rounds; at += 1) await round();
    zion.troubles.failing = 0;
    zion.troubles.hangingUp = 0;
    zionLink.set('open');
    await startAll();
    asked.push(...(await quietLoad()));
  } catch (error) {
    await end();
    throw error;
  }
  return {
    asked,
    kills,
    story,
    stop: async () => {
      const codes: (number | null)[] = [];
      for (const { gateway } of running.values()) {
        gateway.kill('SIGTERM');
        codes.push((await gateway.waitForEnd(20_000)).code);
      }
      return codes;
    },
    [Symbol.asyncDispose]: end,
  };
}

/** Longer than the longest pause before Zion is told again what it didn't take. */
const SETTLING_MS = 75_000;

/** Zion is told a moment later, and after troubles later still: until nothing is found, for so long. */
export async function whatIsLeft(
  differences: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const deadline = performance.now() + SETTLING_MS;
  for (;;) {
    const found = await differences();
    if (found.length === 0 || performance.now() > deadline) return found;
    await sleep(1_000);
  }
}
