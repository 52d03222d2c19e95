import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { withoutCredentials } from './mcp-server.ts';

/** What a response must carry and we know nothing of: what a request with no such settings has. */
export const UNTOLD: JsonObject = {
  background: false,
  error: null,
  frequency_penalty: 0,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  presence_penalty: 0,
  previous_response_id: null,
  prompt_cache_key: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  store: false,
  temperature: 1,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: 1,
  truncation: 'disabled',
  user: null,
};

const REPEATED = [
  'background',
  'instructions',
  'max_output_tokens',
  'max_tool_calls',
  'metadata',
  'parallel_tool_calls',
  'previous_response_id',
  'prompt_cache_key',
  'safety_identifier',
  'store',
  'temperature',
  'tool_choice',
  'top_logprobs',
  'top_p',
  'truncation',
  'user',
];

/** What a response repeats of its request, as a response writes it. */
export function repeatedFields(body: JsonObject): JsonObject {
  const { reasoning, text, tools } = body;
  const plain = REPEATED.flatMap((name): [string, JsonValue][] => {
    const value = body[name];
    return value === undefined || value === null ? [] : [[name, value]];
  });
  return {
    // Where its provider names none: a response must.
    service_tier: 'default',
    ...Object.fromEntries(plain),
    ...(isJsonObject(reasoning)
      ? { reasoning: { effort: null, summary: null, ...reasoning } }
      : {}),
    ...(isJsonObject(text) ? { text: { format: { type: 'text' }, ...text } } : {}),
    ...(Array.isArray(tools) ? { tools: tools.map(toldTool) } : {}),
  };
}

/** A function that was given without them has these three all the same in a response. */
function toldTool(tool: JsonValue): JsonValue {
  if (!isJsonObject(tool)) return tool;
  return tool['type'] === 'function'
    ? { description: null, parameters: null, strict: null, ...tool }
    : withoutCredentials(tool);
}

/** The fields that the hub has words for, and those that follow from them. */
export const RESPONSE_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'object',
  'created_at',
  'completed_at',
  'status',
  'error',
  'incomplete_details',
  'model',
  'output',
  'output_text',
  'usage',
  'service_tier',
]);

/** What a response tells beyond what we would say of any. */
export function toldFields(body: JsonObject): { readonly [name: string]: JsonValue } {
  return Object.fromEntries(
    Object.entries(body).filter(
      ([name, value]) =>
        !(Object.hasOwn(UNTOLD, name) && JSON.stringify(value) === JSON.stringify(UNTOLD[name])),
    ),
  );
}
