import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { wireProblem } from '@tollgate/core/dialects';
import type { Identity } from '@tollgate/core/governance';
import type * as z from 'zod';
import type { Services } from '../../services/services.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** A route of the administrators' API as data: it is mounted, described and tested from here. */
export interface AdminRoute {
  readonly method: Method;
  /** `{id}` is the fourth segment. */
  readonly path: string;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly status: 200 | 201;
  readonly body: z.ZodType | undefined;
  readonly query: z.ZodType | undefined;
  readonly reply: z.ZodType;
  readonly run: (
    services: Services,
    by: Identity,
    asked: Asked,
  ) => Promise<Result<unknown, GatewayError>>;
}

/** What came with a request, as yet unread. */
interface Asked {
  readonly id: string;
  readonly body: unknown;
  readonly query: unknown;
}

interface RouteOf<Body, Query, Reply> {
  readonly method: Method;
  readonly path: string;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly status?: 201;
  readonly body?: z.ZodType<Body>;
  readonly query?: z.ZodType<Query>;
  readonly reply: z.ZodType<Reply>;
  readonly run: (
    services: Services,
    by: Identity,
    read: { readonly id: string; readonly body: Body; readonly query: Query },
  ) => Promise<Result<Reply, GatewayError>>;
}

/** Checks what came by the route's own schemas before it runs. */
export function route<Reply, Body = undefined, Query = undefined>(
  spec: RouteOf<Body, Query, Reply>,
): AdminRoute {
  const { body, query, status = 200, run } = spec;
  return {
    ...spec,
    status,
    body,
    query,
    run: async (services, by, { id, ...asked }) => {
      const readQuery = read(query, asked.query);
      if (!readQuery.ok) return readQuery;
      const readBody = read(body, asked.body);
      if (!readBody.ok) return readBody;
      return run(services, by, { id, query: readQuery.value, body: readBody.value });
    },
  };
}

/** Where there is no schema nothing is read, and its type is `undefined`. */
function read<T>(schema: z.ZodType<T> | undefined, value: unknown): Result<T, GatewayError> {
  if (schema === undefined) return ok(undefined as T);
  const result = schema.safeParse(value);
  return result.success ? ok(result.data) : err(wireProblem(result.error));
}
