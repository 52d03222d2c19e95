import { describe, expect, it } from 'vitest';
import { run } from '../../test/support/run-command.ts';
import { tempDir } from '../adapters/test-support/temp-dir.ts';

describe('tollgate budgets explain', () => {
  it('says which budgets a call counts for, what is left, and which would refuse', async () => {
    using folder = tempDir();
    await run(folder.path, 'keys create --name app');
    const create = (budget: string, ...scope: readonly string[]) =>
      run(folder.path, ['budgets', 'create', budget, ...scope]);
    await create('100 requests/day', '--key', 'app');
    await create('500 tokens/day', '--model', 'sim/*');
    await create('1 requests/day', '--tag', 'batch');

    const { code, out } = await run(folder.path, 'budgets explain --key app --model sim/echo');

    expect(code).toBe(0);
    const [, first = '', second = '', third] = out.split('\n');
    expect(first).toMatch(
      /^500 tokens\/day +model sim\/\* +500 +0 +0 +500 +3000 +unknown: limit the output +.*refuses \(bud_/,
    );
    expect(second).toMatch(/^100 requests\/day +key key_.* 100 +0 +0 +100 +1 +0 +.*has room$/);
    expect(third).toBeUndefined();
    const limited = await run(
      folder.path,
      'budgets explain --key app --model sim/echo --input 100 --output 200 --max-output 300',
    );
    // Held of a call at the least: 300. Unseen: 300 bytes at a token each and 1,000 of framing, less 100;
    // and 100 that may be thought.
    expect(limited.out).toMatch(/^500 tokens\/day .* 500 +300 +2167 \(1300 a call\) .*has room$/m);
    const small = 'budgets explain --key app --model sim/echo --input 10 --output 20';
    expect((await run(folder.path, small)).out).not.toContain('refuses');
    expect(await run(folder.path, 'budgets explain --key app --model nobody/x')).toMatchObject({
      code: 1,
    });
  });
});
