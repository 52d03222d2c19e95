import { createHarness, type Harness } from '@tollgate/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempDir } from '../src/adapters/test-support/temp-dir.ts';
import { createApp } from '../src/create-app.ts';
import { send } from './support/directory-scene.ts';
import { run } from './support/run-command.ts';

/* What is wrong with a budget is said alike by the command line, over REST and over tRPC. */

const MISTAKES: readonly (readonly [text: string, why: string])[] = [
  ['ten requests/day', 'it begins with "ten", not with a number'],
  ['100 bananas/day', '"bananas" is not known'],
  ['100 requests', '"requests" has no period'],
  ['100 requests/fortnight', '"fortnight" is no period'],
  ['100 requests/day softly', '"day softly" is no period'],
  ['100 requests/day hard softly', '"softly" is not known'],
  ['-5 USD/month', '-5 is negative'],
  ['-0.5 USD/month', '-0.5 is negative'],
  ['1.5 requests/day', '1.5 is not whole'],
  ['0.0000000000001 USD/day', 'finer than 12 decimals'],
  ['1e9 tokens/day', '"1e9" is no number'],
  ['NaN tokens/day', 'it begins with "NaN"'],
  ['1000000000000000 tokens/day', 'is more than a budget can be, 999999999999999'],
  ['9000001 USD/month', 'is more than a budget can be, 9000000'],
  [`1${'0'.repeat(150)} USD/month`, 'is more than a budget can be'],
  ['20 USD/month in Europe/Berlim', '"Europe/Berlim" is no time zone'],
  ['20 USD/month in UTC+25', '"UTC+25" is no time zone'],
  ['20 USD/month in', '"in" does not say which time zone'],
  ['20 USD/month cheaper:', 'does not say which model'],
  ['20 USD/month warn:0', 'holds no list of percentages'],
];

const EXAMPLE = '"100 requests/day"';
const scope = { kind: 'tag', id: 'ci' };

let harness: Harness;
let folder: ReturnType<typeof tempDir>;
beforeAll(async () => {
  harness = await createHarness(createApp);
  folder = tempDir();
});
afterAll(async () => {
  folder[Symbol.dispose]();
  await harness[Symbol.asyncDispose]();
});

const trpc = async (procedure: string, input: object) => {
  const response = await fetch(`${harness.url}/trpc/${procedure}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${harness.keys.admin}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(input),
  });
  return { status: response.status, text: await response.text() };
};

const rest = async (method: string, path: string, body: object) => {
  const answer = await send(harness, harness.keys.admin, { method, path, body });
  return { status: answer.status, text: JSON.stringify(answer.body) };
};

/** As it stands within a text of JSON. */
const quoted = (text: string): string => JSON.stringify(text).slice(1, -1);

describe('a budget that is a mistake', () => {
  it.each(MISTAKES)('is refused with what is wrong and examples: %s', async (budget, why) => {
    const made = await rest('POST', '/admin/v1/budgets', { scope, budget });
    expect(made.status).toBe(400);
    expect(made.text).toContain(quoted(why));
    expect(made.text).toContain(quoted(EXAMPLE));

    const called = await trpc('admin.budgets.create', { scope, budget });
    expect(called.status).toBe(400);
    expect(called.text).toContain(quoted(why));
    expect(called.text).toContain(quoted(EXAMPLE));

    const typed = await run(folder.path, ['budgets', 'create', '--tag', 'ci', '--', budget]);
    expect(typed).toMatchObject({ code: 2, out: '' });
    expect(typed.err).toContain(why);
    expect(typed.err).toContain(EXAMPLE);
  });

  it('is refused in place of another too, which stays', async () => {
    const made = await send(harness, harness.keys.admin, {
      method: 'POST',
      path: '/admin/v1/budgets',
      body: { scope, budget: '5 USD/month' },
    });
    const id = String(made.body['id']);
    const path = `/admin/v1/budgets/${id}`;
    const patch = { version: 1, budget: '-5 USD/month' };

    expect(await rest('PATCH', path, patch)).toMatchObject({ status: 400 });
    expect((await trpc('admin.budgets.update', { id, ...patch })).text).toContain('is negative');
    expect((await rest('PATCH', path, { ...patch, budget: '5 USD/day' })).text).toContain(
      'keeps what it counts',
    );

    const kept = await send(harness, harness.keys.admin, { method: 'GET', path });
    expect(kept.body).toMatchObject({ budget: '5 USD/month', version: 1 });
  });

  it('leaves no key behind that was to have it', async () => {
    const line = ['keys', 'create', '--name', 'app', '--budget', '-1 requests/day'];
    const typed = await run(folder.path, line);

    expect(typed).toMatchObject({ code: 2, out: '' });
    expect(typed.err).toContain('--budget: ');
    expect(typed.err).toContain('-1 is negative');
    expect((await run(folder.path, ['keys', 'list'])).out).not.toContain('app');
  });

  it('is no budget where it is none at all, or too long', async () => {
    for (const budget of ['', ' ', 'x'.repeat(201), 5, null, ['5 USD/day']]) {
      expect((await rest('POST', '/admin/v1/budgets', { scope, budget })).status).toBe(400);
      expect((await trpc('admin.budgets.create', { scope, budget })).status).toBe(400);
    }
    expect((await run(folder.path, ['budgets', 'create', ' ', '--tag', 'ci'])).code).toBe(2);
  });
});

describe('a time zone that nobody knows', () => {
  it('is refused where usage is asked for', async () => {
    const path = '/admin/v1/usage?zone=Mars%2FOlympus';
    const asked = await send(harness, harness.keys.admin, { method: 'GET', path });
    expect(asked.status).toBe(400);
    expect(JSON.stringify(asked.body)).toContain('no time zone that is known');
  });
});
