import { isJsonObject, type JsonValue } from '../json/json-value.ts';
import type { Metadata } from './labels.ts';

/* The bounds of OpenAI's own metadata: what clients send to it stands in the ledger whole. */
const MOST_ENTRIES = 16;
const MOST_NAME = 64;
const MOST_TEXT = 512;

/**
 * What a client says of its call for its own reports, as much of it as every row has room for: texts
 * alone, the first sixteen. What is longer is left out, since half a name or number is another one.
 * Undefined: nothing to keep.
 */
export function boundedMetadata(said: JsonValue | undefined): Metadata | undefined {
  if (said === undefined || !isJsonObject(said)) return undefined;
  const kept = Object.entries(said)
    .filter((entry): entry is [string, string] => {
      const [name, text] = entry;
      const isNamed = name !== '' && name.length <= MOST_NAME;
      return isNamed && typeof text === 'string' && text.length <= MOST_TEXT;
    })
    .slice(0, MOST_ENTRIES);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
