import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BookkeepingProvider,
  BookkeepingZion,
  createDice,
  engineTitle,
  startBreakableLink,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { differences } from './books.ts';
import { liveThrough, ROUNDS, SEED, whatIsLeft } from './rounds.ts';
import { command, correctedModels, type Environment, ledgerLines } from './started-gateway.ts';
import { TOPOLOGIES } from './topology.ts';

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
        const folder = mkdtempSync(join(tmpdir(), 'tollgate chaos '));
        try {
          await using provider = await BookkeepingProvider.start({
            plan: (model) => ({ words: words(model), pauseMs: words(model) % 4 }),
          });
          await using zion = await BookkeepingZion.start(createDice(SEED + 1), {
            failing: 0.2,
            hangingUp: 0.2,
          });
          await using zionLink = await startBreakableLink({ port: zion.port });
          await using topology = await open({
            folder,
            adminKey: ADMIN_KEY,
            providerUrl: provider.url,
            zionPort: zionLink.port,
          });
          const [first = {}] = topology.gateways;
          await makeBudgets(first, folder);
          let made = 0;
          await using lived = await liveThrough({
            rounds: ROUNDS,
            topology,
            folder,
            zion,
            zionLink,
            keys: [ADMIN_KEY, ...ZION_KEYS],
            nextModel: () => `call-${made++}`,
          });
          const { asked, kills, story } = lived;

          const found = await whatIsLeft(async () =>
            differences({
              provider: provider.calls,
              ledger: await ledgerLines(first, folder),
              zion: zion.counted,
              corrected: await correctedModels(first, folder),
              asked,
              zionKeys: ZION_KEYS,
              kills,
            }),
          );
          expect(found, story.join('\n')).toEqual([]);
          const whole = asked.filter(({ isWhole, status }) => isWhole && status === 200);
          expect(whole.length).toBeGreaterThan(ROUNDS);
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

async function makeBudgets(env: Environment, cwd: string): Promise<void> {
  for (const [kind, id, terms] of BUDGETS) {
    await command(env, cwd, ['budgets', 'create', `--${kind}`, id, terms]);
  }
}
