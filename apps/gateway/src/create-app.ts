import type { Server } from 'node:http';
import { inputTokens, outputTokens } from '@tollgate/core/chat';
import type { Cost, UsageEvent } from '@tollgate/core/usage';
import { compose } from './compose.ts';
import { parseConfig } from './config/parse.ts';
import type { Clock } from './ports/clock.ts';

export interface AppOptions {
  /** What `tollgate.yaml` would hold, already parsed. */
  readonly config: unknown;
  readonly env: { readonly [name: string]: string | undefined };
  readonly clock: Clock;
  readonly onLog: (line: { readonly [field: string]: unknown }) => void;
}

/** One booked call, flat. */
export interface RecordedUsage {
  readonly callId: string;
  readonly keyName: string;
  readonly face: string;
  readonly provider: string | undefined;
  readonly modelAsked: string;
  readonly modelServed: string | undefined;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly provenance: string | undefined;
  readonly status: string;
  readonly errorKind: string | undefined;
  readonly losses: readonly string[];
  readonly cost: Cost | undefined;
}

export interface App {
  readonly server: Server;
  readonly adminKey: string;
  flush(): Promise<void>;
  usage(): Promise<readonly RecordedUsage[]>;
  close(): Promise<void>;
}

/** The whole gateway inside this process, for suites: the same composition as `start`, not listening. */
export async function createApp(options: AppOptions): Promise<App> {
  const config = parseConfig({ file: options.config, env: options.env });
  if (!config.ok) {
    throw new Error(config.error.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  }
  const gateway = await compose(config.value, { clock: options.clock, onLog: options.onLog });
  if (!gateway.ok) throw new Error(gateway.error.detail);
  const { server, reports, newAdminKey, flush, close } = gateway.value;
  return {
    server,
    adminKey: config.value.adminKey?.reveal() ?? newAdminKey ?? '',
    flush,
    usage: async () => {
      await flush();
      return (await reports.recent({ limit: 1_000 })).map(recorded).reverse();
    },
    close: async () => void (await close()),
  };
}

const recorded = (event: UsageEvent): RecordedUsage => ({
  callId: event.callId,
  keyName: event.keyName,
  face: event.face,
  provider: event.provider,
  modelAsked: event.modelAsked,
  modelServed: event.modelServed,
  inputTokens: event.usage === undefined ? 0 : inputTokens(event.usage),
  outputTokens: event.usage === undefined ? 0 : outputTokens(event.usage),
  provenance: event.usage?.provenance,
  status: event.status,
  errorKind: event.errorKind,
  losses: event.losses,
  cost: event.cost,
});
