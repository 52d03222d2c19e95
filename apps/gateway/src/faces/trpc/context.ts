import type { GatewayError, Loss } from '@tollgate/core/chat';
import type { TRPCError, TRPCProcedureType } from '@trpc/server';
import type { Served } from '../../services/answer.ts';
import type { Call } from '../../services/call.ts';
import type { Services } from '../../services/services.ts';
import { failureOf } from './errors.ts';

/** What a procedure knows of its request, and where it says what the reply's head must tell. */
export interface TrpcContext {
  readonly services: Services;
  readonly call: Call;
  /** Who answers, before the reply begins. */
  served(answer: { readonly served: Served; readonly losses: readonly Loss[] }): void;
  /** Hands over a stream of events, which is closed with the request whatever becomes of it. */
  owns(events: AsyncIterator<unknown>): void;
  /** The procedure has returned or failed; only the first time counts. */
  settle(error?: TRPCError, type?: TRPCProcedureType | 'unknown'): void;
}

/** The same from the side of who sends the reply. */
export interface Exchange {
  readonly context: TrpcContext;
  readonly answer: () => { readonly served: Served; readonly losses: readonly Loss[] } | undefined;
  /** Resolves once the procedure has settled, with its failure if it failed. */
  readonly settled: Promise<GatewayError | undefined>;
  close(): Promise<void>;
}

export function createExchange(services: Services, call: Call): Exchange {
  let answer: { readonly served: Served; readonly losses: readonly Loss[] } | undefined;
  let events: AsyncIterator<unknown> | undefined;
  const { promise, resolve } = Promise.withResolvers<GatewayError | undefined>();
  return {
    context: {
      services,
      call,
      served: (told) => {
        answer = told;
      },
      owns: (opened) => {
        events = opened;
      },
      settle: (error, type) => resolve(error === undefined ? undefined : failureOf(error, type)),
    },
    answer: () => answer,
    settled: promise,
    close: async () => {
      await events?.return?.();
    },
  };
}
