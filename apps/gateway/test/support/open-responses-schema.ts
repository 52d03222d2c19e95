import * as z from 'zod';

/**
 * What OpenResponses (https://www.openresponses.org/specification, its ResponseResource and streaming
 * events) requires of a response, written down from its reference; what it allows besides, passes.
 */

const Count = z.int().nonnegative();
const Name = z.string().min(1);
const Text = z.looseObject({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.array(z.looseObject({ type: z.string() })),
  logprobs: z.array(z.unknown()),
});
const Refusal = z.looseObject({ type: z.literal('refusal'), refusal: z.string() });
const ContentPart = z.discriminatedUnion('type', [
  Text,
  Refusal,
  z.looseObject({ type: z.literal('reasoning_text'), text: z.string() }),
]);
const SummaryPart = z.looseObject({ type: z.literal('summary_text'), text: z.string() });
const Status = z.enum(['in_progress', 'completed', 'incomplete']);

const Item = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('message'),
    id: Name,
    status: Status,
    role: z.literal('assistant'),
    content: z.array(ContentPart),
  }),
  z.looseObject({
    type: z.literal('function_call'),
    id: Name,
    call_id: Name,
    name: Name,
    arguments: z.string(),
    status: Status,
  }),
  z.looseObject({ type: z.literal('reasoning'), id: Name, summary: z.array(SummaryPart) }),
]);

const FunctionTool = z.looseObject({
  type: z.literal('function'),
  name: Name,
  description: z.string().nullable(),
  parameters: z.looseObject({}).nullable(),
  strict: z.boolean().nullable(),
});

const Usage = z.looseObject({
  input_tokens: Count,
  output_tokens: Count,
  total_tokens: Count,
  input_tokens_details: z.looseObject({ cached_tokens: Count }),
  output_tokens_details: z.looseObject({ reasoning_tokens: Count }),
});

export const ResponseResource = z.looseObject({
  id: Name,
  object: z.literal('response'),
  created_at: Count,
  completed_at: Count.nullable(),
  status: z.string(),
  incomplete_details: z.looseObject({ reason: z.string() }).nullable(),
  model: Name,
  previous_response_id: z.string().nullable(),
  instructions: z.string().nullable(),
  output: z.array(Item),
  error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
  tools: z.array(FunctionTool),
  tool_choice: z.union([z.enum(['none', 'auto', 'required']), z.looseObject({ type: z.string() })]),
  truncation: z.enum(['auto', 'disabled']),
  parallel_tool_calls: z.boolean(),
  text: z.looseObject({ format: z.looseObject({ type: z.string() }) }),
  top_p: z.number(),
  presence_penalty: z.number(),
  frequency_penalty: z.number(),
  top_logprobs: Count,
  temperature: z.number(),
  reasoning: z
    .looseObject({ effort: z.string().nullable(), summary: z.string().nullable() })
    .nullable(),
  usage: Usage.nullable(),
  max_output_tokens: Count.nullable(),
  max_tool_calls: Count.nullable(),
  store: z.boolean(),
  background: z.boolean(),
  service_tier: z.string(),
  metadata: z.record(z.string(), z.string()),
  safety_identifier: z.string().nullable(),
  prompt_cache_key: z.string().nullable(),
});

const event = <Type extends string, Shape extends z.core.$ZodLooseShape>(
  type: Type,
  shape: Shape,
) => z.looseObject({ type: z.literal(type), sequence_number: Count, ...shape });
const InItem = { item_id: Name, output_index: Count };
const InContent = { ...InItem, content_index: Count };
const InSummary = { ...InItem, summary_index: Count };
const Whole = { response: ResponseResource };
const Logprobs = { logprobs: z.array(z.unknown()) };

export const StreamingEvent = z.discriminatedUnion('type', [
  event('response.created', Whole),
  event('response.in_progress', Whole),
  event('response.completed', Whole),
  event('response.incomplete', Whole),
  event('response.failed', Whole),
  event('response.output_item.added', { output_index: Count, item: Item }),
  event('response.output_item.done', { output_index: Count, item: Item }),
  event('response.content_part.added', { ...InContent, part: ContentPart }),
  event('response.content_part.done', { ...InContent, part: ContentPart }),
  event('response.output_text.delta', { ...InContent, delta: z.string(), ...Logprobs }),
  event('response.output_text.done', { ...InContent, text: z.string(), ...Logprobs }),
  event('response.refusal.delta', { ...InContent, delta: z.string() }),
  event('response.refusal.done', { ...InContent, refusal: z.string() }),
  event('response.reasoning_text.delta', { ...InContent, delta: z.string() }),
  event('response.reasoning_text.done', { ...InContent, text: z.string() }),
  event('response.reasoning_summary_part.added', { ...InSummary, part: SummaryPart }),
  event('response.reasoning_summary_part.done', { ...InSummary, part: SummaryPart }),
  event('response.reasoning_summary_text.delta', { ...InSummary, delta: z.string() }),
  event('response.reasoning_summary_text.done', { ...InSummary, text: z.string() }),
  event('response.function_call_arguments.delta', { ...InItem, delta: z.string() }),
  event('response.function_call_arguments.done', { ...InItem, arguments: z.string() }),
]);
export type StreamingEvent = z.infer<typeof StreamingEvent>;
