import { createAwsAuth } from './adapters/aws/sign-requests.ts';
import { createAuthenticatedUpstream } from './adapters/credentials/authenticated-upstream.ts';
import { createGoogleAuth } from './adapters/google/google-tokens.ts';
import type { ProviderConfig } from './config/config.ts';
import type { Clock } from './ports/clock.ts';
import type { Log } from './ports/log.ts';
import type { ProviderAuth } from './ports/provider-auth.ts';
import type { Upstream } from './ports/upstream.ts';

interface Ways {
  readonly http: Upstream;
  readonly simulated: Upstream;
  readonly clock: Clock;
  readonly log: Log;
}

/** The way to each provider: over the network, with its proof where it wants one, or in process. */
export function createUpstreamOf(ways: Ways): (provider: ProviderConfig) => Upstream {
  const { http, simulated } = ways;
  const authenticated = new Map<string, Upstream>();
  return (provider) => {
    if (provider.transport === 'simulated') return simulated;
    if (provider.proof === undefined) return http;
    const known = authenticated.get(provider.name);
    if (known !== undefined) return known;
    const made = createAuthenticatedUpstream(http, authOf(provider, provider.proof, ways));
    authenticated.set(provider.name, made);
    return made;
  };
}

function authOf(
  { name, said, signedAs = '' }: ProviderConfig,
  proof: NonNullable<ProviderConfig['proof']>,
  { http, clock, log }: Ways,
): ProviderAuth {
  return proof.kind === 'aws'
    ? createAwsAuth({ ...proof, region: said?.region ?? '', service: signedAs, clock })
    : createGoogleAuth({ source: proof.source, provider: name, upstream: http, log });
}
