import type { Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { initTRPC } from '@trpc/server';
import type { TrpcContext } from './context.ts';
import { failureOf, shapeOf, thrown } from './errors.ts';

const asItIs = (value: unknown): unknown => value;

const root = initTRPC.context<TrpcContext>().create({
  // Types and values are JSON already: clients see them as they are, not as tRPC would rewrite them.
  transformer: { serialize: asItIs, deserialize: asItIs },
  errorFormatter: ({ error, path, type }) => shapeOf(failureOf(error, type), path),
  isServer: true,
  isDev: false,
  // A model may think for minutes without a word; what stands between must not take it for dead.
  jsonl: { pingMs: 15_000 },
  sse: {
    ping: { enabled: true, intervalMs: 15_000 },
    client: { reconnectAfterInactivityMs: 45_000 },
  },
});

export const { router } = root;

/** Every procedure is made of this: it tells the request's owner how it went. */
export const procedure = root.procedure.use(async ({ ctx, next }) => {
  const result = await next();
  ctx.settle(result.ok ? undefined : result.error);
  return result;
});

/** The value of a result, or its failure as tRPC takes it. */
export function valueOrThrow<T>(result: Result<T, GatewayError>): T {
  if (result.ok) return result.value;
  throw thrown(result.error);
}
