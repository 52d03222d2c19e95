import { isJsonObject, type JsonValue } from '../json/json-value.ts';
import type { Metadata } from './labels.ts';

/* The bounds of OpenAI's own metadata: what clients send to it stands in the ledger whole. */
const MOST_ENTRIES = 16;
const MOST_NAME = 64;
const MOST_TEXT = 512;

/** What a client says of its call, and which of its names the row has no room for. */
export interface SaidMetadata {
  readonly kept?: Metadata;
  readonly leftOut: readonly string[];
}

/**
 * What a client says of its call for its own reports, as much of it as every row has room for: texts
 * alone, the first sixteen. What is longer is left out, since half a name or number is another one.
 * Undefined: it says nothing.
 */
export function boundedMetadata(said: JsonValue | undefined): SaidMetadata | undefined {
  if (said === undefined || !isJsonObject(said)) return undefined;
  const entries = Object.entries(said);
  if (entries.length === 0) return undefined;
  const kept = entries.filter(hasRoom).slice(0, MOST_ENTRIES);
  const names = new Set(kept.map(([name]) => name));
  return {
    ...(kept.length === 0 ? {} : { kept: Object.fromEntries(kept) }),
    leftOut: entries.flatMap(([name]) => (names.has(name) ? [] : [name])),
  };
}

function hasRoom(entry: [string, JsonValue]): entry is [string, string] {
  const [name, text] = entry;
  const isNamed = name !== '' && name.length <= MOST_NAME;
  return isNamed && typeof text === 'string' && text.length <= MOST_TEXT;
}
