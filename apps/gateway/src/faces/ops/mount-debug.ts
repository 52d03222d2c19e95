import type { IncomingMessage } from 'node:http';
import type { Express, Request, Response } from 'express';
import type { Config } from '../../config/config.ts';
import type { CacheInspection } from '../../ports/cache-inspection.ts';
import type { Governance } from '../../ports/governance.ts';
import { isAdmin } from '../http/is-admin.ts';
import { refuseWriting } from '../http/refuse-writing.ts';
import { sendPlain } from '../http/send-plain.ts';

export interface DebugDeps {
  readonly config: Config;
  readonly governance: Governance;
  readonly inspection: CacheInspection;
}

/** `/debug`: what the caches hold and what is configured, when switched on. */
export function mountDebug(app: Express, deps: DebugDeps): void {
  const { config } = deps;
  const guarded =
    (answer: (req: Request, res: Response) => void) =>
    async (req: Request, res: Response): Promise<void> => {
      if (!config.debug) sendPlain(res, 404, disabled);
      else if (isLoopback(req) || (await isAdmin(req, deps.governance))) answer(req, res);
      else sendPlain(res, 401, unauthorized);
    };
  const shown: { readonly [path: string]: (req: Request) => unknown } = {
    '/debug/cache': () => shownCaches(deps.inspection),
    '/debug/auth/:externalId': (req) =>
      shownLimits(deps.inspection, String(req.params['externalId'])),
    '/debug/config': () => shownConfig(config),
  };
  for (const [path, show] of Object.entries(shown)) {
    app.get(
      path,
      guarded((req, res) => sendPlain(res, 200, show(req))),
    );
    app.all(path, guarded(refuseWriting));
  }
}

function shownCaches(inspection: CacheInspection) {
  const caches = inspection.caches();
  const shown = (name: string) => {
    const cache = caches[name];
    return { keys_count: cache?.keysCount ?? 0, sample_keys: cache?.sampleKeys ?? [] };
  };
  return {
    limits_cache: shown('limits'),
    jwt_cache: shown('jwt'),
    profile_cache: shown('profile'),
    redis_available: false,
  };
}

function shownLimits(inspection: CacheInspection, externalId: string) {
  const { limits, ttlSeconds } = inspection.limitsOf(externalId);
  return {
    external_id: externalId,
    cached_limits: limits ?? null,
    cache_ttl_remaining_seconds: ttlSeconds,
  };
}

function shownConfig(config: Config) {
  const zion = config.governance.kind === 'zion' ? config.governance : undefined;
  const openai = config.providers.find((provider) => provider.transport === 'http');
  return {
    zion_api_url: zion?.url.href ?? null,
    openai_api_url: openai?.baseUrl['openai-chat'] ?? null,
    cache_ttl_seconds: zion?.limitsTtlSeconds ?? null,
    jwt_cache_ttl_seconds: zion?.profileTtlSeconds ?? null,
    redis_connected: false,
    debug_enabled: config.debug,
  };
}

/** Straight from this machine, with no proxy between that would make everybody look local. */
function isLoopback(req: IncomingMessage): boolean {
  const address = req.socket.remoteAddress ?? '';
  const isLocal = address === '::1' || /^(::ffff:)?127\./.test(address);
  return (
    isLocal &&
    req.headers['x-forwarded-for'] === undefined &&
    req.headers['forwarded'] === undefined
  );
}

const disabled = {
  error: {
    message:
      'The debug endpoints are off. Set SENTINEL_DEBUG=true (or debug: true) to switch them on.',
    type: 'not_found_error',
    code: 'debug_disabled',
  },
};

const unauthorized = {
  error: {
    message: 'The debug endpoints need an admin key, or a request from this machine itself.',
    type: 'invalid_request_error',
    code: 'UNAUTHORIZED',
  },
};
