import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { isJsonObject, type JsonObject, type JsonValue } from '@tollgate/core/json';
import type { Destination } from '../destination.ts';
import type { KeptResponse, KeptResponses } from './kept-responses.ts';

export interface ResolvedInput {
  readonly input: JsonValue;
  /** An item stands where only its id was. */
  readonly isChanged: boolean;
}

/**
 * The input with the items that it only refers to. Those that its own provider keeps stay references,
 * once it is known that they are the caller's.
 */
export async function resolveReferences(
  kept: KeptResponses,
  owner: string,
  { input, destination }: { readonly input: JsonValue; readonly destination: Destination },
): Promise<Result<ResolvedInput, GatewayError>> {
  if (!Array.isArray(input) || !hasReferences(input)) return ok({ input, isChanged: false });
  const items: JsonValue[] = [];
  const named = new Set<string>();
  const holderOf = createHolders(kept, owner);
  let isChanged = false;
  for (const [index, item] of input.entries()) {
    if (!isReference(item)) {
      items.push(item);
      continue;
    }
    const id = String(item['id']);
    if (named.has(id)) return err(duplicate(index, id));
    named.add(id);
    const held = await holderOf(id);
    if (!held.ok) return held;
    const holder = held.value;
    if (holder?.at === 'provider' && holder.provider === destination.provider.name) {
      items.push(item);
      continue;
    }
    const found = holder?.output.find((one) => idOf(one) === id);
    if (found === undefined) return err(notFound(index, id));
    items.push(found);
    isChanged = true;
  }
  return ok({ input: items, isChanged });
}

interface Holder {
  readonly at: KeptResponse['at'];
  readonly provider: string;
  readonly output: readonly JsonValue[];
}

/** Each response is read once for all of its items. Its input, mostly the larger part, is let go. */
function createHolders(kept: KeptResponses, owner: string) {
  const holders = new Map<string, Result<Holder | undefined, GatewayError>>();
  return async (itemId: string): Promise<Result<Holder | undefined, GatewayError>> => {
    const id = await kept.holderOf(owner, itemId);
    if (!id.ok) return id;
    if (id.value === undefined) return ok(undefined);
    const known = holders.get(id.value) ?? holderIn(await kept.find(owner, id.value));
    holders.set(id.value, known);
    return known;
  };
}

function holderIn(
  found: Result<KeptResponse, GatewayError>,
): Result<Holder | undefined, GatewayError> {
  if (!found.ok) return found.error.kind === 'response_not_found' ? ok(undefined) : found;
  const kept = found.value;
  const output = kept.at === 'here' ? kept.response['output'] : undefined;
  return ok({ at: kept.at, provider: kept.provider, output: Array.isArray(output) ? output : [] });
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

/** OpenAI's own words. What a few bytes name is sent whole: twice would be paid for twice, or endlessly. */
const duplicate = (index: number, id: string): GatewayError => ({
  kind: 'invalid_request',
  path: `input[${index}].id`,
  detail: `Duplicate item found with id ${id}. Remove duplicate items from your input and try again.`,
});
