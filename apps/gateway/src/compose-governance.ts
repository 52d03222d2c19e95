import { createCombinedGovernance } from './adapters/governance/combined-governance.ts';
import { createLocalGovernance } from './adapters/governance/local-governance.ts';
import type { OutboxChannel } from './adapters/outbox/outbox-channel.ts';
import { createZionChannel } from './adapters/zion/zion-channel.ts';
import { createZionClient } from './adapters/zion/zion-client.ts';
import { createZionGovernance } from './adapters/zion/zion-governance.ts';
import type { Config } from './config/config.ts';
import type { CacheInspection } from './ports/cache-inspection.ts';
import type { Clock } from './ports/clock.ts';
import type { Governance } from './ports/governance.ts';
import type { KeyIndex } from './ports/key-store.ts';
import type { Log } from './ports/log.ts';
import type { Upstream } from './ports/upstream.ts';
import type { UserUsage } from './ports/user-usage.ts';

export interface GovernanceParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly keyIndex: KeyIndex;
  readonly upstream: Upstream;
  /** Of the service's users. */
  readonly usage: UserUsage;
}

export interface ComposedGovernance {
  readonly governance: Governance;
  readonly inspection: CacheInspection;
  /** Present where somebody is to be told what was used. */
  readonly channel: OutboxChannel | undefined;
}

/** Each user of Zion, unless the configuration says otherwise. */
const ZION_REQUESTS_PER_MINUTE = 100;

const NOTHING_CACHED: CacheInspection = {
  caches: () => ({}),
  limitsOf: () => ({ limits: undefined, ttlSeconds: -2 }),
};

/** Local keys alone, or beside the users of Zion. */
export function composeGovernance(parts: GovernanceParts): ComposedGovernance {
  const { config, clock, log, keyIndex } = parts;
  const { requestsPerMinute } = config.limits;
  const local = createLocalGovernance({
    keyIndex,
    clock,
    tiers: config.tiers,
    ...(requestsPerMinute === undefined ? undefined : { requestsPerMinute }),
  });
  if (config.governance.kind === 'local') {
    return { governance: local, inspection: NOTHING_CACHED, channel: undefined };
  }

  const { url, apiKey, profileTtlSeconds, limitsTtlSeconds, tierTtlSeconds } = config.governance;
  const client = createZionClient({ upstream: parts.upstream, clock, url, apiKey });
  const zion = createZionGovernance({
    client,
    usage: parts.usage,
    clock,
    profileTtlSeconds,
    limitsTtlSeconds,
    tierTtlSeconds,
    requestsPerMinute: requestsPerMinute ?? ZION_REQUESTS_PER_MINUTE,
  });
  return {
    governance: createCombinedGovernance(local, zion),
    inspection: zion,
    channel: createZionChannel({ client, log }),
  };
}
