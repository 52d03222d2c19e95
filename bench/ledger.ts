/**
 * What the ledger costs by itself: the CPU of an intent and an event beside the same calls without
 * them, how fast rows go in, how large they are, and how long a report takes. Prints; asserts nothing.
 * The default is a small ledger on SQLite: `--rows 10000000` for a large one, `--engine postgres` for one
 * in a database of its own on `--server`.
 */
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { createIds } from '../apps/gateway/src/adapters/system/create-ids.ts';
import type { UsageEvent } from '../packages/core/src/usage/index.ts';
import { openPostgres, openSqlite } from './ledger-engines.ts';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'sqlite' },
    server: { type: 'string', default: 'postgres://postgres@127.0.0.1:5432/postgres' },
    rows: { type: 'string', default: '200000' },
    calls: { type: 'string', default: '20000' },
    folder: { type: 'string', default: tmpdir() },
    synchronous: { type: 'string', default: 'full' },
  },
});
const ROWS = Number(values.rows);
const CALLS = Number(values.calls);
const YEAR_MS = 365 * 86_400_000;
const KEYS = 20;
const MODELS = 5;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const ids = createIds();
const price = { id: 'price_bench', source: 'bench', price: { base: { input: {}, output: {} } } };

/** An ordinary call: cached input, thoughts, a price, a key of a team. */
const eventAt = (startedAt: number, n: number): UsageEvent => ({
  callId: ids.callId(),
  startedAt,
  keyId: `key_${n % KEYS}`,
  keyName: `app ${n % KEYS}`,
  userId: `user_${n % KEYS}`,
  teamId: `team_${n % 4}`,
  organisationId: 'org_default',
  tags: ['bench'],
  face: 'openai',
  modelAsked: `openai/model-${n % MODELS}`,
  provider: 'openai',
  modelServed: `model-${n % MODELS}-2026-11-01`,
  stream: n % 2 === 0,
  attempt: 1,
  usage: {
    input: { uncached: 900 + (n % 700), cacheRead: n % 3 === 0 ? 12_000 : 0 },
    output: { text: 200 + (n % 300), reasoning: n % 400 },
    provenance: 'provider',
  },
  cost: { picoUsd: String(4_000_000_000 + n), priceId: price.id },
  status: 'ok',
  latencyMs: 800 + (n % 5_000),
  timeToFirstTokenMs: 200 + (n % 300),
  losses: [],
});

const measured =
  values.engine === 'postgres'
    ? await openPostgres(values.server)
    : openSqlite(values.folder, values.synchronous === 'normal' ? 'normal' : 'full');
const { ledger } = measured;

let written = 0;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** CPU of this process, its threads with it, a call: microseconds. */
async function costOfCalls(connections: number, isBooked: boolean): Promise<number> {
  // Few connections wait for the disk most of the time.
  const calls = Math.min(CALLS, connections * 1_000);
  let left = calls;
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const event = eventAt(Date.now(), left);
      const { usage: _usage, cost: _cost, latencyMs: _latency, ...call } = event;
      if (isBooked)
        await ledger.intend({ ...call, estimate: { inputTokens: 300, outputTokens: 900 } });
      await turn();
      if (isBooked) ledger.record(event, { price });
    }
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: connections }, client));
  await ledger.flush();
  const { user, system } = process.cpuUsage(before);
  written += isBooked ? calls : 0;
  return (user + system) / calls;
}

async function measureCalls(): Promise<void> {
  print(`\nan intent and an event, in us of CPU a call (${measured.title})`);
  await costOfCalls(32, true);
  for (const connections of [1, 4, 16, 32, 64]) {
    const without = await costOfCalls(connections, false);
    const booked = await costOfCalls(connections, true);
    print(
      `  ${String(connections).padStart(3)} connections: with ${booked.toFixed(1)}, without ${without.toFixed(1)}: ${(booked - without).toFixed(1)}`,
    );
  }
}

async function fill(): Promise<void> {
  const from = Date.now() - YEAR_MS;
  const startedAt = performance.now();
  for (let n = 0; n < ROWS; n += 1) {
    ledger.record(eventAt(Math.floor(from + (n / ROWS) * YEAR_MS), n * 7), { price });
    if (n % 5_000 === 4_999) await ledger.flush();
  }
  await ledger.flush();
  const seconds = (performance.now() - startedAt) / 1000;
  const bytes = await measured.bytes();
  const rows = ROWS + written;
  print(`\n${ROWS} rows over a year on ${measured.title}: ${Math.round(ROWS / seconds)} a second`);
  print(
    `  ${(bytes / rows).toFixed(0)} bytes a row, rollups with them; ${(bytes / 1e6).toFixed(0)} MB`,
  );
}

async function report(): Promise<void> {
  print('\nreports, in ms (the second of two)');
  const groups = [['month'], ['month', 'team', 'model'], ['day'], ['key', 'model']] as const;
  for (const zone of ['UTC', 'Europe/Berlin', 'Asia/Kolkata']) {
    for (const groupBy of groups) {
      await ledger.summary({ groupBy, zone });
      const startedAt = performance.now();
      const rows = await ledger.summary({ groupBy, zone });
      const took = performance.now() - startedAt;
      print(
        `  ${zone.padEnd(14)} by ${groupBy.join(', ').padEnd(18)} ${took.toFixed(1).padStart(8)} (${rows.length} rows)`,
      );
    }
  }
}

try {
  if (CALLS > 0) await measureCalls();
  if (ROWS > 0) {
    await fill();
    await report();
  }
} finally {
  await measured.close();
}
