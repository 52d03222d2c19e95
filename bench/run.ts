/**
 * Compares the gateway, everything switched on, with a bare `node:http` + undici proxy on the same
 * runtime, and what its accounting costs with a gateway that books nothing: each alone on one core,
 * provider and load on the other, in interleaved rounds. Prints ratios; asserts nothing, since
 * machines differ.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Contender, listeningLine, startContender } from './contender.ts';
import { type Load, type Measured, runLoad } from './load.ts';

const options = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '5' },
    milliseconds: { type: 'string', default: '2000' },
  },
});
const ROUNDS = Number(options.values.rounds);
const ROUND_MS = Number(options.values.milliseconds);
const KEY = 'tg_bench_key_that_is_long_enough';

const here = fileURLToPath(new URL('.', import.meta.url));
const node = process.execPath;

interface Scenario {
  readonly name: string;
  readonly connections: number;
  readonly body: string;
  /** The provider's own path, which the bare proxy is called with. */
  readonly providerPath: string;
  readonly unit: 'calls' | 'events';
  /** The first is what the others are held against. */
  readonly contenders: readonly string[];
}

const PROXIES = ['bare', 'gateway'];

const messages = [{ role: 'user', content: 'Say something short, please.' }];
const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';
const bodyTo = (provider: string, rest: object = {}): string =>
  JSON.stringify({ model: `${provider}/bench-model`, messages, ...rest });

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'short JSON',
    connections: 32,
    body: bodyTo('bench'),
    providerPath: CHAT,
    unit: 'calls',
    contenders: PROXIES,
  },
  {
    name: 'same-dialect stream',
    connections: 16,
    body: bodyTo('bench', { stream: true }),
    providerPath: CHAT,
    unit: 'events',
    contenders: PROXIES,
  },
  {
    name: 'short JSON, Chat to Anthropic',
    connections: 32,
    body: bodyTo('claude'),
    providerPath: MESSAGES,
    unit: 'calls',
    contenders: PROXIES,
  },
  {
    name: 'stream, Chat to Anthropic',
    connections: 16,
    body: bodyTo('claude', { stream: true }),
    providerPath: MESSAGES,
    unit: 'events',
    contenders: PROXIES,
  },
  {
    name: 'short JSON, accounting',
    connections: 32,
    body: bodyTo('bench', { max_completion_tokens: 100 }),
    providerPath: CHAT,
    unit: 'calls',
    contenders: ['unbooked', 'gateway', 'budgeted'],
  },
];

interface Round {
  readonly perSecond: number;
  readonly cpuPerUnit: number | undefined;
  readonly failures: number;
}

async function measure(contender: Contender, load: Load, unit: Scenario['unit']): Promise<Round> {
  const before = contender.cpuMicroseconds();
  const measured: Measured = await runLoad(load);
  const after = contender.cpuMicroseconds();
  const units = measured[unit];
  return {
    perSecond: units / measured.seconds,
    cpuPerUnit: before === undefined || after === undefined ? undefined : (after - before) / units,
    failures: measured.failures,
  };
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

async function compare(scenario: Scenario, contenders: readonly Contender[]): Promise<void> {
  const rounds = new Map<string, Round[]>(contenders.map(({ name }) => [name, []]));
  const loadOf = (contender: Contender, milliseconds: number): Load => ({
    origin: contender.origin,
    path: contender.name === 'bare' ? scenario.providerPath : CHAT,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
    body: scenario.body,
    connections: scenario.connections,
    milliseconds,
  });
  for (const contender of contenders) {
    await measure(contender, loadOf(contender, ROUND_MS), scenario.unit);
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const contender of contenders) {
      const result = await measure(contender, loadOf(contender, ROUND_MS), scenario.unit);
      rounds.get(contender.name)?.push(result);
    }
  }
  report(scenario, rounds);
}

/** The median says what was seen; the best round, what the machine's other work disturbed least. */
const PICKS = {
  median: { of: median, ofCpu: median },
  best: {
    of: (values: readonly number[]) => Math.max(...values),
    ofCpu: (values: readonly number[]) => Math.min(...values),
  },
};

function report(scenario: Scenario, rounds: ReadonlyMap<string, readonly Round[]>): void {
  print(
    `\n${scenario.name} (${scenario.connections} connections, ${ROUNDS} rounds of ${ROUND_MS} ms)`,
  );
  for (const [pick, { of, ofCpu }] of Object.entries(PICKS)) {
    const rows = [...rounds].map(([name, list]) => ({
      name,
      perSecond: of(list.map((round) => round.perSecond)),
      cpu: ofCpu(list.map((round) => round.cpuPerUnit ?? Number.NaN)),
      failures: list.reduce((sum, round) => sum + round.failures, 0),
    }));
    for (const row of rows) {
      const failed = row.failures === 0 ? '' : `   ${row.failures} FAILED`;
      print(
        `  ${pick.padEnd(7)} ${row.name.padEnd(8)} ${row.perSecond.toFixed(0).padStart(8)} ${scenario.unit}/s ${row.cpu.toFixed(1).padStart(8)} us CPU each${failed}`,
      );
    }
    const [first, ...others] = rows;
    if (first === undefined) return;
    for (const other of others) {
      print(
        `  ${pick.padEnd(7)} ${other.name} / ${first.name}: ${(other.perSecond / first.perSecond).toFixed(2)} of the throughput, ${(first.cpu / other.cpu).toFixed(2)} by CPU, ${(other.cpu - first.cpu).toFixed(1)} us more each`,
      );
    }
  }
}

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const folder = mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
spawnSync('taskset', ['-p', '-c', '0', String(process.pid)]);
const provider = await startContender({
  name: 'provider',
  core: 0,
  command: [node, join(here, 'provider.ts')],
  originOf: listeningLine,
});
const bare = await startContender({
  name: 'bare',
  core: 1,
  command: [node, join(here, 'bare-proxy.ts'), provider.origin],
  originOf: listeningLine,
});
const program = join(here, '..', 'bin', 'tollgate');

/**
 * `unbooked` writes no call down; `budgeted` reserves on three budgets of its key for each. Its budget
 * in dollars is a hard one, since others make a stream of a call.
 */
async function startGateway(name: 'gateway' | 'unbooked' | 'budgeted'): Promise<Contender> {
  const config = join(folder, `${name}.yaml`);
  writeFileSync(
    config,
    `server: { port: 0 }
dataDir: ${JSON.stringify(join(folder, name))}
governance: { kind: local, keys: [{ name: bench, key: ${KEY}, role: member }] }
providers:
  bench: { dialect: openai-chat, baseUrl: "${provider.origin}/v1", apiKey: none }
  claude: { dialect: anthropic-messages, baseUrl: "${provider.origin}", apiKey: none }
prices:
  bench/bench-model: { inputUsdPerMTok: 1, outputUsdPerMTok: 2 }
`,
  );
  if (name === 'budgeted') {
    for (const budget of [
      '100000000 requests/day',
      '100000000 concurrent',
      '1000000 USD/month hard',
    ])
      spawnSync(program, ['budgets', 'create', budget, '--key', 'bench', '--config', config], {
        stdio: 'inherit',
      });
  }
  return startContender({
    name,
    core: 1,
    command: [program, 'start', '--config', config],
    ...(name === 'unbooked' && {
      env: { NODE_OPTIONS: `--import ${new URL('./without-ledger.ts', import.meta.url).href}` },
    }),
    isQuiet: true,
    originOf: (line) => /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0],
  });
}

const contenders = [
  bare,
  await startGateway('gateway'),
  await startGateway('unbooked'),
  await startGateway('budgeted'),
];

try {
  for (const scenario of SCENARIOS) {
    if (!scenario.name.includes(options.values.only)) continue;
    const named = scenario.contenders.flatMap((name) =>
      contenders.filter((contender) => contender.name === name),
    );
    await compare(scenario, named);
  }
} finally {
  await Promise.all([...contenders, provider].map((contender) => contender.stop()));
  rmSync(folder, { recursive: true, force: true });
}
