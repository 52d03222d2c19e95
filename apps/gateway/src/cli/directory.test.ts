import { describe, expect, it } from 'vitest';
import { tempDir } from '../adapters/test-support/temp-dir.ts';
import { runCli } from './run.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const run = (cwd: string, line: string): Promise<Ran> => words(cwd, ...line.split(' '));

async function words(cwd: string, ...args: readonly string[]): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(args, {
    env: {},
    cwd,
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const json = async (cwd: string, line: string) => {
  const { code, out, err } = await run(cwd, `${line} --json`);
  expect(code, err).toBe(0);
  return JSON.parse(out);
};

describe.each([
  ['orgs', 'organisation', 'organisations'],
  ['teams', 'team', 'teams'],
  ['users', 'user', 'users'],
])('tollgate %s', (name, noun, plural) => {
  it('makes, lists, shows, changes and deletes by name or id', async () => {
    using folder = tempDir();

    const made = await json(folder.path, `${name} create --name research`);
    const listed = await json(folder.path, `${name} list`);
    const shown = await run(folder.path, `${name} show research`);
    const changed = await run(folder.path, `${name} update research --name science`);
    const deleted = await run(folder.path, `${name} delete ${made.id}`);
    const gone = await run(folder.path, `${name} show science`);

    expect(made).toMatchObject({ name: 'research', version: 1 });
    expect(listed[plural].map((one: { name: string }) => one.name)).toEqual([
      'default',
      'research',
    ]);
    expect(shown.out).toMatch(new RegExp(`^research +${made.id}`, 'm'));
    expect(changed.out).toBe(`The ${noun} "science" (${made.id}) is changed.`);
    expect(deleted).toMatchObject({ code: 0, out: `The ${noun} "${made.id}" is deleted.` });
    expect(gone).toMatchObject({
      code: 1,
      err: `There is no ${noun} with the name or id "science".`,
    });
  });

  it('asks for an id where two have one name', async () => {
    using folder = tempDir();
    await run(folder.path, `${name} create --name twin`);
    await run(folder.path, `${name} create --name twin`);

    const { code, err } = await run(folder.path, `${name} delete twin`);

    expect(code).toBe(1);
    expect(err).toMatch(/^2 are called "twin": name one by its id \(\w+, \w+\)\.$/);
  });

  it('explains itself, with examples', async () => {
    using folder = tempDir();

    for (const command of ['create', 'list', 'show', 'update', 'delete']) {
      const { code, out } = await run(folder.path, `${name} ${command} --help`);
      expect(code).toBe(0);
      expect(out).toContain(`$ tollgate ${name} ${command}`);
    }
  });
});

describe('tollgate keys', () => {
  it('makes keys of a team and a user, which keeps the team from being deleted', async () => {
    using folder = tempDir();
    await run(folder.path, 'teams create --name research');
    await run(folder.path, 'users create --name ada --email ada@example.test');

    const key = await json(
      folder.path,
      'keys create --name batch --team research --user ada --tag env:prod --tag a --meta centre=7 --expires 2099-01-31',
    );
    const ofTeam = await json(folder.path, 'keys list --team research');
    const held = await run(folder.path, 'teams delete research');
    await run(folder.path, 'keys revoke batch');
    const deleted = await run(folder.path, 'teams delete research');

    expect(key).toMatchObject({
      teamId: expect.stringMatching(/^team_/),
      userId: expect.stringMatching(/^user_/),
      tags: ['a', 'env:prod'],
      metadata: { centre: '7' },
      expiresAt: '2099-01-31T00:00:00.000Z',
    });
    expect(ofTeam.keys.map(({ name }: { name: string }) => name)).toEqual(['batch']);
    expect(held).toMatchObject({ code: 1, err: expect.stringContaining('still has keys') });
    expect(deleted.code).toBe(0);
  });

  it('changes a key, and clears what has a word for that', async () => {
    using folder = tempDir();
    await run(
      folder.path,
      'keys create --name app --models sim/* --rate-limit 5 --tag a --meta b=c --expires 30d',
    );

    const cleared = await json(
      folder.path,
      'keys update app --models all --rate-limit none --tag none --meta none --expires never --user none --disable',
    );
    const table = await run(folder.path, 'keys show app');
    const again = await json(folder.path, 'keys update app --enable --name api --role admin');

    expect(Object.keys(cleared)).not.toEqual(
      expect.arrayContaining(['models', 'requestsPerMinute', 'tags', 'metadata', 'expiresAt']),
    );
    expect(cleared).toMatchObject({ disabled: true });
    expect(cleared).not.toHaveProperty('userId');
    expect(table.out).toMatch(/^app .* disabled$/m);
    expect(again).toMatchObject({ name: 'api', role: 'admin' });
    expect(again).not.toHaveProperty('disabled');
  });

  it('rotates a key, and prints the new one alone', async () => {
    using folder = tempDir();
    const { out: old } = await run(folder.path, 'keys create --name app');

    const { out, err } = await run(folder.path, 'keys rotate app --overlap 7d');

    expect(out).toMatch(/^tg_\S+$/);
    expect(out).not.toBe(old);
    expect(err).toContain('The key before it is valid until');
  });

  it.each([
    ['keys create --name a --expires soon', '--expires: expected a day, an instant or a span'],
    ['keys create --name a --expires 2026-02-30', '--expires: expected a day'],
    ['keys create --name a --expires 2001-01-01', '--expires: This instant has passed.'],
    ['keys create --name a --tag two,words', '--tag: expected 1 to 64 letters'],
    ['keys create --name a --meta b', '--meta: expected name=text, got "b"'],
    ['keys rotate a --overlap long', '--overlap: expected a span'],
    ['keys update a --enable --disable', '--disable and --enable: expected one of them'],
    ['users create --name a --email nobody', '--email: expected an e-mail address'],
  ])('ends "%s" with 2 and says what is wrong with it', async (line, text) => {
    using folder = tempDir();

    const { code, out, err } = await run(folder.path, line);

    expect(err).toContain(text);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it.each([
    ['keys create --name a --team nowhere', 'There is no team with the name or id "nowhere".'],
    ['keys show nobody', 'There is no key with the name or id "nobody"'],
  ])('ends "%s" with 1 where something is not there', async (line, text) => {
    using folder = tempDir();

    const { code, err } = await run(folder.path, line);

    expect(code).toBe(1);
    expect(err).toContain(text);
  });
});

describe('tollgate budgets', () => {
  it('makes, lists, shows, changes and deletes, and keys come with theirs', async () => {
    using folder = tempDir();
    await words(folder.path, 'teams', 'create', '--name', 'research');

    const key = await words(
      folder.path,
      // Without a name it is called app.
      ...['keys', 'create', '--budget', '100 requests per day', '--budget', '20 usd/month'],
    );
    const made = await words(
      folder.path,
      'budgets',
      'create',
      '5 concurrent',
      '--team',
      'research',
    );
    const { budgets } = await json(folder.path, 'budgets list');
    const ofKey = await json(folder.path, 'budgets list --key app');
    const idOf = (text: string): string =>
      budgets.find(({ budget }: { budget: string }) => budget === text)?.id;
    const [dollars, concurrent] = [idOf('20 USD/month'), idOf('5 concurrent')];
    const changed = await words(folder.path, 'budgets', 'update', dollars, '30 USD/month hard');
    const other = await words(folder.path, 'budgets', 'update', dollars, '30 USD/day');
    const held = await words(folder.path, 'teams', 'delete', 'research');
    const deleted = await words(folder.path, 'budgets', 'delete', concurrent);
    const freed = await words(folder.path, 'teams', 'delete', 'research');

    expect([key.code, made.code, changed.code, deleted.code, freed.code]).toEqual([0, 0, 0, 0, 0]);
    expect(budgets.map(({ budget }: { budget: string }) => budget).sort()).toEqual([
      '100 requests/day',
      '20 USD/month',
      '5 concurrent',
    ]);
    expect(ofKey.budgets).toHaveLength(2);
    expect(changed.out).toBe(`The budget "30 USD/month hard" (${dollars}) is changed.`);
    expect(other).toMatchObject({ code: 2, err: expect.stringContaining('keeps what it counts') });
    expect(held).toMatchObject({ code: 1, err: expect.stringContaining('still has budgets') });
  });

  it('makes no key whose budget can not be read, and says how one is written', async () => {
    using folder = tempDir();

    const refused = await words(
      folder.path,
      ...['keys', 'create', '--name', 'app', '--budget', '-5 USD/month'],
    );

    expect(refused.code).toBe(2);
    expect(refused.err).toContain('--budget: This is no budget: -5 is negative. Examples:');
    expect((await json(folder.path, 'keys list')).keys).toEqual([]);
  });

  it.each([
    [['budgets', 'create', '5 concurrent'], 2, 'expected one of --key'],
    [['budgets', 'create', '5 concurrent', '--tag', 'a', '--model', 'b'], 2, 'expected one'],
    [['budgets', 'create', '5 bananas/day', '--tag', 'a'], 2, '"bananas" is not known'],
    [['budgets', 'create', '5 concurrent', '--team', 'nowhere'], 1, 'There is no team'],
    [['budgets', 'show', 'bud_nobody'], 1, 'There is no budget "bud_nobody"'],
  ])('ends %j with %i and says what is wrong with it', async (args, expected, text) => {
    using folder = tempDir();

    const { code, err } = await words(folder.path, ...args);

    expect(err).toContain(text);
    expect(code).toBe(expected);
  });
});
