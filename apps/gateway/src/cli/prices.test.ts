import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUNDLED_LIST, bundledList } from '../adapters/prices/bundled-list.ts';
import { openKeptLists } from '../adapters/prices/kept-lists.ts';
import { parsePriceList } from '../adapters/prices/price-list-wire.ts';
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

const checkOf = (out: string, wanted: string) => {
  const checks: { name: string }[] = JSON.parse(out).checks;
  return checks.find(({ name }) => name === wanted);
};

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

    expect(checkOf(out, 'prices')).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('the team "team_of_none", the key "key_gone"'),
    });
  });
});

describe('the price list', () => {
  const published = (gpt4o: object): string =>
    JSON.stringify(
      bundledList.providers.map(({ id, models }) => ({
        id,
        models: models.map((model) =>
          id === 'openai' && model.id === 'gpt-4o' ? { ...model, prices: gpt4o } : model,
        ),
      })),
    );

  function adopt(cwd: string, text: string, now: number): string {
    const read = parsePriceList(text);
    if (!read.ok) throw new Error(read.error);
    return openKeptLists(join(cwd, 'data')).adopt(text, read.value, now).name;
  }

  it('is told in its versions, with what changed between two of them', async () => {
    using folder = tempDir();
    settings(folder.path, ['priceList: { refresh: true }']);
    const now = Date.now();
    const first = adopt(folder.path, published({ input_mtok: 1, output_mtok: 2 }), now - 2_000);
    const second = adopt(folder.path, published({ input_mtok: 3, output_mtok: 2 }), now - 1_000);

    const list = await run(folder.path, ['prices', 'list', '--json']);
    const diff = await run(folder.path, ['prices', 'diff']);
    const whole = await run(folder.path, ['prices', 'diff', '--from', BUNDLED_LIST, '--json']);
    const unknown = await run(folder.path, ['prices', 'diff', '--to', 'none']);
    const doctor = await run(folder.path, ['doctor', '--json']);

    expect(JSON.parse(list.out).versions).toMatchObject([
      { version: BUNDLED_LIST, isCurrent: false },
      { version: first, isCurrent: false },
      { version: second, isCurrent: true },
    ]);
    expect(diff.out).toContain(`${first} → ${second}: 1 models differ.`);
    expect(diff.out).toMatch(/openai\/gpt-4o +changed +{"input_mtok":1,.* {"input_mtok":3,/);
    expect(JSON.parse(whole.out).changes).toMatchObject([
      { model: 'openai/gpt-4o', before: { input_mtok: 2.5 }, after: { input_mtok: 3 } },
    ]);
    expect(unknown).toMatchObject({ code: 1, out: expect.stringContaining('prices list shows') });
    expect(checkOf(doctor.out, 'price list')).toMatchObject({
      status: 'ok',
      detail: expect.stringContaining(second),
    });
  });

  it('is warned of by doctor when it stopped coming', async () => {
    using folder = tempDir();
    settings(folder.path, ['priceList: { refresh: true }']);

    const { out } = await run(folder.path, ['doctor', '--json']);

    expect(checkOf(out, 'price list')).toMatchObject({
      status: 'warning',
      detail: `${BUNDLED_LIST} is in force, never fetched`,
    });
  });

  it('comes over https alone, but from a host of one’s own', async () => {
    using folder = tempDir();
    settings(folder.path, ['priceList: { refresh: true, url: "http://example.com/list.json" }']);

    const { code, out } = await run(folder.path, ['config', 'check']);

    expect(code).not.toBe(0);
    expect(out).toContain('priceList.url: expected an https:// URL');
  });
});
