import type { Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { Tier } from '@tollgate/core/governance';
import type { Call } from './call.ts';
import type { Destination } from './destination.ts';

/** A model that was chosen for a native call, and what to do once it has answered. */
export interface TierChoice {
  readonly destination: Destination;
  /** The effective tier; absent where the client named the model. */
  readonly tier: Tier | undefined;
  /** Tells health and session how it went. A session is kept only once its call was answered. */
  settle(error: GatewayError | undefined): Promise<void>;
}

/** Which model serves a tier, by health, cost and the conversation's earlier choice. */
export interface TierService {
  fixed(call: Call, model: string): Promise<Result<TierChoice, GatewayError>>;
  choose(
    call: Call,
    tier: Tier,
    conversationId: string | undefined,
  ): Promise<Result<TierChoice, GatewayError>>;
}
