import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createHarness } from '@tollgate/testkit';
import { expect, it } from 'vitest';
import { runCli } from '../src/cli/run.ts';
import { createApp } from '../src/create-app.ts';

const bodyOf = (model: string) => ({ model, messages: [{ role: 'user', content: 'Hi' }] });

it('tells the same numbers on the command line, over tRPC and over REST as the rows add up to', async () => {
  const price = { inputUsdPerMTok: 3, outputUsdPerMTok: 7 };
  const prices = { 'sim/echo': price, 'sim/reason': price };
  await using harness = await createHarness(createApp, { settings: { config: { prices } } });
  const chat = (model: string) =>
    harness.withToken().post('/v1/chat/completions').send(bodyOf(model)).expect(200);
  await Promise.all([chat('sim/echo'), chat('sim/echo'), chat('sim/reason')]);
  await harness.waitForUsage(3);

  const groupBy = ['day', 'key', 'model', 'face'];
  const input = encodeURIComponent(JSON.stringify({ groupBy, zone: 'Asia/Kolkata' }));
  const trpc = await harness.withAdmin().get(`/trpc/usage.summary?input=${input}`).expect(200);
  const query = new URLSearchParams({ groupBy: groupBy.join(','), zone: 'Asia/Kolkata' });
  const rest = await harness.withAdmin().get(`/admin/v1/usage?${query}`).expect(200);
  const printed: string[] = [];
  const code = await runCli(
    ['usage', '--json', '--by', groupBy.join(','), '--zone', 'Asia/Kolkata'],
    {
      env: { TOLLGATE_DATA_DIR: harness.dataDir },
      cwd: harness.dataDir,
      out: (text) => printed.push(text),
      err: (text) => printed.push(text),
    },
  );
  const db = new DatabaseSync(join(harness.dataDir, 'tollgate.db'));
  const [rows] = db
    .prepare(
      `select count(*) as calls, sum(coalesce(input_uncached, 0) + coalesce(input_cache_read, 0)) as input,
        sum(coalesce(output_text, 0) + coalesce(output_reasoning, 0)) as output,
        sum(coalesce(cost_pico, 0)) as pico from calls`,
    )
    .all();
  db.close();

  const told: readonly Record<string, number | string>[] = trpc.body.result.data;
  const sum = (name: string): number => told.reduce((all, row) => all + Number(row[name]), 0);
  expect(code).toBe(0);
  expect(sum('costPicoUsd')).toBeGreaterThan(0);
  expect(JSON.parse(printed.join('')).rows).toEqual(told);
  expect(rest.body.rows).toEqual(told);
  expect({
    calls: sum('requests'),
    input: sum('inputTokens'),
    output: sum('outputTokens'),
    pico: sum('costPicoUsd'),
  }).toEqual({ ...rows });
});
