import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../adapters/test-support/temp-dir.ts';
import { runCli } from './run.ts';

async function run(cwd: string, args: readonly string[]) {
  const out: string[] = [];
  const env = { TOLLGATE_PORT: '0' };
  const code = await runCli(args, {
    env,
    cwd,
    out: (text) => out.push(text),
    err: (text) => out.push(text),
  });
  return { code, out: out.join('\n') };
}

const settings = (cwd: string, lines: readonly string[]): void =>
  writeFileSync(join(cwd, 'tollgate.yaml'), lines.join('\n'));

describe('a price of one’s own', () => {
  it('is what budgets explain reckons with', async () => {
    using folder = tempDir();
    settings(folder.path, [
      'governance:',
      '  kind: local',
      '  keys: [{ name: ci, key: "a-key-of-the-file" }]',
      'prices:',
      '  sim/echo:',
      '    inputUsdPerMTok: 1',
      '    outputUsdPerMTok: 1',
      '    keys: { "config:ci": { inputUsdPerMTok: 100, outputUsdPerMTok: 200 } }',
    ]);
    await run(folder.path, ['budgets', 'create', '1 USD/day', '--key', 'ci']);
    const explain = ['budgets', 'explain', '--key', 'ci', '--model', 'sim/echo', '--json'];

    const { out } = await run(folder.path, [...explain, '--input', '1000', '--output', '1000']);

    // 1,000 x 100 + 1,000 x 200 micro-dollars.
    expect(JSON.parse(out).budgets).toMatchObject([{ asked: '0.3', hasRoom: true }]);
  });

  it('is warned of by doctor where it is given to nobody', async () => {
    using folder = tempDir();
    settings(folder.path, [
      'prices:',
      '  sim/echo: { keys: { key_gone: {} }, teams: { team_default: {}, team_of_none: {} } }',
    ]);

    const { out } = await run(folder.path, ['doctor', '--json']);

    const checks: { name: string }[] = JSON.parse(out).checks;
    expect(checks.find(({ name }) => name === 'prices')).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('the team "team_of_none", the key "key_gone"'),
    });
  });
});
