import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { Stored } from '@tollgate/core/directory';

/** A place in a list that is ordered by age, and by id among those of one age. */
export interface Cursor {
  readonly createdAt: number;
  readonly id: string;
}

export const FROM_THE_START: Cursor = { createdAt: -1, id: '' };

export const cursorAt = ({ createdAt, id }: Stored): string => `${createdAt}.${id}`;

export function readCursor(after: string | undefined): Result<Cursor, GatewayError> {
  if (after === undefined) return ok(FROM_THE_START);
  const [, createdAt, id] = /^(\d{1,15})\.(.+)$/.exec(after) ?? [];
  if (createdAt === undefined || id === undefined) {
    return err({
      kind: 'invalid_request',
      path: 'after',
      detail: 'Expected the `next` of the page before.',
    });
  }
  return ok({ createdAt: Number(createdAt), id });
}
