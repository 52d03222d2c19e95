import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { Gatherer } from '../passage.ts';

/**
 * Chunks as the one reply that they spell: texts and log probabilities one after the other, of all else
 * what was said last. Not where the best of several is asked for, which can't be streamed.
 * Source: https://platform.openai.com/docs/api-reference/completions/create
 */
export function gather({ best_of: best, n }: JsonObject): Gatherer | undefined {
  if (typeof best === 'number' && best > (typeof n === 'number' ? n : 1)) return undefined;
  let reply: JsonObject = {};
  const choices = new Map<number, JsonObject>();
  let hasChoices = false;
  return {
    push: (data) => {
      const parsed = parseJson(data);
      if (!parsed.ok || !isJsonObject(parsed.value)) return;
      const { choices: told, ...rest } = parsed.value;
      reply = later(reply, { ...(Array.isArray(told) && { choices: [] }), ...rest });
      for (const choice of Array.isArray(told) ? told : []) {
        if (!isJsonObject(choice)) continue;
        hasChoices = true;
        const at = typeof choice['index'] === 'number' ? choice['index'] : 0;
        choices.set(at, joined(choices.get(at) ?? {}, choice));
      }
    },
    reply: () => {
      if (!hasChoices) return undefined;
      const inOrder = [...choices].sort(([one], [other]) => one - other);
      return JSON.stringify({ ...reply, choices: inOrder.map(([, choice]) => choice) });
    },
  };
}

/** What is null says nothing that was said before. */
const later = (before: JsonObject, after: JsonObject): JsonObject => ({
  ...before,
  ...Object.fromEntries(
    Object.entries(after).filter(([key, value]) => value !== null || !Object.hasOwn(before, key)),
  ),
});

function joined(before: JsonObject, after: JsonObject): JsonObject {
  const text = textOf(before) + textOf(after);
  const logprobs = joinedLists(before['logprobs'], after['logprobs']);
  return { ...later(before, after), text, ...(logprobs !== undefined && { logprobs }) };
}

const textOf = ({ text }: JsonObject): string => (typeof text === 'string' ? text : '');

function joinedLists(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): JsonValue | undefined {
  if (!isJsonObject(before)) return after ?? before;
  if (!isJsonObject(after)) return before;
  const lists = Object.entries(after).map(([key, value]) => {
    const known = before[key];
    return [key, Array.isArray(known) && Array.isArray(value) ? [...known, ...value] : value];
  });
  return { ...before, ...Object.fromEntries(lists) };
}
