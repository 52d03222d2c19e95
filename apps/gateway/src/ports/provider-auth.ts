import type { Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { UpstreamRequest } from './upstream.ts';

/** What proves to a provider who calls, where a key in a header doesn't. */
export interface ProviderAuth {
  /** The headers of the proof for exactly this request, which is sent as it is. Never throws. */
  prove(
    request: UpstreamRequest,
  ): Promise<Result<{ readonly [name: string]: string }, GatewayError>>;
}
