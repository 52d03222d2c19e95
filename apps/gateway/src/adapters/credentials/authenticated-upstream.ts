import type { ProviderAuth } from '../../ports/provider-auth.ts';
import type { Upstream } from '../../ports/upstream.ts';

/** Sends nothing without its proof. Whoever made the inner upstream closes it. */
export const createAuthenticatedUpstream = (inner: Upstream, auth: ProviderAuth): Upstream => ({
  send: async (request) => {
    const proof = await auth.prove(request);
    if (!proof.ok) return proof;
    return inner.send({ ...request, headers: { ...request.headers, ...proof.value } });
  },
  close: () => Promise.resolve(),
});
