import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  BookkeepingProvider,
  BookkeepingZion,
  createDice,
  engineTitle,
  type RunningProcess,
  startBreakableLink,
  startProcess,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Books, differences, type LedgerLine } from './books.ts';
import { type AskedCall, runLoad } from './load.ts';
import { type Environment, TOPOLOGIES } from './topology.ts';

/*
 * Real processes, killed at random moments. `npm run chaos` does it 200 times; TOLLGATE_TEST_SEED
 * repeats a run: the same calls and moments, as far as processes can be told what to do.
 */
const ROUNDS = Number(process.env['TOLLGATE_TEST_ROUNDS'] ?? 5);
const SEED = Number(process.env['TOLLGATE_TEST_SEED'] ?? Date.now() % 1_000_000);

const run = promisify(execFile);
const COMMAND = join(import.meta.dirname, '../../../../bin/tollgate');
const ADMIN_KEY = 'tg_chaos0TestKey000000000000000000000000000000000';
const ZION_KEYS = ['alice-token', 'bob-token'];

/** Wide enough for all: what they spent is proven by the audit. */
const BUDGETS = [
  ['model', 'openai/*', '1000000 requests/day'],
  ['model', 'anthropic/*', '100000000 tokens/life'],
  ['org', 'org_default', '100000000 output tokens/hour in Asia/Kathmandu'],
  ['model', '*', '1000 concurrent'],
] as const;

const words = (model: string): number => 3 + (Number(model.slice('call-'.length)) % 40);

for (const { name, missing, open } of TOPOLOGIES) {
  describe.skipIf(missing !== undefined)(engineTitle(`${name} (seed ${SEED})`, missing), () => {
    it(
      `agrees with provider and Zion line by line after ${ROUNDS} kills`,
      async () => {
        const dice = createDice(SEED);
        const folder = mkdtempSync(join(tmpdir(), 'tollgate chaos '));
        try {
          await using provider = await BookkeepingProvider.start({
            plan: (model) => ({ words: words(model), pauseMs: words(model) % 4 }),
          });
          await using zion = await BookkeepingZion.start(dice, { failing: 0.2, hangingUp: 0.2 });
          await using zionLink = await startBreakableLink({ port: zion.port });
          await using topology = await open({
            folder,
            adminKey: ADMIN_KEY,
            providerUrl: provider.url,
            zionPort: zionLink.port,
          });
          const { gateways, links } = topology;
          const [first = {}] = gateways;
          const running = new Map<Environment, Started>();
          const asked: AskedCall[] = [];
          const kills: number[] = [];
          let made = 0;

          const startAll = async (): Promise<void> => {
            for (const env of gateways) {
              if (!running.has(env)) running.set(env, await start(env, folder));
            }
          };
          try {
            for (let round = 0; round < ROUNDS; round += 1) {
              await startAll();
              if (round === 0) await makeBudgets(first, folder);
              zionLink.set(dice.of(['open', 'open', 'cut', 'hung']));
              const over = new AbortController();
              const warm = Promise.withResolvers<void>();
              let answered = 0;
              const load = runLoad({
                urls: [...running.values()].map(({ url }) => url),
                keys: [ADMIN_KEY, ...ZION_KEYS],
                clients: 12,
                dice,
                until: over.signal,
                nextModel: () => `call-${made++}`,
                onEnd: ({ status }) => {
                  if (status === 200) answered += 1;
                  if (answered === 5) warm.resolve();
                },
              });
              // A busy machine's gateway may take a while to answer first.
              await Promise.race([warm.promise, sleep(5_000)]);
              if (links.length > 0) {
                const link = dice.of(links);
                link.set(dice.of(['cut', 'hung']));
                await sleep(dice.below(500));
                link.set('open');
                // What ended meanwhile waited for its commit.
                await sleep(2_500);
              }
              await sleep(dice.below(600));
              over.abort();
              const victim = dice.of(gateways);
              const killed = running.get(victim);
              running.delete(victim);
              killed?.gateway.kill('SIGKILL');
              kills.push(performance.now());
              asked.push(...(await load));
              await killed?.gateway.waitForEnd();
            }
            zion.troubles.failing = 0;
            zion.troubles.hangingUp = 0;
            zionLink.set('open');
            await startAll();
            const books = async (): Promise<Books> => ({
              provider: provider.calls,
              ledger: await ledgerLines(first, folder),
              zion: zion.counted,
              asked,
              zionKeys: ZION_KEYS,
              kills,
            });
            expect(await settledDifferences(books)).toEqual([]);
            const whole = asked.filter(({ isWhole, status }) => isWhole && status === 200);
            expect(whole.length).toBeGreaterThan(ROUNDS);
            for (const { gateway } of running.values()) {
              gateway.kill('SIGTERM');
              expect((await gateway.waitForEnd(20_000)).code).toBe(0);
            }
            expect(await command(first, folder, ['audit'])).toMatchObject({
              differences: [],
              more: 0,
            });
          } finally {
            for (const { gateway } of running.values()) await gateway[Symbol.asyncDispose]();
          }
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      },
      240_000 + ROUNDS * 15_000,
    );
  });
}

interface Started {
  readonly gateway: RunningProcess;
  readonly url: string;
}

async function start(env: Environment, cwd: string): Promise<Started> {
  const gateway = await startProcess(COMMAND, ['start', '--json'], { env, cwd });
  const { url } = JSON.parse(await gateway.waitForLine(/^\{.*"url"/, 30_000));
  return { gateway, url };
}

async function command(env: Environment, cwd: string, words: readonly string[]): Promise<unknown> {
  const { stdout } = await run(COMMAND, [...words, '--json'], {
    env: { ...process.env, ...env },
    cwd,
    maxBuffer: 256 * 1024 * 1024,
  });
  return JSON.parse(stdout);
}

async function makeBudgets(env: Environment, cwd: string): Promise<void> {
  for (const [kind, id, terms] of BUDGETS) {
    await command(env, cwd, ['budgets', 'create', `--${kind}`, id, terms]);
  }
}

const Usage = z.object({
  rows: z.array(
    z.object({
      model: z.string(),
      requests: z.int(),
      inputTokens: z.int(),
      outputTokens: z.int(),
      estimatedRequests: z.int(),
    }),
  ),
});

async function ledgerLines(env: Environment, cwd: string): Promise<readonly LedgerLine[]> {
  return Usage.parse(await command(env, cwd, ['usage', '--by', 'model'])).rows;
}

/** Longer than the longest pause before Zion is told again what it didn't take. */
const SETTLING_MS = 75_000;

/** Zion is told a moment later, and after troubles later still: until they agree, for so long. */
async function settledDifferences(books: () => Promise<Books>): Promise<readonly string[]> {
  const deadline = performance.now() + SETTLING_MS;
  for (;;) {
    const found = differences(await books());
    if (found.length === 0 || performance.now() > deadline) return found;
    await sleep(1_000);
  }
}
