import { createHash } from 'node:crypto';
import { err, ok, type Result } from '@tollgate/core';
import { quotasOf } from '@tollgate/core/budgets';
import type { GatewayError } from '@tollgate/core/chat';
import {
  externalIdOf,
  type Identity,
  type TierConfig,
  tierConfigOf,
  type ZionProfile,
  type ZionTiers,
} from '@tollgate/core/governance';
import type { CacheInspection } from '../../ports/cache-inspection.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DependencyStatus, Governance } from '../../ports/governance.ts';
import type { UserUsage } from '../../ports/user-usage.ts';
import { createCachedLookup } from './cached-lookup.ts';
import { exhaustedLimit } from './exhausted-limit.ts';
import { freshForMs, type LimitsSnapshot, toldMeters } from './limits-snapshot.ts';
import { untilAborted } from './until-aborted.ts';
import type { ZionAnswer, ZionClient, ZionFailure } from './zion-client.ts';

export interface ZionGovernanceOptions {
  readonly client: ZionClient;
  readonly usage: UserUsage;
  readonly clock: Clock;
  readonly profileTtlSeconds: number;
  readonly limitsTtlSeconds: number;
  readonly tierTtlSeconds: number;
  /** Of each user. */
  readonly requestsPerMinute: number;
}

/** A refused token isn't asked about again for this long. */
const REFUSAL_MS = 10_000;
/** A user who has nothing left is looked at again sooner: the limit may have been raised. */
const EXHAUSTED_MS = 30_000;
const MAX_PROFILES = 10_000;
const MAX_LIMITS = 10_000;

const unavailable = (detail: string): GatewayError => ({
  kind: 'governance_unavailable',
  detail,
  retryAfterSeconds: 5,
});

/** Zion itself says no, as opposed to giving no usable answer. */
const isRefusal = (answer: ZionAnswer<unknown>, statuses: readonly number[]): boolean =>
  !answer.ok && answer.error.kind === 'refused' && statuses.includes(answer.error.status);

const TOKEN_REFUSED = [401, 403, 404];

function profileError(failure: ZionFailure): GatewayError {
  if (failure.kind === 'refused') {
    if (failure.status === 401 || failure.status === 404) {
      return { kind: 'invalid_key', detail: 'The token is not valid.' };
    }
    if (failure.status === 403) return { kind: 'forbidden', detail: 'the user may not call' };
  }
  return unavailable('The governance service could not say who is calling.');
}

type ZionUser = NonNullable<Identity['user']>;

const userIdOf = (id: string): string => `zion:${id}`;

function identityOf(profile: ZionProfile, requestsPerMinute: number): Identity {
  const externalId = externalIdOf(profile);
  return {
    keyId: userIdOf(profile.id),
    // Stands in logs and reports, so neither the user's name nor the address.
    keyName: externalId,
    role: 'member',
    source: 'zion',
    userId: userIdOf(profile.id),
    user: { id: profile.id, externalId, email: profile.email },
    subject: `zion:${externalId}`,
    requestsPerMinute,
  };
}

/**
 * Users, limits and tiers of Zion. Profiles are cached by a digest of their token, limits by user, the
 * tiers whole. Limits and tiers that can't be renewed serve on; a profile that can't isn't trusted on.
 */
export function createZionGovernance(options: ZionGovernanceOptions): Governance & CacheInspection {
  const { client, clock, usage } = options;
  const isDown = (answer: ZionAnswer<unknown>): boolean => !answer.ok;
  const profiles = createCachedLookup<ZionAnswer<ZionProfile>>({
    clock,
    maxEntries: MAX_PROFILES,
    freshMs: (answer) => {
      if (answer.ok) return options.profileTtlSeconds * 1000;
      return isRefusal(answer, TOKEN_REFUSED) ? REFUSAL_MS : 0;
    },
    isFailure: () => false,
  });
  const limits = createCachedLookup<ZionAnswer<LimitsSnapshot>>({
    clock,
    maxEntries: MAX_LIMITS,
    freshMs: (answer) => {
      if (!answer.ok) return 0;
      const full = options.limitsTtlSeconds * 1000;
      const isExhausted = exhaustedLimit(answer.value.limits, clock.now()) !== undefined;
      return freshForMs(answer.value, {
        now: clock.now(),
        most: isExhausted ? Math.min(EXHAUSTED_MS, full) : full,
      });
    },
    isFailure: isDown,
  });
  const tiers = createCachedLookup<ZionAnswer<ZionTiers>>({
    clock,
    maxEntries: 1,
    freshMs: (answer) => (answer.ok ? options.tierTtlSeconds * 1000 : 0),
    isFailure: isDown,
  });

  /** A user without a record has no limits: an answer like another, and kept like one. */
  const lookUpLimits = async ({
    id,
    externalId,
    email,
  }: ZionUser): Promise<ZionAnswer<LimitsSnapshot>> => {
    // Before Zion is asked: what it is told meanwhile is counted twice for a while, never missed.
    const acknowledged = await usage.acknowledged({ userId: userIdOf(id), email });
    const answer = await client.limits(externalId);
    if (isRefusal(answer, [404])) return ok({ limits: { limits: [] }, told: [], acknowledged });
    if (!answer.ok) return answer;
    return ok({ limits: answer.value, told: toldMeters(answer.value), acknowledged });
  };

  const loadTiers = async (): Promise<Result<TierConfig, GatewayError>> => {
    const answer = await tiers.get('tiers', () => client.tiers());
    if (answer.ok) return ok(tierConfigOf(answer.value));
    return err(unavailable('The governance service could not say which models serve a tier.'));
  };

  return {
    async authenticate(key, signal) {
      const digest = createHash('sha256').update(key).digest('base64');
      const lookup = profiles.get(digest, () => client.profile(key));
      const answer = await untilAborted(lookup, signal);
      if (answer === undefined) return err({ kind: 'client_closed' });
      if (!answer.ok) return err(profileError(answer.error));
      return ok(identityOf(answer.value, options.requestsPerMinute));
    },
    async admit(identity, signal) {
      const { user } = identity;
      if (user === undefined) return ok(undefined);
      const lookup = limits.get(user.externalId, () => lookUpLimits(user));
      const answer = await untilAborted(lookup, signal);
      if (answer === undefined) return err({ kind: 'client_closed' });
      if (!answer.ok) {
        return err(unavailable('The governance service could not say what the user has left.'));
      }
      const limit = exhaustedLimit(answer.value.limits, clock.now());
      if (limit === undefined) return ok(undefined);
      return err({ kind: 'quota_exceeded', limit, detail: `${limit.name} is used up` });
    },
    quotas: ({ user }) => {
      const kept = user === undefined ? undefined : limits.peek(user.externalId);
      if (user === undefined || kept === undefined || !kept.answer.ok) return [];
      const { told, acknowledged } = kept.answer.value;
      if (told.length === 0 || acknowledged === undefined) return [];
      return quotasOf(userIdOf(user.id), told, { acknowledged, now: clock.now() });
    },
    refused: ({ user }) => {
      if (user !== undefined) limits.renewWithin(user.externalId, EXHAUSTED_MS);
    },
    tiers: loadTiers,
    async status() {
      if (client.contact().since === undefined) await loadTiers();
      const { isReachable, since, latencyMs } = client.contact();
      const status: DependencyStatus = {
        name: 'zion',
        status: isReachable ? 'healthy' : 'unhealthy',
        ...(latencyMs === undefined ? {} : { latencyMs: Math.round(latencyMs) }),
      };
      if (isReachable || since === undefined) return status;
      return { ...status, detail: `no usable answer since ${new Date(since).toISOString()}` };
    },
    close: () => Promise.resolve(),
    caches: () => ({
      // Digests of tokens, which say nothing of the token; users' ids are another matter.
      profile: { keysCount: profiles.size(), sampleKeys: profiles.keys(10) },
      limits: { keysCount: limits.size(), sampleKeys: [] },
    }),
    limitsOf: (externalId) => {
      const kept = limits.peek(externalId);
      if (kept === undefined || !kept.answer.ok) return { limits: undefined, ttlSeconds: -2 };
      return {
        limits: kept.answer.value.limits.limits,
        ttlSeconds: Math.ceil(kept.freshForMs / 1000),
      };
    },
  };
}
