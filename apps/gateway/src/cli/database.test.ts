import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../adapters/test-support/temp-dir.ts';
import { usageEvent } from '../adapters/test-support/usage-event.ts';
import { withLedger } from '../adapters/test-support/with-ledger.ts';
import { runCli } from './run.ts';

async function run(cwd: string, ...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const env = { TOLLGATE_DATA_DIR: join(cwd, 'data') };
  const code = await runCli(['db', ...args], {
    env,
    cwd,
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const EVENTS = [
  usageEvent({ keyName: '=cmd|"x"', tags: ['a', 'b'] }),
  usageEvent({ cost: { picoUsd: null, reason: 'no price, alas' } }),
];
const fill = (cwd: string) =>
  withLedger(join(cwd, 'data'), (ledger) => {
    for (const event of EVENTS) ledger.record(event);
  });

describe('tollgate db', () => {
  it('says what is in the file, and that it is whole', async () => {
    using folder = tempDir();
    await fill(folder.path);

    const { code, out } = await run(folder.path, 'status', '--json');

    const status = JSON.parse(out);
    expect(code).toBe(0);
    expect(status).toMatchObject({ calls: 2, openIntents: 0, version: status.knownVersion });
  });

  it('says that there is none before the first start', async () => {
    using folder = tempDir();

    expect(await run(folder.path, 'status')).toMatchObject({
      code: 1,
      err: expect.stringContaining("can't be used"),
    });
    expect(await run(folder.path, 'migrate')).toMatchObject({ code: 0 });
    expect(await run(folder.path, 'status')).toMatchObject({ code: 0 });
  });

  it('backs up into a file that is a ledger itself, and never over another', async () => {
    using folder = tempDir();
    await fill(folder.path);
    const copy = join('copy', 'data', 'tollgate.db');
    await run(join(folder.path, 'copy'), 'migrate');

    const onto = await run(folder.path, 'backup', copy);
    const { code } = await run(folder.path, 'backup', 'new.db');

    expect(onto.code).toBe(1);
    expect(code).toBe(0);
    expect(readFileSync(join(folder.path, 'new.db')).subarray(0, 15).toString()).toBe(
      'SQLite format 3',
    );
  });

  it('exports every call as JSON lines, as it was booked', async () => {
    using folder = tempDir();
    await fill(folder.path);

    const { code } = await run(folder.path, 'export', '--format', 'jsonl', '--out', 'calls.jsonl');

    const lines = readFileSync(join(folder.path, 'calls.jsonl'), 'utf8').trimEnd().split('\n');
    expect(code).toBe(0);
    expect(lines.map((line) => JSON.parse(line))).toEqual(EVENTS);
  });

  it('exports a table that no spreadsheet runs', async () => {
    using folder = tempDir();
    await fill(folder.path);

    const { out } = await run(folder.path, 'export');

    const [head, first, second] = out.split(/\r?\n/);
    expect(head).toMatch(/^call_id,attempt,corrects,started_at,key_id,key_name,/);
    expect(first).toContain(`,"'=cmd|""x""",`);
    expect(second).toContain(',"no price, alas",');
  });

  it('exports Parquet with whole numbers, instants and what is unknown left open', async () => {
    using folder = tempDir();
    await fill(folder.path);

    const { code } = await run(folder.path, 'export', '--format', 'parquet', '--out', 'calls.pq');

    const { buffer, byteOffset, byteLength } = readFileSync(join(folder.path, 'calls.pq'));
    const rows = await parquetReadObjects({
      file: buffer.slice(byteOffset, byteOffset + byteLength),
    });
    expect(code).toBe(0);
    expect(rows).toHaveLength(EVENTS.length);
    for (const [index, event] of EVENTS.entries()) {
      const { cost, usage } = event;
      expect(rows[index]).toMatchObject({
        call_id: event.callId,
        key_name: event.keyName,
        started_at: new Date(event.startedAt),
        stream: event.stream,
        input_uncached: BigInt(usage?.input.uncached ?? 0),
        cost_pico_usd: cost?.picoUsd == null ? null : BigInt(cost.picoUsd),
        unpriced: cost?.picoUsd === null ? cost.reason : null,
      });
    }
  });

  it('exports a ledger of no calls as a table of no rows', async () => {
    using folder = tempDir();
    await run(folder.path, 'migrate');

    const { code } = await run(folder.path, 'export', '--format', 'parquet', '--out', 'none.pq');

    const { buffer, byteOffset, byteLength } = readFileSync(join(folder.path, 'none.pq'));
    const file = buffer.slice(byteOffset, byteOffset + byteLength);
    expect(code).toBe(0);
    expect(await parquetReadObjects({ file })).toEqual([]);
  });

  it('takes no format that it does not know', async () => {
    using folder = tempDir();

    expect(await run(folder.path, 'export', '--format', 'xls')).toMatchObject({
      code: 2,
      err: '--format: expected csv, jsonl or parquet, got "xls"',
    });
    expect(await run(folder.path, 'export', '--format', 'parquet')).toMatchObject({
      code: 2,
      err: expect.stringContaining('expected --out'),
    });
  });
});
