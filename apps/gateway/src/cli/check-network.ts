import type { Config, ProviderConfig } from '../config/config.ts';
import type { Clock } from '../ports/clock.ts';
import type { Upstream, UpstreamRequest } from '../ports/upstream.ts';
import { modelListRequest } from '../services/ask-models.ts';
import { type Check, failed, fine, warning } from './check.ts';

/** What a dependency answered, and what its clock said. */
export interface Probe {
  readonly check: Check;
  /** Unix milliseconds by the other side's clock, to the second. */
  readonly theirTime?: number;
}

export interface NetworkTools {
  readonly upstream: Upstream;
  readonly clock: Clock;
}

const ZION = 'zion';
const LARGEST_SKEW_MS = 60_000;
const ZION_DEADLINES = { connectMs: 2_000, headersMs: 4_000, idleMs: 4_000, totalMs: 5_000 };

export async function checkProvider(provider: ProviderConfig, tools: NetworkTools): Promise<Probe> {
  const name = `provider ${provider.name}`;
  if (provider.transport === 'simulated')
    return { check: fine(name, 'simulated, needs no network') };
  const request = modelListRequest(provider);
  if (request === undefined) return { check: fine(name, 'nothing to ask') };
  return probe({ name, request, key: keyPlace(provider) }, tools);
}

function keyPlace({ name, proof, keyVariables }: ProviderConfig): string {
  if (proof !== undefined)
    return `providers.${name}.credentials, or what the environment has of them`;
  const [variable = 'its apiKey'] = keyVariables;
  return `${variable} or providers.${name}.apiKey`;
}

/** Undefined under local governance. */
export async function checkZion(config: Config, tools: NetworkTools): Promise<Probe | undefined> {
  const { governance } = config;
  if (governance.kind === 'local') return undefined;
  const base = governance.url.href.replace(/\/+$/, '');
  const request: UpstreamRequest = {
    provider: 'zion',
    url: new URL(`${base}/api/v1/tiers/config`),
    method: 'GET',
    headers: { 'x-api-key': governance.apiKey.reveal() },
    body: undefined,
    deadlines: ZION_DEADLINES,
    signal: new AbortController().signal,
  };
  return probe({ name: ZION, request, key: 'ZION_API_KEY or governance.apiKey' }, tools);
}

interface ProbeTarget {
  readonly name: string;
  readonly request: UpstreamRequest;
  /** Where its key is set. */
  readonly key: string;
}

async function probe({ name, request, key }: ProbeTarget, tools: NetworkTools): Promise<Probe> {
  const { upstream, clock } = tools;
  const startedAt = clock.monotonic();
  const sent = await upstream.send(request);
  const tookMs = Math.round(clock.monotonic() - startedAt);
  const { host } = request.url;
  if (!sent.ok && sent.error.kind === 'provider_auth') {
    return { check: failed(name, 'its credentials prove nothing', `correct ${key}`) };
  }
  if (!sent.ok) {
    const why =
      sent.error.kind === 'provider_timeout' ? `no answer in ${tookMs} ms` : 'unreachable';
    const advice = 'check its URL, the network and any firewall or proxy between';
    return { check: failed(name, `${host}: ${why}`, advice) };
  }
  const { status, headers, body } = sent.value;
  body.cancel();
  const theirTime = Date.parse(headers['date'] ?? '');
  return {
    check: judge(name, `${host} answered ${status} in ${tookMs} ms`, { status, key }),
    ...(!Number.isNaN(theirTime) && { theirTime }),
  };
}

function judge(
  name: string,
  detail: string,
  { status, key }: { status: number; key: string },
): Check {
  if (status === 401 || status === 403) {
    return failed(name, `${detail}: it refuses the key`, `correct ${key}`);
  }
  if (status === 429) return warning(name, detail, 'wait: the key is valid and used up for now');
  if (status >= 500) return warning(name, detail, 'look at its status page; it fails on its side');
  if (status < 200 || status > 299) return mislaid(name, detail);
  return fine(name, detail);
}

/** It answers, and not where it is asked. Some providers have no list of models: no failure of theirs. */
function mislaid(name: string, detail: string): Check {
  return name === ZION
    ? failed(name, detail, 'check ZION_API_URL or governance.url: what answers there is not Zion')
    : warning(
        name,
        detail,
        'unless it has no list of models, its baseUrl is wrong: many end in /v1',
      );
}

/** Compares this machine's clock with what the others said in their replies. */
export function checkClock(theirTimes: readonly number[], now: number): Check {
  const offsets = theirTimes.map((time) => now - time).sort((one, other) => one - other);
  const middle = offsets[offsets.length >> 1];
  if (middle === undefined) return fine('clock', 'nobody to compare with');
  const seconds = Math.round(middle / 1000);
  return Math.abs(middle) <= LARGEST_SKEW_MS
    ? fine('clock', 'within a minute of the others')
    : warning(
        'clock',
        `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the others`,
        'let this machine take its time from NTP: usage is booked by day',
      );
}
