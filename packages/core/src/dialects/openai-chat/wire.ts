import * as z from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';

/** Requests: known fields are checked, unknown ones kept. `null` means "not set", as for OpenAI. */

const Limit = z.int().positive().nullish();
const ToolName = z
  .string()
  .regex(/^[a-zA-Z0-9_-]{1,64}$/, 'expected 1 to 64 letters, digits, underscores or dashes');
const Schema = z.custom<JsonObject>(isJsonObject, { error: 'expected an object' });
const Any = z.custom<JsonValue>((value) => value !== undefined, { error: 'is required' });
const Mark = {
  prompt_cache_breakpoint: z.looseObject({ ttl: z.string().nullish() }).nullish(),
  cache_control: z.looseObject({ ttl: z.string().nullish() }).nullish(),
};

const TextPart = z.looseObject({ type: z.literal('text'), text: z.string(), ...Mark });
const ImagePart = z.looseObject({
  type: z.literal('image_url'),
  image_url: z.looseObject({ url: z.string().min(1), detail: z.string().nullish() }),
  ...Mark,
});
const AudioPart = z.looseObject({
  type: z.literal('input_audio'),
  input_audio: z.looseObject({ data: z.string().min(1), format: z.string().min(1) }),
  ...Mark,
});
const FilePart = z.looseObject({
  type: z.literal('file'),
  file: z
    .looseObject({
      file_data: z.string().nullish(),
      file_id: z.string().nullish(),
      filename: z.string().nullish(),
    })
    .refine((file) => Boolean(file.file_data) !== Boolean(file.file_id), {
      error: 'expected exactly one of file_data and file_id',
    }),
  ...Mark,
});
const RefusalPart = z.looseObject({ type: z.literal('refusal'), refusal: z.string() });

const KNOWN_PARTS = new Set(['text', 'image_url', 'input_audio', 'file', 'refusal']);
const UnknownPart = z.looseObject({
  type: z
    .string()
    .refine((type) => !KNOWN_PARTS.has(type), { error: 'not a known form', abort: true }),
});

const KnownPart = z.discriminatedUnion('type', [
  TextPart,
  ImagePart,
  AudioPart,
  FilePart,
  RefusalPart,
]);
export type WireKnownPart = z.infer<typeof KnownPart>;
/** Known forms go first: of two branches that fail alike, the first is the one that is told. */
const Part = z.union([KnownPart, UnknownPart]);
export type WirePart = z.infer<typeof Part>;

export const isKnownPart = (part: WirePart): part is WireKnownPart => KNOWN_PARTS.has(part.type);

const Content = z.union([z.string(), z.array(Part)]);
export type WireContent = z.infer<typeof Content>;

const FunctionCall = z.looseObject({ name: z.string().min(1), arguments: z.string() });
const FunctionToolCall = z.looseObject({
  id: z.string().min(1),
  type: z.literal('function').nullish(),
  function: FunctionCall,
});
const CustomToolCall = z.looseObject({
  id: z.string().min(1),
  type: z.literal('custom'),
  custom: z.looseObject({ name: z.string().min(1), input: z.string() }),
});
const ToolCall = z.union([FunctionToolCall, CustomToolCall]);

const ReasoningDetail = z.looseObject({
  type: z.string().nullish(),
  text: z.string().nullish(),
  summary: z.string().nullish(),
});

const Annotation = z.looseObject({
  type: z.string().nullish(),
  url_citation: z
    .looseObject({
      start_index: z.int().nonnegative().nullish(),
      end_index: z.int().nonnegative().nullish(),
      url: z.string().nullish(),
      title: z.string().nullish(),
    })
    .nullish(),
});

const Name = { name: z.string().nullish() };

const AssistantMessage = z.looseObject({
  role: z.literal('assistant'),
  content: Content.nullish(),
  refusal: z.string().nullish(),
  audio: z.looseObject({ id: z.string().min(1) }).nullish(),
  tool_calls: z.array(ToolCall).nullish(),
  function_call: FunctionCall.nullish(),
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
  reasoning_details: z.array(ReasoningDetail).nullish(),
  annotations: z.array(Annotation).nullish(),
  ...Name,
});
export type WireAssistantMessage = z.infer<typeof AssistantMessage>;

const Message = z.discriminatedUnion('role', [
  z.looseObject({ role: z.literal('system'), content: Content, ...Name }),
  z.looseObject({ role: z.literal('developer'), content: Content, ...Name }),
  z.looseObject({ role: z.literal('user'), content: Content, ...Name }),
  AssistantMessage,
  z.looseObject({
    role: z.literal('tool'),
    content: Content,
    tool_call_id: z.string().min(1),
    ...Name,
  }),
  z.looseObject({
    role: z.literal('function'),
    content: Content.nullish(),
    name: z.string().min(1),
  }),
]);
export type WireMessage = z.infer<typeof Message>;

const FunctionDefinition = z.looseObject({
  name: ToolName,
  description: z.string().nullish(),
  parameters: Schema.nullish(),
  strict: z.boolean().nullish(),
});
export type WireFunction = z.infer<typeof FunctionDefinition>;

const FunctionTool = z.looseObject({ type: z.literal('function'), function: FunctionDefinition });
const OtherTool = z.looseObject({
  type: z
    .string()
    .refine((type) => type !== 'function', { error: 'not a known form', abort: true }),
});
const Tool = z.union([FunctionTool, OtherTool]);
export type WireTool = z.infer<typeof Tool>;

const Named = z.looseObject({ name: z.string().min(1) });
const AllowedTool = z.looseObject({
  type: z.string(),
  function: Named.nullish(),
  custom: Named.nullish(),
});
const ToolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  z.discriminatedUnion('type', [
    z.looseObject({ type: z.literal('function'), function: Named }),
    z.looseObject({ type: z.literal('custom'), custom: Named }),
    z.looseObject({
      type: z.literal('allowed_tools'),
      allowed_tools: z.looseObject({
        mode: z.enum(['auto', 'required']),
        tools: z.array(AllowedTool),
      }),
    }),
  ]),
]);
export type WireToolChoice = z.infer<typeof ToolChoice>;

export const KNOWN_FORMATS: ReadonlySet<string> = new Set(['text', 'json_object', 'json_schema']);

const ResponseFormat = z.union([
  z.discriminatedUnion('type', [
    z.looseObject({ type: z.literal('text') }),
    z.looseObject({ type: z.literal('json_object') }),
    z.looseObject({
      type: z.literal('json_schema'),
      json_schema: z.looseObject({
        name: z.string().nullish(),
        description: z.string().nullish(),
        schema: Schema.nullish(),
        strict: z.boolean().nullish(),
      }),
    }),
  ]),
  z.looseObject({
    type: z.string().refine((type) => !KNOWN_FORMATS.has(type), {
      error: 'not a known form',
      abort: true,
    }),
  }),
]);

/** Every top-level field that the hub has a word for, or that is ours to answer. */
const FIELDS = {
  model: z.string().min(1),
  messages: z.array(Message).min(1, 'expected at least one message'),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: Limit,
  max_completion_tokens: Limit,
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().nonnegative().nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  repetition_penalty: z.number().nonnegative().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  n: z.int().min(1).max(128).nullish(),
  seed: z.int().nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  logit_bias: z.record(z.string(), z.number().min(-100).max(100)).nullish(),
  reasoning_effort: z.string().min(1).nullish(),
  verbosity: z.string().min(1).nullish(),
  modalities: z.array(z.enum(['text', 'audio', 'image'])).nullish(),
  audio: z.looseObject({ voice: Any, format: z.string().min(1) }).nullish(),
  response_format: ResponseFormat.nullish(),
  tools: z.array(Tool).nullish(),
  tool_choice: ToolChoice.nullish(),
  functions: z.array(FunctionDefinition).nullish(),
  function_call: z.union([z.enum(['auto', 'none']), Named]).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  service_tier: z.string().min(1).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  prompt_cache_key: z.string().nullish(),
  store: z.boolean().nullish(),
  web_search_options: Schema.nullish(),
};

export const REQUEST_FIELDS: ReadonlySet<string> = new Set(Object.keys(FIELDS));
export const WireRequest = z.looseObject(FIELDS);
export type WireRequest = z.infer<typeof WireRequest>;
