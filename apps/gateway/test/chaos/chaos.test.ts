import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  BookkeepingProvider,
  BookkeepingZion,
  createDice,
  type RunningProcess,
  startBreakableLink,
  startProcess,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { storeBudgets } from '../support/with-budgets.ts';
import { type Books, differences, type LedgerLine } from './books.ts';
import { type AskedCall, runLoad } from './load.ts';

/*
 * Real processes, killed at random moments. `npm run chaos` does it 200 times; TOLLGATE_TEST_SEED
 * repeats a run: the same calls and moments, as far as two processes can be told what to do.
 */
const ROUNDS = Number(process.env['TOLLGATE_TEST_ROUNDS'] ?? 5);
const SEED = Number(process.env['TOLLGATE_TEST_SEED'] ?? Date.now() % 1_000_000);

const run = promisify(execFile);
const COMMAND = join(import.meta.dirname, '../../../../bin/tollgate');
const ADMIN_KEY = 'tg_chaos0TestKey000000000000000000000000000000000';
const ZION_KEYS = ['alice-token', 'bob-token'];

const words = (model: string): number => 3 + (Number(model.slice('call-'.length)) % 40);

describe(`books after kills (seed ${SEED})`, () => {
  it(
    `agree line by line: provider, ledger and Zion, after ${ROUNDS} kills of one gateway on SQLite`,
    async () => {
      const dice = createDice(SEED);
      const folder = mkdtempSync(join(tmpdir(), 'tollgate chaos '));
      await using provider = await BookkeepingProvider.start({
        plan: (model) => ({ words: words(model), pauseMs: words(model) % 4 }),
      });
      await using zion = await BookkeepingZion.start(dice, { failing: 0.2, hangingUp: 0.2 });
      await using link = await startBreakableLink({ port: zion.port });
      const settings = join(folder, 'tollgate.yaml');
      writeFileSync(settings, JSON.stringify(settingsOf(provider.url, link.port)));
      const env = {
        TOLLGATE_PORT: '0',
        TOLLGATE_DATA_DIR: join(folder, 'data'),
        TOLLGATE_ADMIN_KEY: ADMIN_KEY,
        TOLLGATE_CONFIG: settings,
      };
      // Wide enough for all: what they spent is proven by the audit.
      await storeBudgets(env.TOLLGATE_DATA_DIR, [
        ['1000000 requests/day', { kind: 'model', id: 'openai/*' }],
        ['100000000 tokens/life', { kind: 'model', id: 'anthropic/*' }],
        ['100000000 output tokens/hour in Asia/Kathmandu', { kind: 'key', id: 'zion:alice-token' }],
        ['1000 concurrent', { kind: 'model', id: '*' }],
      ]);
      const asked: AskedCall[] = [];
      const kills: number[] = [];
      let made = 0;
      const nextModel = (): string => `call-${made++}`;
      try {
        for (let round = 0; round < ROUNDS; round += 1) {
          const { gateway, url } = await start(env, folder);
          link.set(dice.of(['open', 'open', 'cut', 'hung']));
          const over = new AbortController();
          const warm = Promise.withResolvers<void>();
          let answered = 0;
          const load = runLoad({
            urls: [url],
            keys: [ADMIN_KEY, ...ZION_KEYS],
            clients: 12,
            dice,
            until: over.signal,
            nextModel,
            onEnd: ({ status }) => {
              if (status === 200) answered += 1;
              if (answered === 5) warm.resolve();
            },
          });
          // A busy machine's gateway may take a while to answer first.
          await Promise.race([warm.promise, sleep(5_000)]);
          await sleep(dice.below(600));
          over.abort();
          gateway.kill('SIGKILL');
          kills.push(performance.now());
          asked.push(...(await load));
          await gateway.waitForEnd();
        }
        zion.troubles.failing = 0;
        zion.troubles.hangingUp = 0;
        link.set('open');
        const books = async (): Promise<Books> => ({
          provider: provider.calls,
          ledger: await ledgerLines(env, folder),
          zion: zion.counted,
          asked,
          zionKeys: ZION_KEYS,
          kills,
        });
        await using last = (await start(env, folder)).gateway;
        expect(await settledDifferences(books)).toEqual([]);
        expect(
          asked.filter(({ isWhole, status }) => isWhole && status === 200).length,
        ).toBeGreaterThan(ROUNDS);
        last.kill('SIGTERM');
        expect((await last.waitForEnd(20_000)).code).toBe(0);
        expect((await audited(env, folder)).differences).toEqual([]);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    60_000 + ROUNDS * 10_000,
  );
});

const settingsOf = (provider: string, zionPort: number) => ({
  governance: { kind: 'zion', url: `http://127.0.0.1:${zionPort}`, apiKey: 'chaos-zion-key' },
  providers: {
    openai: { apiKey: 'chaos-key', baseUrl: `${provider}/v1`, dialect: 'openai-chat' },
    anthropic: { apiKey: 'chaos-key', baseUrl: provider },
  },
});

async function start(
  env: Record<string, string>,
  cwd: string,
): Promise<{ readonly gateway: RunningProcess; readonly url: string }> {
  const gateway = await startProcess(COMMAND, ['start', '--json'], { env, cwd });
  const { url } = JSON.parse(await gateway.waitForLine(/^\{.*"url"/, 20_000));
  return { gateway, url };
}

async function ledgerLines(
  env: Record<string, string>,
  cwd: string,
): Promise<readonly LedgerLine[]> {
  const { stdout } = await run(COMMAND, ['usage', '--by', 'model', '--json'], {
    env: { ...process.env, ...env },
    cwd,
    maxBuffer: 256 * 1024 * 1024,
  });
  return JSON.parse(stdout).rows;
}

async function audited(
  env: Record<string, string>,
  cwd: string,
): Promise<{ readonly differences: readonly unknown[] }> {
  const { stdout } = await run(COMMAND, ['audit', '--json'], {
    env: { ...process.env, ...env },
    cwd,
    maxBuffer: 256 * 1024 * 1024,
  });
  return JSON.parse(stdout);
}

/** Zion is told a moment later, and after troubles later still: until they agree, for so long. */
async function settledDifferences(books: () => Promise<Books>): Promise<readonly string[]> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const found = differences(await books());
    if (found.length === 0 || performance.now() > deadline) return found;
    await sleep(500);
  }
}
