import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startServer } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { run } from '../../test/support/run-command.ts';
import { tempDir } from '../adapters/test-support/temp-dir.ts';
import { PRICE, usageEvent } from '../adapters/test-support/usage-event.ts';
import { withLedger } from '../adapters/test-support/with-ledger.ts';

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
    const noDay = await run(folder.path, 'audit --ask openai --from 2026-02-31', {
      OPENAI_ADMIN_KEY: 'sk-admin',
    });
    expect(noDay).toMatchObject({ code: 2, err: expect.stringContaining('got "2026-02-31"') });
    const asked = await run(folder.path, 'audit --ask openai', { OPENAI_ADMIN_KEY: 'sk-admin' });
    expect(asked.code).toBe(0);
  });
});
