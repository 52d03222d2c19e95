import type { AppRouter, ErrorData } from '@tollgate/gateway/router';
import { isTRPCClientError, type TRPCClientError } from '@trpc/client';

/** A failure that the gateway told: what went wrong is `data.cause`, by its `kind`. */
export type TollgateError = TRPCClientError<AppRouter> & { readonly data: ErrorData };

/** True for what the gateway answered; false for an abort or a network that failed. */
export const isTollgateError = (error: unknown): error is TollgateError =>
  isTRPCClientError<AppRouter>(error) && typeof error.data?.cause?.kind === 'string';
