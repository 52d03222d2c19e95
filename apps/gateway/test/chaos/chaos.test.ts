import { engineTitle } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { liveThrough, ROUNDS, SEED } from './rounds.ts';
import { ADMIN_KEY, openScene, words } from './scene.ts';
import { command, type Environment } from './started-gateway.ts';
import { TOPOLOGIES } from './topology.ts';

const ZION_KEYS = ['alice-token', 'bob-token'];

/** Wide enough for all: what they spent is proven by the audit. */
const BUDGETS = [
  ['model', 'openai/*', '1000000 requests/day'],
  ['model', 'anthropic/*', '100000000 tokens/life'],
  ['org', 'org_default', '100000000 output tokens/hour in Asia/Kathmandu'],
  ['model', '*', '1000 concurrent'],
] as const;

for (const { name, missing, open } of TOPOLOGIES) {
  describe.skipIf(missing !== undefined)(engineTitle(`${name} (seed ${SEED})`, missing), () => {
    it(
      `agrees with provider and Zion line by line after ${ROUNDS} kills`,
      async () => {
        await using scene = await openScene({
          open,
          provider: { plan: (model) => ({ words: words(model), pauseMs: words(model) % 4 }) },
          zionTroubles: { failing: 0.2, hangingUp: 0.2 },
        });
        await makeBudgets(scene.first, scene.folder);
        let made = 0;
        await using lived = await liveThrough({
          scene,
          rounds: ROUNDS,
          keys: [ADMIN_KEY, ...ZION_KEYS],
          nextModel: () => `call-${made++}`,
        });
        const { asked, kills, story } = lived;

        const found = await scene.differences({ asked, kills, zionKeys: ZION_KEYS });
        expect(found, story.join('\n')).toEqual([]);
        const whole = asked.filter(({ isWhole, status }) => isWhole && status === 200);
        expect(whole.length).toBeGreaterThan(ROUNDS);
        await scene.expectOrderlyEnd(lived);
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
