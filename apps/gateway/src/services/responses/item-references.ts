import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { isJsonObject, type JsonObject, type JsonValue } from '@tollgate/core/json';
import type { Destination } from '../destination.ts';
import type { KeptResponses } from './kept-responses.ts';

export interface ResolvedInput {
  readonly input: JsonValue;
  /** An item stands where only its id was. */
  readonly isChanged: boolean;
}

/**
 * The input with the items that it only refers to. Those that its own provider keeps stay references,
 * once it is known that they are the caller's.
 */
export function resolveReferences(
  kept: KeptResponses,
  owner: string,
  { input, destination }: { readonly input: JsonValue; readonly destination: Destination },
): Result<ResolvedInput, GatewayError> {
  if (!Array.isArray(input) || !hasReferences(input)) return ok({ input, isChanged: false });
  const items: JsonValue[] = [];
  let isChanged = false;
  for (const [index, item] of input.entries()) {
    if (!isReference(item)) {
      items.push(item);
      continue;
    }
    const id = String(item['id']);
    const holder = kept.holderOf(owner, id);
    const response = holder === undefined ? undefined : kept.find(owner, holder);
    if (response?.at === 'provider' && response.provider === destination.provider.name) {
      items.push(item);
      continue;
    }
    const output = response?.at === 'here' ? response.response['output'] : undefined;
    const found = Array.isArray(output) ? output.find((one) => idOf(one) === id) : undefined;
    if (found === undefined) return err(notFound(index, id));
    items.push(found);
    isChanged = true;
  }
  return ok({ input: items, isChanged });
}

export const hasReferences = (input: JsonValue): boolean =>
  Array.isArray(input) && input.some(isReference);

const idOf = (item: JsonValue): JsonValue | undefined =>
  isJsonObject(item) ? item['id'] : undefined;

const isReference = (item: JsonValue): item is JsonObject =>
  isJsonObject(item) &&
  typeof item['id'] === 'string' &&
  (item['type'] === 'item_reference' || (item['type'] == null && item['role'] === undefined));

const notFound = (index: number, id: string): GatewayError => ({
  kind: 'invalid_request',
  path: `input[${index}].id`,
  detail: `Item with id '${id}' not found.`,
});
