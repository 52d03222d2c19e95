import type { Dialect, ProviderDialectId } from '@tollgate/core/dialects';
import type { Config } from './config/config.ts';
import type { Clock } from './ports/clock.ts';
import type { Gateways } from './ports/gateways.ts';
import type { KeptStore } from './ports/kept-store.ts';
import type { Log } from './ports/log.ts';
import type { CarriedState } from './services/carried-state.ts';
import type { ChatService } from './services/chat.ts';
import type { LateCounts } from './services/late-counts.ts';
import type { Pass } from './services/pass.ts';
import { planTranslation } from './services/plan-translation.ts';
import type { Exchange } from './services/provider-exchange.ts';
import { createBackgroundRuns } from './services/responses/background-runs.ts';
import { createEndings, NO_ENDINGS } from './services/responses/endings.ts';
import { createKeptResponses } from './services/responses/kept-responses.ts';
import { createFollowers } from './services/responses/provider-background.ts';
import { createResponseService, type ResponseService } from './services/responses/responses.ts';
import { createRunResponse } from './services/responses/run-response.ts';

export interface ResponseParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: KeptStore;
  readonly gateways: Gateways;
  readonly chat: ChatService;
  readonly pass: Pass;
  readonly exchange: Exchange;
  readonly dialects: ReadonlyMap<ProviderDialectId, Dialect>;
  readonly state: CarriedState;
  readonly lateCounts: LateCounts;
}

/** Stored responses, and those that are made in the background. */
export function composeResponses(parts: ResponseParts): ResponseService {
  const { clock, log, chat, exchange, dialects, gateways, store } = parts;
  const runs = createBackgroundRuns(clock);
  const endings = gateways.isAlone ? NO_ENDINGS : createEndings(store, clock);
  return createResponseService({
    ...parts,
    kept: createKeptResponses(store, clock),
    followers: createFollowers({ clock, exchange }),
    runs,
    endings,
    run: createRunResponse({
      clock,
      log,
      chat,
      runs,
      endings,
      worker: gateways.own,
      plan: async (call, request) =>
        planTranslation(dialects, call, await parts.state.opened(call, request)),
    }),
  });
}
