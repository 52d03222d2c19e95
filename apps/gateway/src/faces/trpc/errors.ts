import {
  describeError,
  ERROR_FACTS,
  type GatewayError,
  retryAfterSeconds,
  statusOf,
} from '@tollgate/core/chat';
import { encodeHubError } from '@tollgate/core/dialects';
import { TRPCError, type TRPCProcedureType } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import type { ErrorReply, Face } from '../http/face.ts';
import type { ErrorShape } from './contract.ts';

/** Carries a failure through tRPC, which knows only thrown errors. */
export class GatewayFailure extends Error {
  readonly failure: GatewayError;
  constructor(failure: GatewayError) {
    super(describeError(failure));
    this.failure = failure;
  }
}

/** A failure as what a procedure throws. */
export const thrown = (failure: GatewayError): TRPCError =>
  new TRPCError({
    code: ERROR_FACTS[failure.kind].trpc,
    message: describeError(failure),
    cause: new GatewayFailure(failure),
  });

/** What tRPC itself or a procedure threw, in our own words. A bug is `internal`. */
export function failureOf(
  error: TRPCError,
  type: TRPCProcedureType | 'unknown' = 'unknown',
): GatewayError {
  if (error.cause instanceof GatewayFailure) return error.cause.failure;
  // tRPC wraps once more what an input's parser throws.
  if (error.cause instanceof TRPCError) return failureOf(error.cause, type);
  switch (error.code) {
    case 'NOT_FOUND':
      return { kind: 'endpoint_not_found', detail: 'There is no such procedure here.' };
    case 'METHOD_NOT_SUPPORTED':
      return { kind: 'method_not_allowed', allow: type === 'mutation' ? ['POST'] : ['GET'] };
    case 'UNSUPPORTED_MEDIA_TYPE':
      return { kind: 'unsupported_media_type', detail: 'Send the input as JSON.' };
    case 'PARSE_ERROR':
    case 'BAD_REQUEST':
      return { kind: 'invalid_request', detail: error.message };
    default:
      return { kind: 'internal', detail: error.message };
  }
}

/** The one form in which a client meets a failure, whichever way it comes. */
export function shapeOf(failure: GatewayError, path?: string): ErrorShape {
  const { trpc } = ERROR_FACTS[failure.kind];
  const seconds = retryAfterSeconds(failure);
  return {
    message: describeError(failure),
    code: TRPC_ERROR_CODES_BY_KEY[trpc],
    data: {
      code: trpc,
      httpStatus: statusOf(failure),
      ...(path === undefined ? undefined : { path }),
      ...(seconds === undefined ? undefined : { retryAfterSeconds: seconds }),
      cause: encodeHubError(failure),
    },
  };
}

/** The face's body for what fails before or outside of tRPC; clients read both alike. */
export const trpcFace: Face = {
  name: 'trpc',
  encodeError: (failure: GatewayError): ErrorReply => {
    const seconds = retryAfterSeconds(failure);
    return {
      status: statusOf(failure),
      headers: seconds === undefined ? {} : { 'retry-after': String(seconds) },
      body: { error: shapeOf(failure) },
    };
  },
};
