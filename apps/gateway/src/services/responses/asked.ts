import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { wireProblem } from '@tollgate/core/dialects';
import type { JsonObject } from '@tollgate/core/json';
import * as z from 'zod';

/** What is asked of whoever keeps responses; the rest of the body is its provider's. */
export interface Asked {
  /** As the API has it: unless it is told not to. */
  readonly store: boolean;
  readonly background: boolean;
  readonly previous: string | undefined;
}

const Wire = z.looseObject({
  store: z.boolean().nullish(),
  background: z.boolean().nullish(),
  previous_response_id: z.string().nullish(),
});

/** A conversation is refused for all: its provider can't tell whose it is. */
export function readAsked(body: JsonObject): Result<Asked, GatewayError> {
  const parsed = Wire.safeParse(body);
  if (!parsed.success) return err(wireProblem(parsed.error));
  if (body['conversation'] !== undefined && body['conversation'] !== null) {
    return err({
      kind: 'invalid_request',
      path: 'conversation',
      detail: 'Tollgate keeps no conversations. Go on from a response by previous_response_id.',
    });
  }
  const { store, background, previous_response_id: previous } = parsed.data;
  return ok({
    store: store !== false,
    background: background === true,
    previous: previous || undefined,
  });
}
