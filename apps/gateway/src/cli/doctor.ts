import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { renderProblem } from '../config/problem.ts';
import { type Check, failed, fine } from './check.ts';
import { checkBudgets } from './check-budgets.ts';
import { checkEngines } from './check-engines.ts';
import { checkData, checkPort, checkRuntime } from './check-machine.ts';
import { checkClock, checkProvider, checkZion } from './check-network.ts';
import { checkOutbox } from './check-outbox.ts';
import { checkPriceList, checkPrices } from './check-prices.ts';
import { type CliContext, CliFailure, type CommonOptions, toJson } from './context.ts';
import { systemClock, withUpstreams } from './open-upstream.ts';

const MARKS = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' } as const;

/** Looks at everything that a gateway needs, and says what to do about each failure. */
export async function doctor(context: CliContext, options: CommonOptions): Promise<void> {
  const checks = await examine(context, options);
  if (options.json === true) context.out(toJson({ checks }));
  else for (const check of checks) context.out(lineOf(check));
  const count = checks.filter(({ status }) => status === 'failed').length;
  if (count > 0) throw new CliFailure(`${count} of ${checks.length} checks failed`);
}

async function examine(context: CliContext, options: CommonOptions): Promise<readonly Check[]> {
  const runtime = checkRuntime();
  const loaded = loadConfig({ path: options.config, env: context.env, cwd: context.cwd });
  if (!loaded.ok) {
    const detail = loaded.error.map(renderProblem).join('; ');
    return [runtime, failed('configuration', detail, 'correct what is named there')];
  }
  const { config, file } = loaded.value;
  const notes = config.notes.map((note) => fine('note', note));
  const configuration = fine('configuration', file ?? 'no file: defaults and environment');
  return [runtime, configuration, ...notes, ...(await examineAround(config))];
}

function examineAround(config: Config): Promise<readonly Check[]> {
  return withUpstreams(async ({ http, upstreamOf }) => {
    const clock = systemClock;
    const [data, port, zion, ...providers] = await Promise.all([
      checkData(config),
      checkPort(config, http),
      checkZion(config, { upstream: http, clock }),
      ...config.providers.map((provider) =>
        checkProvider(provider, { upstream: upstreamOf(provider), clock }),
      ),
    ]);
    const probes = [...(zion === undefined ? [] : [zion]), ...providers];
    const engines = await checkEngines(config);
    const times = probes.flatMap(({ theirTime }) => (theirTime === undefined ? [] : [theirTime]));
    const time = checkClock(times, clock.now());
    const prices = await checkPrices(config, clock.now());
    const budgets = await checkBudgets(config);
    const priceList = checkPriceList(config, clock.now());
    const outbox = await checkOutbox(config, clock.now());
    const books = [prices, priceList, budgets, outbox];
    return [data, ...engines, port, ...probes.map(({ check }) => check), time, ...books];
  });
}

const lineOf = ({ status, name, detail, advice }: Check): string =>
  `${MARKS[status]}  ${name}: ${detail}${advice === undefined ? '' : `\n         → ${advice}`}`;
