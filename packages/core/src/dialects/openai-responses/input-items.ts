import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';

const PREFIXES: ReadonlyMap<JsonValue | undefined, string> = new Map([
  ['message', 'msg'],
  ['reasoning', 'rs'],
  ['function_call', 'fc'],
  ['function_call_output', 'fco'],
]);

/**
 * The input of a request as the API lists it: each item typed, its content in parts, under an id,
 * which follows from the response's own where the client gave none.
 */
export function inputItems(input: JsonValue, responseId: string): readonly JsonObject[] {
  const list = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  if (!Array.isArray(list)) return [];
  const seed = responseId.replace(/^[a-z]+[-_]/, '');
  return list.filter(isJsonObject).map((item, index) => {
    const whole = 'role' in item ? messageOf(item) : item;
    const prefix = PREFIXES.get(whole['type']) ?? 'item';
    return { id: `${prefix}_${seed}_in${index}`, ...whole };
  });
}

function messageOf(item: JsonObject): JsonObject {
  const { role, content } = item;
  const part =
    role === 'assistant' ? { type: 'output_text', annotations: [] } : { type: 'input_text' };
  return {
    status: 'completed',
    ...item,
    type: 'message',
    content: typeof content === 'string' ? [{ ...part, text: content }] : (content ?? []),
  };
}
