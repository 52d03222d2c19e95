import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunningGateway, startGateway } from '../start.ts';
import { banner } from './banner.ts';
import { closeOnSignal } from './close-on-signal.ts';
import { type CliContext, CliFailure, type CommonOptions, readConfig } from './context.ts';

/** Longer than the gateway itself gives to running calls: the last word is the ledger's. */
const LONGEST_CLOSE_MS = 40_000;

const COMMAND = join(dirname(fileURLToPath(import.meta.url)), '../../../../bin/tollgate');

/** Serves until a signal comes; the process then ends with 0 once all usage is written, else with 1. */
export async function start(context: CliContext, options: CommonOptions): Promise<void> {
  const { config } = readConfig(context, options);
  const starting = startGateway(config);
  // From the beginning: a signal that comes while it starts ends it as cleanly.
  closeOnSignal({
    longestMs: LONGEST_CLOSE_MS,
    say: context.err,
    close: async () => {
      const running = await starting;
      const unwritten = running.ok ? await running.value.close() : 0;
      if (unwritten > 0) context.err(`the usage of ${unwritten} calls could not be written`);
      return unwritten === 0;
    },
  });
  const started = await starting;
  if (!started.ok) throw new CliFailure(started.error.detail);
  announce(context, started.value, { config, isJson: options.json === true });
}

interface Announcement {
  readonly config: ReturnType<typeof readConfig>['config'];
  readonly isJson: boolean;
}

function announce(context: CliContext, gateway: RunningGateway, { config, isJson }: Announcement) {
  const { url, newAdminKey, dataDir } = gateway;
  if (isJson) {
    const { notes } = config;
    const facts = {
      url,
      dataDir,
      ...(newAdminKey !== undefined && { adminKey: newAdminKey }),
      notes,
    };
    context.out(JSON.stringify(facts));
    return;
  }
  context.out(
    banner({
      url,
      dataDir,
      newAdminKey,
      isAdminKeySet: config.adminKey !== undefined,
      isSecretSet: config.secret !== undefined,
      providers: config.providers.map(({ name }) => name),
      governance: config.governance.kind,
      notes: config.notes,
      command: COMMAND,
    }),
  );
}
