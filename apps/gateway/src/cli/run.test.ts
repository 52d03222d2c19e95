import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startServer } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../adapters/test-support/temp-dir.ts';
import { PRICE, usageEvent, ZION_USER } from '../adapters/test-support/usage-event.ts';
import { withLedger } from '../adapters/test-support/with-ledger.ts';
import { FACE_NAMES } from '../config/face-names.ts';
import { loadConfig } from '../config/load.ts';
import { withOutbox } from './open-outbox.ts';
import { runCli } from './run.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(cwd: string, line: string, env: Record<string, string> = {}): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(line === '' ? [] : line.split(' '), {
    env,
    cwd,
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('tollgate', () => {
  it.each([
    ['', 'Usage: tollgate'],
    ['--help', 'tollgate keys create --name app'],
    ['start --help', 'TOLLGATE_PORT=9000 tollgate start'],
    ['keys --help', '$ tollgate keys create --name app'],
    ['config --help', '$ tollgate config check'],
    ['keys create --help', '--rate-limit'],
    ['keys list --help', '--config <file>'],
    ['keys revoke --help', 'its id or its name'],
    ['usage --help', '--by <groups>'],
    ['models --help', 'tollgate models --json'],
    ['config check --help', 'tollgate config check --config new.yaml'],
    ['config print --help', 'secrets masked'],
    ['doctor --help', 'tollgate doctor --json'],
    ['audit --help', 'tollgate audit --usage openai=usage.csv'],
    ['outbox status --help', 'tollgate outbox status'],
    ['outbox list --help', '--channel <name>'],
    ['outbox resend --help', 'tollgate outbox resend 17 18'],
  ])('explains "%s" with examples and every common option', async (line, text) => {
    using folder = tempDir();

    const { code, out, err } = await run(folder.path, line);

    expect(line === '' ? err : out).toContain(text);
    expect(line === '' ? err : out).toContain('--json');
    expect(code).toBe(line === '' ? 2 : 0);
  });

  it.each([
    ['nope', "error: unknown command 'nope'"],
    ['start --prot 1', "error: unknown option '--prot'"],
    ['keys create', "error: required option '--name <name>' not specified"],
    ['keys create --name a --role boss', '--role: expected admin or member, got "boss"'],
    [
      'keys create --name a --rate-limit 0',
      '--rate-limit: expected a whole number above zero, got "0"',
    ],
    ['keys create --name a --models x,,y', '--models: expected names with commas between them'],
    [
      'keys create --name a --faces opnai',
      `--faces: expected some of ${FACE_NAMES.join(', ')}, got "opnai"`,
    ],
    ['keys revoke', "error: missing required argument 'key'"],
    ['audit --usage usage.csv', '--usage: expected provider=file, got "usage.csv"'],
    ['audit --usage nobody=a.csv', '--usage: no provider is called "nobody"'],
    ['audit --ask zai', '--ask: expected openai or anthropic, got "zai"'],
    ['outbox list --limit none', '--limit: expected 1 to 9999, got "none"'],
    ['outbox resend', 'expected ids of dead letters, or --channel'],
    ['outbox resend 1 --channel zion', 'expected ids of dead letters, or --channel'],
    ['outbox resend first', 'expected ids of dead letters, got "first"'],
    [
      'usage --by hour',
      '--by: expected some of day, month, key, user, team, organisation, model, tier, face, tag, got "hour"',
    ],
    ['usage --from 2026-02-30', '--from: expected a day as in 2026-11-23, got "2026-02-30"'],
  ])('ends "%s" with 2 and says what is wrong with it', async (line, text) => {
    using folder = tempDir();

    const { code, out, err } = await run(folder.path, line);

    expect(code).toBe(2);
    expect(err).toContain(text);
    expect(out).toBe('');
  });
});

describe('tollgate keys', () => {
  it('makes, lists and revokes keys, and shows the key itself once', async () => {
    using folder = tempDir();

    const made = await run(folder.path, 'keys create --name app --models sim/*,fast --json');
    const { key, id } = JSON.parse(made.out);
    const bare = await run(folder.path, 'keys create --name other --role admin');
    const listed = await run(folder.path, 'keys list --json');
    const table = await run(folder.path, 'keys list');
    const revoked = await run(folder.path, `keys revoke ${id}`);
    const again = await run(folder.path, 'keys revoke app');
    const unknown = await run(folder.path, 'keys revoke nobody');

    expect(key).toMatch(/^tg_/);
    expect(bare.out).toMatch(/^tg_\S+$/);
    expect(JSON.parse(listed.out).keys).toMatchObject([
      { name: 'app', id, role: 'member', models: ['sim/*', 'fast'] },
      { name: 'other', role: 'admin' },
    ]);
    expect(listed.out + table.out).not.toContain(key);
    expect(table.out).toMatch(/^app +key_\w+ +tg_\S+ +member +sim\/\* fast/m);
    expect([revoked.code, again.code, unknown.code]).toEqual([0, 1, 1]);
    expect(again.err).toBe('"app" is revoked already.');
    expect(unknown.err).toContain('There is no key with the name or id "nobody"');
  });

  it('does not revoke a key of the configuration, and says where it stands', async () => {
    using folder = tempDir();
    const file = 'governance: { kind: local, keys: [{ name: app, key: tg_12345678 }] }';
    writeFileSync(join(folder.path, 'tollgate.yaml'), file);

    const { code, err } = await run(folder.path, 'keys revoke app');

    expect(code).toBe(1);
    expect(err).toBe('"app" is a key of the configuration: take it out there and restart.');
  });
});

describe('tollgate usage', () => {
  it('adds up the ledger by day, key and model, exactly as --json does', async () => {
    using folder = tempDir();
    const loaded = loadConfig({ env: {}, cwd: folder.path });
    if (!loaded.ok) throw new Error('the defaults are a configuration');
    await withLedger(loaded.value.config.dataDir, (ledger) => {
      const cost = { picoUsd: '510000000000', priceId: PRICE.id };
      ledger.record(usageEvent({ cost }), { price: PRICE });
      ledger.record(usageEvent({ cost }), { price: PRICE });
      const unpriced = { picoUsd: null, reason: 'no price for the model' } as const;
      ledger.record(
        usageEvent({ keyId: 'key_2', keyName: 'ci', modelServed: 'o3', cost: unpriced }),
      );
    });

    const table = await run(folder.path, 'usage');
    const byKey = await run(folder.path, 'usage --by key --key key_2 --json');
    const later = await run(folder.path, 'usage --from 2026-11-24');

    expect(table.out.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
      'DAY (UTC) KEY MODEL CALLS FAILED INPUT CACHED WRITTEN OUTPUT REASONING ESTIMATED USD',
      '2026-11-23 app openai/gpt-4o-mini 2 0 20 0 0 10 0 0 1.02',
      '2026-11-23 ci openai/o3 1 0 10 0 0 5 0 0 no price',
    ]);
    expect(JSON.parse(byKey.out).rows).toMatchObject([
      { keyName: 'ci', requests: 1, inputTokens: 10, outputTokens: 5 },
    ]);
    expect(later).toEqual({ code: 0, out: '', err: 'Nothing was used yet.' });
  });
});

describe('tollgate models', () => {
  it('lists the simulated models where nothing else is configured, echo first', async () => {
    using folder = tempDir();

    const { code, out } = await run(folder.path, 'models --json');

    expect(code).toBe(0);
    expect(JSON.parse(out).models[0]).toMatchObject({ id: 'sim/echo', ownedBy: 'sim' });
  });
});

describe('tollgate config', () => {
  it('tells every mistake with its place and ends with 1', async () => {
    using folder = tempDir();
    writeFileSync(join(folder.path, 'bad.yaml'), 'server:\n  prot: 1\ndebug: perhaps\n');

    const { code, out, err } = await run(folder.path, 'config check --config bad.yaml');

    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err.split('\n')).toEqual([
      'bad.yaml:2:3 server.prot: unknown setting; did you mean "port"?',
      'bad.yaml:3:1 debug: expected true or false, got a text',
      '2 mistakes',
    ]);
  });

  it('prints the whole outcome without a secret in it', async () => {
    using folder = tempDir();
    const file =
      'governance: { kind: local, keys: [{ name: app, key: hush-hush-1 }] }\nproviders: { openai: { apiKey: hush-hush-2 } }\n';
    writeFileSync(join(folder.path, 'tollgate.yaml'), file);
    const env = { TOLLGATE_ADMIN_KEY: 'hush-hush-3', ANTHROPIC_API_KEY: 'hush-hush-4' };

    const yaml = await run(folder.path, 'config print', env);
    const json = await run(folder.path, 'config print --json', env);

    expect(yaml.out + json.out + yaml.err + json.err).not.toContain('hush');
    expect(JSON.parse(json.out)).toMatchObject({
      server: { host: '127.0.0.1', port: 8080 },
      governance: { kind: 'local', keys: [{ name: 'app', key: '[secret]', role: 'member' }] },
      providers: { openai: { apiKey: '[secret]' }, anthropic: { apiKey: '[secret]' } },
    });
    expect(yaml.out).toContain('host: 127.0.0.1');
  });
});

describe('tollgate outbox', () => {
  /** Two calls of a user of Zion, of which Zion refused one for good. */
  async function withDeadLetter(folder: string): Promise<void> {
    const loaded = loadConfig({ env: {}, cwd: folder });
    if (!loaded.ok) throw new Error('no configuration');
    const { config } = loaded.value;
    await withLedger(config.dataDir, (ledger) => {
      for (const email of ['a@b.c', 'd@e.f']) {
        ledger.record(usageEvent({ user: { ...ZION_USER, email } }));
      }
    });
    await withOutbox(config, async (store) => {
      const claim = {
        channel: 'zion',
        sender: 'a',
        maxItems: 1,
        leaseMs: 1,
        newKey: 'key',
        now: 0,
      };
      const batch = await store.claim(claim);
      if (batch !== undefined) await store.settle(batch, { sender: 'a', outcomes: ['dead'] });
    });
  }

  it('says that nothing waits, and that nothing is dead', async () => {
    using folder = tempDir();

    expect(await run(folder.path, 'outbox status')).toMatchObject({
      code: 0,
      err: 'Nothing waits: everything was acknowledged.',
    });
    expect(await run(folder.path, 'outbox list')).toMatchObject({
      code: 0,
      err: 'There are no dead letters.',
    });
    expect(await run(folder.path, 'outbox resend 1')).toMatchObject({ code: 1 });
  });

  it('shows what waits and what is dead, and sends the dead again, once', async () => {
    using folder = tempDir();
    await withDeadLetter(folder.path);

    const status = await run(folder.path, 'outbox status --json');
    const doctor = await run(folder.path, 'doctor --json', { TOLLGATE_PORT: '0' });
    const list = await run(folder.path, 'outbox list --json');
    const [letter] = JSON.parse(list.out).deadLetters;
    const table = await run(folder.path, 'outbox list');

    expect(JSON.parse(status.out).channels).toEqual([
      { channel: 'zion', pending: 1, dead: 1, oldestSeconds: expect.any(Number) },
    ]);
    const check = JSON.parse(doctor.out).checks.find(
      ({ name }: { name: string }) => name === 'outbox',
    );
    expect(check).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('zion has 1 dead letters'),
    });
    expect(letter).toMatchObject({ channel: 'zion', reason: 'untold', event: { email: 'a@b.c' } });
    expect(table.out).toContain('may have been counted: the reply did not say');
    expect(table.out).not.toContain('a@b.c');

    const resent = await run(folder.path, `outbox resend ${letter.id}`);
    const again = await run(folder.path, `outbox resend ${letter.id}`);
    const after = await run(folder.path, 'outbox status --json');

    expect(resent).toMatchObject({ code: 0, err: expect.stringContaining('1 wait again') });
    expect(again.code).toBe(1);
    expect(JSON.parse(after.out).channels).toMatchObject([{ pending: 2, dead: 0 }]);
  });
});

describe('tollgate doctor, of prices', () => {
  it('names the models whose calls have no cost, and how to give them one', async () => {
    using folder = tempDir();
    const loaded = loadConfig({ env: {}, cwd: folder.path });
    if (!loaded.ok) throw new Error('the defaults are a configuration');
    await withLedger(loaded.value.config.dataDir, (ledger) => {
      const cost = { picoUsd: null, reason: 'no price for the model' } as const;
      ledger.record(usageEvent({ cost, startedAt: Date.now() }));
      ledger.record(usageEvent({ cost, startedAt: Date.now(), serviceTier: 'priority' }));
    });

    const { code, out } = await run(folder.path, 'doctor --json', { TOLLGATE_PORT: '0' });

    const prices = JSON.parse(out).checks.find(({ name }: { name: string }) => name === 'prices');
    expect(code).toBe(0);
    expect(prices).toMatchObject({
      status: 'warning',
      detail:
        'no price for openai/gpt-4o-mini (calls: 1), openai/gpt-4o-mini in the tier priority (calls: 1)',
      advice: expect.stringContaining('under prices'),
    });
  });
});

describe('tollgate doctor', () => {
  const checksOf = (out: string): Record<string, { status: string; advice?: string }> =>
    Object.fromEntries(
      JSON.parse(out).checks.map((check: { name: string }) => [check.name, check]),
    );

  it('finds a machine with nothing configured well', async () => {
    using folder = tempDir();

    const { code, out } = await run(folder.path, 'doctor --json', { TOLLGATE_PORT: '0' });

    expect(code).toBe(0);
    expect(Object.values(checksOf(out)).map(({ status }) => status)).not.toContain('failed');
  });

  it('names each failure, what to do about it, and ends with 1', async () => {
    using folder = tempDir();
    await using refusing = await startServer((_req, res) => {
      res.writeHead(401, { date: new Date(Date.now() - 600_000).toUTCString() }).end('{}');
    });
    writeFileSync(join(folder.path, 'a-file'), '');
    const env = {
      TOLLGATE_PORT: String(refusing.port),
      ZION_API_URL: `${refusing.url}/`,
      ZION_API_KEY: 'zion-key',
      OPENAI_API_KEY: 'sk-1',
      OPENAI_API_URL: `${refusing.url}/v1`,
      TOLLGATE_HOST: '127.0.0.1',
      TOLLGATE_DATA_DIR: join(folder.path, 'a-file', 'data'),
    };

    const { code, out, err } = await run(folder.path, 'doctor --json', env);

    const checks = checksOf(out);
    expect(code).toBe(1);
    expect(err).toBe('4 of 10 checks failed');
    expect(checks['port']?.advice).toContain('TOLLGATE_PORT');
    expect(checks['data']?.advice).toContain('TOLLGATE_DATA_DIR');
    expect(checks['zion']?.advice).toBe('correct ZION_API_KEY or governance.apiKey');
    expect(checks['provider openai']?.advice).toBe(
      'correct OPENAI_API_KEY or providers.openai.apiKey',
    );
    expect(checks['clock']?.status).toBe('warning');
    expect(out).not.toContain('zion-key');
  });

  it('does not take anything that answers for Zion or a provider', async () => {
    using folder = tempDir();
    await using other = await startServer((_req, res) => void res.writeHead(404).end());
    const env = {
      TOLLGATE_PORT: '0',
      ZION_API_URL: other.url,
      ZION_API_KEY: 'zion-key',
      OPENAI_API_KEY: 'sk-1',
      OPENAI_API_URL: other.url,
    };

    const { code, out } = await run(folder.path, 'doctor --json', env);

    const checks = checksOf(out);
    expect(code).toBe(1);
    expect(checks['zion']).toMatchObject({ status: 'failed' });
    expect(checks['zion']?.advice).toContain('ZION_API_URL');
    expect(checks['provider openai']).toMatchObject({ status: 'warning' });
    expect(checks['provider openai']?.advice).toContain('baseUrl');
  });

  it('tells a broken configuration before it looks at anything else', async () => {
    using folder = tempDir();
    writeFileSync(join(folder.path, 'tollgate.yaml'), 'sever: 1');

    const { code, out } = await run(folder.path, 'doctor');

    expect(code).toBe(1);
    expect(out).toContain('FAILED   configuration: tollgate.yaml:1:1 sever: unknown setting');
  });
});

describe('tollgate audit', () => {
  const cost = { picoUsd: '20', priceId: PRICE.id };
  const book = (folder: string) =>
    withLedger(join(folder, 'data'), (ledger) =>
      ledger.record(usageEvent({ cost }), { price: PRICE }),
    );

  it('says that books agree, and is silent of nothing worth knowing', async () => {
    using folder = tempDir();
    await book(folder.path);
    await withLedger(join(folder.path, 'data'), (ledger) =>
      ledger.record(usageEvent({ cost: { picoUsd: null, reason: 'no price for the model' } })),
    );

    const { code, out } = await run(folder.path, 'audit');

    expect(code).toBe(0);
    expect(out).toContain('2 rows, 0 differences');
    expect(out).toContain('note: 1 calls of openai/gpt-4o-mini without a cost');
  });

  it('names a difference with its call, ends with 1, and mends it without touching the row', async () => {
    using folder = tempDir();
    await book(folder.path);
    const file = new DatabaseSync(join(folder.path, 'data/tollgate.db'));
    file.exec('update calls set cost_pico = 21');
    file.close();

    const found = await run(folder.path, 'audit');
    expect(found).toMatchObject({ code: 1, err: expect.stringContaining('do not agree') });
    expect(found.out).toMatch(/^costs: pico-dollars of call [-0-9a-f]+: expected 20; found 21/m);

    const repaired = await run(folder.path, 'audit --repair');
    expect(repaired.err).toContain('1 costs corrected');
    expect(repaired.code).toBe(0);
    expect(await run(folder.path, 'audit')).toMatchObject({ code: 0 });
  });

  it('holds the books against exports, and against what a provider says itself', async () => {
    using folder = tempDir();
    await book(folder.path);
    writeFileSync(
      join(folder.path, 'usage.csv'),
      'day,model,requests,input_tokens,output_tokens\n2026-11-23,gpt-4o-mini,2,10,5\n',
    );
    await using server = await startServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{"object":"page","data":[],"has_more":false}');
    });
    writeFileSync(
      join(folder.path, 'tollgate.yaml'),
      JSON.stringify({
        governance: { kind: 'local' },
        providers: { openai: { apiKey: 'sk', baseUrl: `${server.url}/v1` } },
      }),
    );

    const csv = await run(folder.path, 'audit --usage openai=usage.csv');
    expect(csv.code).toBe(1);
    expect(csv.out).toContain('expected theirs: 2 requests; found ours: 1 requests');

    const unset = await run(folder.path, 'audit --ask openai');
    expect(unset.err).toContain('OPENAI_ADMIN_KEY is not set');
    const asked = await run(folder.path, 'audit --ask openai', { OPENAI_ADMIN_KEY: 'sk-admin' });
    expect(asked.code).toBe(0);
  });
});

describe('tollgate budgets explain', () => {
  it('says which budgets a call counts for, what is left, and which would refuse', async () => {
    using folder = tempDir();
    await run(folder.path, 'keys create --name app');
    const create = (budget: string, ...scope: readonly string[]) =>
      runCli(['budgets', 'create', budget, ...scope], {
        env: {},
        cwd: folder.path,
        out: () => undefined,
        err: () => undefined,
      });
    await create('100 requests/day', '--key', 'app');
    await create('500 tokens/day', '--model', 'sim/*');
    await create('1 requests/day', '--tag', 'batch');

    const { code, out } = await run(folder.path, 'budgets explain --key app --model sim/echo');

    expect(code).toBe(0);
    const [, first = '', second = '', third] = out.split('\n');
    expect(first).toMatch(/^500 tokens\/day +model sim\/\* +500 +0 +0 +500 +3000 .*refuses \(bud_/);
    expect(second).toMatch(/^100 requests\/day +key key_.* 100 +0 +0 +100 +1 .*has room$/);
    expect(third).toBeUndefined();
    const small = 'budgets explain --key app --model sim/echo --input 10 --output 20';
    expect((await run(folder.path, small)).out).not.toContain('refuses');
    expect(await run(folder.path, 'budgets explain --key app --model nobody/x')).toMatchObject({
      code: 1,
    });
  });
});
