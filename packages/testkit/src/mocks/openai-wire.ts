import * as z from 'zod';
import { refuseFields } from './check-body.ts';

/*
 * What OpenAI's API accepts, written from its public reference and on purpose a second time: an oracle
 * that shares nothing with the code under test. Unknown fields pass, as new ones appear; a known field of
 * the wrong type, or a word that only the gateway or another API has, does not.
 */

const count = z.int().nonnegative();

const FunctionTool = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
    description: z.string().optional(),
    parameters: z.looseObject({ type: z.literal('object').optional() }).optional(),
    strict: z.boolean().nullish(),
  }),
});
const CustomTool = z.looseObject({
  type: z.literal('custom'),
  custom: z.looseObject({ name: z.string() }),
});

const ToolCall = z.discriminatedUnion('type', [
  z.looseObject({
    id: z.string().min(1),
    type: z.literal('function'),
    // A string of JSON: an object here is what real servers refuse and lenient stubs let through.
    function: z.looseObject({ name: z.string().min(1), arguments: z.string() }),
  }),
  z.looseObject({
    id: z.string().min(1),
    type: z.literal('custom'),
    custom: z.looseObject({ name: z.string(), input: z.string() }),
  }),
]);

const TextPart = z.looseObject({ type: z.literal('text'), text: z.string() });
const UserPart = z.discriminatedUnion('type', [
  TextPart,
  z.looseObject({
    type: z.literal('image_url'),
    image_url: z.looseObject({ url: z.string().min(1), detail: z.string().optional() }),
  }),
  z.looseObject({
    type: z.literal('input_audio'),
    input_audio: z.looseObject({ data: z.string(), format: z.string() }),
  }),
  z.looseObject({ type: z.literal('file'), file: z.looseObject({}) }),
]);
const AssistantPart = z.discriminatedUnion('type', [
  TextPart,
  z.looseObject({ type: z.literal('refusal'), refusal: z.string() }),
]);
const TextContent = z.union([z.string(), z.array(TextPart).min(1)]);

const Message = z.discriminatedUnion('role', [
  z.looseObject({ role: z.literal('system'), content: TextContent }),
  z.looseObject({ role: z.literal('developer'), content: TextContent }),
  z.looseObject({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(UserPart).min(1)]),
    name: z.string().optional(),
  }),
  z.looseObject({
    role: z.literal('assistant'),
    content: z.union([z.string(), z.array(AssistantPart)]).nullish(),
    tool_calls: z.array(ToolCall).min(1).optional(),
    refusal: z.string().nullish(),
  }),
  z.looseObject({ role: z.literal('tool'), content: TextContent, tool_call_id: z.string().min(1) }),
  z.looseObject({ role: z.literal('function'), name: z.string(), content: z.string().nullable() }),
]);
type Message = z.infer<typeof Message>;

const ToolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.looseObject({
    type: z.literal('function'),
    function: z.looseObject({ name: z.string().min(1) }),
  }),
  z.looseObject({ type: z.enum(['allowed_tools', 'custom']) }),
]);

const refuseForeign = refuseFields([
  'tier',
  'conversation_id',
  'system',
  'max_output_tokens',
  'stop_sequences',
  'top_k',
  'thinking',
]);

/** An object whose fields are known but not closed, minus those of `refuseForeign`. */
function requestOf<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$loose> {
  return z.looseObject(shape).check((context) => {
    const reason = refuseForeign(Object(context.value));
    if (reason !== undefined) {
      context.issues.push({ code: 'custom', input: context.value, message: reason });
    }
  });
}

export const ChatCompletionRequest = requestOf({
  model: z.string().min(1),
  messages: z.array(Message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  n: z.int().min(1).max(128).nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  stop: z.union([z.string(), z.array(z.string()).min(1).max(4)]).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  seed: z.int().nullish(),
  user: z.string().optional(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  logit_bias: z.record(z.string(), z.number()).nullish(),
  tools: z
    .array(z.discriminatedUnion('type', [FunctionTool, CustomTool]))
    .min(1)
    .optional(),
  tool_choice: ToolChoice.optional(),
  parallel_tool_calls: z.boolean().optional(),
  response_format: z
    .looseObject({ type: z.enum(['text', 'json_object', 'json_schema']) })
    .optional(),
  reasoning_effort: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
}).superRefine((body, context) => {
  const refuse = (message: string): void => context.addIssue({ code: 'custom', message });
  if (body.stream !== true && body.stream_options != null) {
    refuse('stream_options is only allowed when stream is true');
  }
  if (body.tools === undefined && body.tool_choice !== undefined) {
    refuse('tool_choice is only allowed when tools are given');
  }
  const pairing = unpairedToolMessage(body.messages);
  if (pairing !== undefined) refuse(pairing);
});

/** Each `tool` message answers a call of the assistant's message before it, and each call is answered. */
function unpairedToolMessage(messages: readonly Message[]): string | undefined {
  let open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (open.delete(message.tool_call_id)) continue;
      return `messages[${index}]: tool_call_id ${message.tool_call_id} answers no open call`;
    }
    if (open.size > 0) {
      return `messages[${index}]: calls without an answer before it: ${[...open].join(', ')}`;
    }
    if (message.role !== 'assistant') continue;
    if (message.content == null && message.tool_calls === undefined && message.refusal == null) {
      return `messages[${index}]: an assistant message needs content or tool_calls`;
    }
    open = new Set((message.tool_calls ?? []).map((call) => call.id));
  }
  return open.size > 0 ? `the last calls have no answer: ${[...open].join(', ')}` : undefined;
}

const Tokens = z.array(z.int());

export const CompletionRequest = requestOf({
  model: z.string().min(1),
  prompt: z.union([z.string(), z.array(z.string()).min(1), Tokens.min(1), z.array(Tokens).min(1)]),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  max_tokens: count.nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  n: z.int().min(1).max(128).nullish(),
  stop: z.union([z.string(), z.array(z.string()).min(1).max(4)]).nullish(),
  suffix: z.string().nullish(),
  echo: z.boolean().nullish(),
});

export const EmbeddingsRequest = requestOf({
  model: z.string().min(1),
  input: z.union([
    z.string().min(1),
    z.array(z.string().min(1)).min(1).max(2048),
    Tokens.min(1),
    z.array(Tokens.min(1)).min(1),
  ]),
  dimensions: z.int().positive().optional(),
  encoding_format: z.enum(['float', 'base64']).optional(),
  user: z.string().optional(),
});

/** `max_output_tokens` is this API's own word, so the foreign ones are fewer here. */
export const ResponsesRequest = z.looseObject({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(z.looseObject({}))]).optional(),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  max_output_tokens: z.int().positive().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  tools: z.array(z.looseObject({ type: z.string() })).optional(),
  store: z.boolean().nullish(),
});
