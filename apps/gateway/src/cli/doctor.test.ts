import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { run } from '../../test/support/run-command.ts';
import { storeBudgets } from '../../test/support/with-budgets.ts';
import { tempDir } from '../adapters/test-support/temp-dir.ts';
import { usageEvent } from '../adapters/test-support/usage-event.ts';
import { withLedger } from '../adapters/test-support/with-ledger.ts';
import { loadConfig } from '../config/load.ts';

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

describe('tollgate doctor, of budgets', () => {
  const budgetsOf = async (folder: string) => {
    const { code, out } = await run(folder, 'doctor --json', { TOLLGATE_PORT: '0' });
    const check = JSON.parse(out).checks.find(({ name }: { name: string }) => name === 'budgets');
    return { code, check };
  };

  it('says that each counts what passes, and names one that does not', async () => {
    using folder = tempDir();
    const dataDir = join(folder.path, 'data');
    await run(folder.path, 'keys create --name app');
    const [counting] = await storeBudgets(dataDir, [
      ['100 requests/life', { kind: 'model', id: 'openai/*' }],
    ]);
    const book = (spent: bigint) =>
      withLedger(dataDir, (ledger) =>
        ledger.record(usageEvent({ startedAt: Date.now() + 5_000 }), {
          charges: [{ budgetId: counting ?? '', windowStart: 0, amount: spent }],
        }),
      );
    await book(1n);

    expect(await budgetsOf(folder.path)).toMatchObject({ code: 0, check: { status: 'ok' } });

    await book(0n);
    expect(await budgetsOf(folder.path)).toMatchObject({
      code: 1,
      check: {
        status: 'failed',
        detail: expect.stringContaining(`${counting} (100 requests/life)`),
        advice: expect.stringContaining('audit'),
      },
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
    expect(err).toMatch(/^4 of \d+ checks failed$/);
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
