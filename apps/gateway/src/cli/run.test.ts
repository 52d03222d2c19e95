import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../test/support/run-command.ts';
import { tempDir } from '../adapters/test-support/temp-dir.ts';
import { PRICE, usageEvent } from '../adapters/test-support/usage-event.ts';
import { withLedger } from '../adapters/test-support/with-ledger.ts';
import { FACE_NAMES } from '../config/face-names.ts';
import { loadConfig } from '../config/load.ts';

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
    ['teams create', "error: required option '--name <name>' not specified"],
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
