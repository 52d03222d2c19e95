import type { JsonObject, JsonValue } from '../../json/json-value.ts';

/** What a response must carry and we know nothing of: what a request with no such settings has. */
export const UNTOLD: JsonObject = {
  background: false,
  error: null,
  instructions: null,
  max_output_tokens: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: null, summary: null },
  store: false,
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_p: null,
  truncation: 'disabled',
  user: null,
};

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
