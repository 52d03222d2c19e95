import { ok } from '@tollgate/core';
import { type AtVersion, IdWire, pageOf, pageWire, type Stored } from '@tollgate/core/directory';
import * as z from 'zod';
import type { Resource } from '../../services/admin/resource.ts';
import type { Services } from '../../services/services.ts';
import { type AdminRoute, route } from './route.ts';

export const BASE = '/admin/v1';

interface ResourceSpec<R extends Stored, New, Patch extends AtVersion> {
  /** In the path: `teams`. */
  readonly plural: string;
  /** In sentences and operation ids: `team`. */
  readonly noun: string;
  readonly of: (services: Services) => Resource<R, New, Patch>;
  readonly record: z.ZodType<R>;
  readonly newRecord: z.ZodType<New>;
  readonly patch: z.ZodType<Patch>;
  /** What a list may be narrowed by. */
  readonly filters: { readonly [field: string]: z.ZodType<string | undefined> };
}

const Deleted = z.strictObject({ id: IdWire, deleted: z.literal(true) });

export const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

/** The query of a list: its page, and what it is narrowed by. */
export function listQuery(filters: { readonly [field: string]: z.ZodType<string | undefined> }) {
  return z.strictObject({ ...pageWire, ...filters }).transform(({ limit, after, ...where }) => ({
    ...(limit !== undefined && { limit }),
    ...(after !== undefined && { after }),
    where: where as { readonly [field: string]: string | undefined },
  }));
}

/** The five routes of one kind of record. */
export function resourceRoutes<R extends Stored, New, Patch extends AtVersion>(
  spec: ResourceSpec<R, New, Patch>,
): readonly AdminRoute[] {
  const { plural, noun, of, record } = spec;
  const path = `${BASE}/${plural}`;
  const tag = capital(plural);
  return [
    route({
      method: 'POST',
      path,
      operationId: `create${capital(noun)}`,
      tag,
      summary: `Make one ${noun}`,
      status: 201,
      body: spec.newRecord,
      reply: record,
      run: (services, by, { body }) => of(services).create(by, body),
    }),
    route({
      method: 'GET',
      path,
      operationId: `list${capital(plural)}`,
      tag,
      summary: `List ${plural}, the oldest first`,
      query: listQuery(spec.filters),
      reply: pageOf(record),
      run: (services, by, { query }) => of(services).list(by, query),
    }),
    route({
      method: 'GET',
      path: `${path}/{id}`,
      operationId: `get${capital(noun)}`,
      tag,
      summary: `Read one ${noun}`,
      reply: record,
      run: (services, by, { id }) => of(services).get(by, id),
    }),
    route({
      method: 'PATCH',
      path: `${path}/{id}`,
      operationId: `update${capital(noun)}`,
      tag,
      summary: `Change one ${noun}: absent fields stay, null clears`,
      body: spec.patch,
      reply: record,
      run: (services, by, { id, body }) => of(services).update(by, id, body),
    }),
    route({
      method: 'DELETE',
      path: `${path}/{id}`,
      operationId: `delete${capital(noun)}`,
      tag,
      summary: `Delete one ${noun} that nothing belongs to any more`,
      reply: Deleted,
      run: async (services, by, { id }) => {
        const gone = await of(services).delete(by, id);
        return gone.ok ? ok({ id, deleted: true as const }) : gone;
      },
    }),
  ];
}
