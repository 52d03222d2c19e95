import type { RequestListener, Server } from 'node:http';
import { ok, type Result } from '@tollgate/core';
import {
  anthropicMessages,
  bedrockConverse,
  cohereChat,
  type Dialect,
  gemini,
  openAiChat,
  openAiResponses,
  type ProviderDialectId,
} from '@tollgate/core/dialects';
import { createHealthBook } from '@tollgate/core/routing';
import { createLog } from './adapters/log/create-log.ts';
import { createMetrics } from './adapters/metrics/create-metrics.ts';
import { createContextWindows } from './adapters/prices/context-windows.ts';
import { createSealers } from './adapters/sealing/create-sealers.ts';
import { createMemoryStateMakers } from './adapters/sealing/memory-state-makers.ts';
import { withAccounts } from './adapters/sealing/with-accounts.ts';
import { createKeptSessionStore } from './adapters/sessions/kept-session-store.ts';
import { createMemorySessionStore } from './adapters/sessions/memory-session-store.ts';
import { createSimulatedUpstream } from './adapters/sim/simulated-upstream.ts';
import { createSqliteBodyStore } from './adapters/sqlite/sqlite-body-store.ts';
import { createIds } from './adapters/system/create-ids.ts';
import { createTokenCounter } from './adapters/tokenizer/token-counter.ts';
import { createHttpUpstream } from './adapters/undici/http-upstream.ts';
import { createMediaFetcher } from './adapters/undici/media-fetcher.ts';
import { createListener } from './app.ts';
import { composeBudgets } from './compose-budgets.ts';
import { composeDirectory } from './compose-directory.ts';
import { composeGovernance } from './compose-governance.ts';
import { composeOutbox } from './compose-outbox.ts';
import { composePrices } from './compose-prices.ts';
import { composeResponses } from './compose-responses.ts';
import { composeShared } from './compose-shared.ts';
import { composeStorage } from './compose-storage.ts';
import { createUpstreamOf } from './compose-upstreams.ts';
import type { Config } from './config/config.ts';
import { createEntrance } from './faces/http/entrance.ts';
import { sendMetrics } from './faces/ops/mount-ops.ts';
import type { Clock } from './ports/clock.ts';
import type { Deadlines } from './ports/upstream.ts';
import type { UsageReports } from './ports/usage-reports.ts';
import { createHttpServer } from './server.ts';
import { askModels } from './services/ask-models.ts';
import { createExplainBudgets } from './services/budgets/explain.ts';
import { withOvershoots } from './services/budgets/listed-budgets.ts';
import { createOrCheaper } from './services/budgets/or-cheaper.ts';
import { createCallBodyService } from './services/call-bodies.ts';
import { createMetering } from './services/call-meter.ts';
import { createCarriedState } from './services/carried-state.ts';
import { createChatService } from './services/chat.ts';
import { createFindDestination } from './services/destination.ts';
import { createEmbeddingService } from './services/embeddings.ts';
import { followOwn, followShared } from './services/follow-usage.ts';
import { createHealthService } from './services/health.ts';
import { createFetchMedia } from './services/inline-media.ts';
import { createLateCounts } from './services/late-counts.ts';
import { watchLostCalls } from './services/lost-calls.ts';
import { createModelService } from './services/models.ts';
import { createPass } from './services/pass.ts';
import { createPassthroughService } from './services/passthrough.ts';
import { createExchange } from './services/provider-exchange.ts';
import { readFailure } from './services/read-failure.ts';
import { createTierService } from './services/tiers.ts';
import { createTokenCountService } from './services/token-counts.ts';
import { createTranslate } from './services/translate.ts';
import { createUsageService } from './services/usage.ts';
import { VERSION } from './version.ts';

/** As long as the official clients wait for a model that thinks in silence; finite everywhere. */
const DEADLINES: Deadlines = {
  connectMs: 10_000,
  headersMs: 600_000,
  idleMs: 300_000,
  totalMs: 3_600_000,
};

/** How long the end of the process waits for Zion; what is left is sent after the next start. */
const FLUSH_MS = 3_000;

const DIALECTS: ReadonlyMap<ProviderDialectId, Dialect> = new Map([
  ['openai-chat', openAiChat],
  ['openai-responses', openAiResponses],
  ['anthropic-messages', anthropicMessages],
  ['gemini', gemini],
  ['cohere-chat', cohereChat],
  ['bedrock-converse', bedrockConverse],
]);

export interface Surroundings {
  readonly clock: Clock;
  /** Receives log lines as objects; absent: they go to stderr. */
  readonly onLog?: (line: { readonly [field: string]: unknown }) => void;
}

/** A gateway that is built and not yet listening. */
export interface Gateway {
  readonly server: Server;
  /** Metrics without a key, for a port of their own. */
  readonly metricsListener: RequestListener;
  readonly reports: UsageReports;
  /** The admin key, when it was made just now: the only time that it is known. */
  readonly newAdminKey: string | undefined;
  /** Settles when all usage is durable and what can be reported has been tried. */
  flush(): Promise<void>;
  /**
   * Ends everything in order: calls, estimates, ledger, outbox, connections. Resolves with how many
   * usage events are lost, since the ledger would not take them.
   */
  close(): Promise<number>;
}

/** The only place that knows which adapter stands behind which port. */
export async function compose(
  loaded: Config,
  { clock, onLog }: Surroundings,
): Promise<Result<Gateway, { readonly detail: string }>> {
  const log = createLog({
    level: loaded.logLevel,
    ...(onLog === undefined ? undefined : { onLine: onLog }),
  });
  const ids = createIds();
  const storage = await composeStorage({ config: loaded, clock, ids, log });
  if (!storage.ok) return storage;
  const { secret, ledger, kept, gateways } = storage.value;
  const config = { ...loaded, providers: withAccounts(loaded.providers, secret) };
  const shared = composeShared({ storage: config.storage, secret, ledger, clock, log });
  const directory = await composeDirectory({
    config,
    db: storage.value.records,
    secret,
    clock,
    ids,
    log,
    onBudgetChange: () => budgets.changed(),
  });
  const http = createHttpUpstream({ clock });
  const media = createMediaFetcher({
    clock,
    privateHosts: config.media.privateHosts,
    userAgent: `tollgate/${VERSION}`,
  });
  const simulated = createSimulatedUpstream({ clock });
  const upstreamOf = createUpstreamOf({ http, simulated, clock, log });
  const { governance, inspection, channel } = composeGovernance({
    config,
    clock,
    log,
    keyIndex: directory.keyIndex,
    upstream: http,
    usage: { acknowledged: (user) => budgets.userUsage.acknowledged(user) },
  });
  const outbox = composeOutbox({
    config: config.outbox,
    store: storage.value.outbox,
    ...(!gateways.isAlone && { sender: gateways.own }),
    zion: channel,
    ledger,
    clock,
    ids,
    log,
  });

  const bodies = createSqliteBodyStore({ dataDir: config.dataDir, clock, log });
  const tokens = createTokenCounter();
  const priceList = composePrices({ config, clock, log });
  const { prices } = priceList;
  const budgets = await composeBudgets({
    db: storage.value.records,
    reservations: shared.reservations,
    ledger,
    prices,
    windows: createContextWindows(config.providers),
    webhooks: outbox.webhooks,
    outbox: storage.value.outbox,
    clock,
    log,
  });
  const { admission } = budgets;
  const metering = createMetering({ clock, ledger, log, tokens, prices, admission, governance });
  const lateCounts = createLateCounts({ ledger, prices, admission, log });
  const lostCalls = await watchLostCalls({
    metering,
    clock,
    log,
    everyMs: storage.value.sweepMs,
  });
  const exchange = createExchange({
    upstreamOf: (destination) => upstreamOf(destination.provider),
    deadlines: DEADLINES,
    log,
    readFailure,
  });
  const findDestination = createFindDestination(config);
  const orCheaper = createOrCheaper({ admission, findDestination });
  const state = createCarriedState({
    sealerFor: createSealers(secret, { clock, kept }),
    makers: createMemoryStateMakers(),
  });
  const pass = createPass({ clock, metering, exchange, state });
  const chat = createChatService({
    clock,
    findDestination,
    orCheaper,
    watches: metering.watches,
    governance,
    pass,
    translate: createTranslate({
      clock,
      metering,
      exchange,
      dialects: DIALECTS,
      fetchMedia: config.media.fetch ? createFetchMedia(media) : undefined,
    }),
    state,
  });
  const services = {
    chat,
    responses: composeResponses({
      config,
      clock,
      log,
      store: kept,
      gateways,
      chat,
      pass,
      exchange,
      dialects: DIALECTS,
      state,
      lateCounts,
    }),
    embeddings: createEmbeddingService({ clock, choose: chat.choose, metering, exchange, pass }),
    models: createModelService({
      config,
      clock,
      findDestination,
      ask: (provider) => askModels(provider, upstreamOf(provider)),
    }),
    tokenCounts: createTokenCountService({
      clock,
      find: chat.find,
      exchange,
      tokens,
      dialects: DIALECTS,
      state,
    }),
    usage: createUsageService(
      ledger,
      gateways.isAlone ? followOwn(ledger) : followShared(ledger, clock),
    ),
    directory: {
      ...directory.directory,
      budgets: withOvershoots(directory.directory.budgets, (id) =>
        budgets.overshoots.mayPassBy(id, clock.now()),
      ),
    },
    explainBudgets: createExplainBudgets({
      keys: directory.directory.keys,
      findDestination,
      prices,
      calibration: budgets.calibration,
      budgets: budgets.fresh,
      standing: budgets.standing,
      clock,
    }),
    outbox: outbox.service,
    callBodies: createCallBodyService(bodies, clock),
    health: createHealthService({
      version: VERSION,
      clock,
      ledger,
      governance,
      others: [
        ...storage.value.checks,
        ...shared.checks,
        ...priceList.checks,
        bodies.status,
        ...(outbox.health === undefined ? [] : [outbox.health]),
      ],
    }),
  };
  const lifetime = { ttlSeconds: config.sessionTtlSeconds };
  const metrics = createMetrics(ledger);
  const listener = createListener({
    config,
    clock,
    ids,
    log,
    governance,
    services,
    metrics,
    inspection,
    version: VERSION,
    health: services.health,
    entrance: createEntrance({
      clock,
      ids,
      log,
      governance,
      limiter: shared.limiter,
      bodies: services.callBodies,
      bodyBytes: config.limits.bodyBytes,
    }),
    passthrough: createPassthroughService({
      config,
      governance,
      metering,
      upstreamOf,
      deadlines: DEADLINES,
      log,
    }),
    tiers: createTierService({
      clock,
      ids,
      governance,
      findDestination,
      orCheaper,
      sessions: gateways.isAlone
        ? createMemorySessionStore(clock, lifetime)
        : createKeptSessionStore(kept, clock, lifetime),
      health: createHealthBook(),
    }),
  });

  const flush = async (): Promise<void> => {
    await metering.idle();
    await ledger.flush();
    await budgets.idle();
    await outbox.flush(FLUSH_MS);
  };
  return ok({
    server: createHttpServer(listener),
    metricsListener: (_req, res) => void sendMetrics(res, metrics),
    reports: ledger,
    newAdminKey: directory.newAdminKey,
    flush,
    close: async () => {
      await priceList.close();
      await lostCalls.close();
      await services.responses.close();
      // A client that left with its connection may not have been noticed yet.
      await metering.ended();
      await ledger.flush().catch(() => undefined);
      await budgets.idle();
      await outbox.flush(FLUSH_MS);
      await outbox.close();
      await budgets.close();
      metrics.close();
      await governance.close();
      bodies.close();
      await Promise.all([http.close(), media.close(), simulated.close(), tokens.close()]);
      const unwritten = await ledger.close();
      await shared.close();
      await storage.value.close();
      log.flush();
      return unwritten;
    },
  });
}
