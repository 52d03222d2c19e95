import type { Rest } from '../../chat/rest.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { restFor, restOf } from '../rest-of.ts';

export const DIALECT = 'cohere-chat';

/** The fields that the hub has words for, by what they stand in; all others are kept as `rest`. */
export const KNOWN = {
  request: new Set([
    'model',
    'messages',
    'stream',
    'max_tokens',
    'temperature',
    'p',
    'k',
    'frequency_penalty',
    'presence_penalty',
    'stop_sequences',
    'seed',
    'logprobs',
    'tools',
    'tool_choice',
    'strict_tools',
    'response_format',
    'thinking',
  ]),
  message: new Set(['role', 'content', 'tool_plan', 'tool_calls', 'citations', 'tool_call_id']),
  text: new Set(['type', 'text']),
  thinking: new Set(['type', 'thinking']),
  image: new Set(['type', 'image_url']),
  call: new Set(['id', 'type', 'function']),
  tool: new Set(['type', 'function']),
  reply: new Set(['id', 'message', 'finish_reason', 'usage', 'logprobs']),
  /** Of the event that begins a stream. */
  start: new Set(['id', 'type', 'delta']),
  /** Of the delta that ends a stream. */
  end: new Set(['finish_reason', 'usage', 'error']),
} as const;

export type Place = keyof typeof KNOWN;

/** The fields that aren't known, for this dialect only; absent when there are none. */
export function restIn(
  value: { readonly [field: string]: unknown },
  place: Place,
): { readonly rest?: Rest } {
  const rest = restOf(DIALECT, value, KNOWN[place]);
  return rest === undefined ? {} : { rest };
}

export const fieldsOf = (
  rest: Rest | undefined,
  place: Place,
): { readonly [field: string]: JsonValue } => restFor(DIALECT, rest, KNOWN[place]);

/** Codec's edge: everything a schema let through unread came out of a JSON parser. */
export const asJsonObject = (value: unknown): JsonObject => {
  const json = value as JsonValue;
  return isJsonObject(json) ? json : {};
};
