import * as z from 'zod';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';

/** Requests: known fields are checked, unknown ones kept. `null` means "not set", as for OpenAI. */

const Text = z.string().nullish();
const Schema = z.custom<JsonObject>(isJsonObject, { error: 'expected an object' });
const Mark = { prompt_cache_breakpoint: Schema.nullish() };

/** A type that none of the known forms has, so that what is nearly one of them is told apart. */
const otherThan = (known: ReadonlySet<string>) =>
  z.looseObject({
    type: z.string().refine((type) => !known.has(type), { error: 'not a known form', abort: true }),
  });

const ImagePart = z
  .looseObject({
    type: z.literal('input_image'),
    image_url: Text,
    file_id: Text,
    detail: Text,
    ...Mark,
  })
  .refine((part) => Boolean(part.image_url) !== Boolean(part.file_id), {
    error: 'expected exactly one of image_url and file_id',
  });

const FilePart = z
  .looseObject({
    type: z.literal('input_file'),
    file_data: Text,
    file_url: Text,
    file_id: Text,
    filename: Text,
    ...Mark,
  })
  .refine((part) => [part.file_data, part.file_url, part.file_id].filter(Boolean).length === 1, {
    error: 'expected exactly one of file_data, file_url and file_id',
  });

const KnownPart = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('input_text'), text: z.string(), ...Mark }),
  z.looseObject({
    type: z.literal('output_text'),
    text: z.string(),
    annotations: z.array(z.looseObject({ type: Text })).nullish(),
  }),
  z.looseObject({ type: z.literal('refusal'), refusal: z.string() }),
  ImagePart,
  FilePart,
  z.looseObject({
    type: z.literal('input_audio'),
    input_audio: z.looseObject({ data: z.string().min(1), format: z.string().min(1) }),
  }),
]);
export type WireKnownPart = z.infer<typeof KnownPart>;

const KNOWN_PARTS: ReadonlySet<string> = new Set([
  'input_text',
  'output_text',
  'refusal',
  'input_image',
  'input_file',
  'input_audio',
]);

/** Known forms go first: of two branches that fail alike, the first is the one that is told. */
const Part = z.union([KnownPart, otherThan(KNOWN_PARTS)]);
export type WirePart = z.infer<typeof Part>;
export const isKnownPart = (part: WirePart): part is WireKnownPart => KNOWN_PARTS.has(part.type);

const Content = z.union([z.string(), z.array(Part)]);
export type WireContent = z.infer<typeof Content>;

const Thought = z.looseObject({ text: z.string() });

const MessageItem = z.looseObject({
  type: z.literal('message').nullish(),
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: Content,
  id: Text,
  status: Text,
});
export type WireMessageItem = z.infer<typeof MessageItem>;

const TypedItem = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('function_call'),
    call_id: z.string().min(1),
    name: z.string().min(1),
    arguments: z.string(),
    id: Text,
    status: Text,
  }),
  z.looseObject({
    type: z.literal('function_call_output'),
    call_id: z.string().min(1),
    output: Content,
    id: Text,
    status: Text,
  }),
  z.looseObject({
    type: z.literal('custom_tool_call'),
    call_id: z.string().min(1),
    name: z.string().min(1),
    input: z.string(),
    id: Text,
    status: Text,
  }),
  z.looseObject({
    type: z.literal('custom_tool_call_output'),
    call_id: z.string().min(1),
    output: Content,
    id: Text,
    status: Text,
  }),
  z.looseObject({
    type: z.literal('reasoning'),
    id: Text,
    summary: z.array(Thought).nullish(),
    content: z.array(Thought).nullish(),
    encrypted_content: Text,
    status: Text,
  }),
]);
export type WireTypedItem = z.infer<typeof TypedItem>;

const TYPED_ITEMS: ReadonlySet<string> = new Set([
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
  'reasoning',
]);

const Reference = z.looseObject({ type: z.null().optional(), id: z.string().min(1) });

const Item = z.union([
  TypedItem,
  MessageItem,
  otherThan(new Set([...TYPED_ITEMS, 'message'])),
  Reference,
]);
export type WireItem = z.infer<typeof Item>;

export const isTypedItem = (item: WireItem): item is WireTypedItem =>
  typeof item.type === 'string' && TYPED_ITEMS.has(item.type);
export const isMessageItem = (item: WireItem): item is WireMessageItem =>
  'role' in item && (item.type === 'message' || item.type === undefined || item.type === null);

const FunctionTool = z.looseObject({
  type: z.literal('function'),
  name: z
    .string()
    .regex(/^[a-zA-Z0-9_-]{1,64}$/, 'expected 1 to 64 letters, digits, underscores or dashes'),
  description: Text,
  parameters: Schema.nullish(),
  strict: z.boolean().nullish(),
});
export type WireFunctionTool = z.infer<typeof FunctionTool>;

const Tool = z.union([FunctionTool, otherThan(new Set(['function']))]);
export type WireTool = z.infer<typeof Tool>;

const ToolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  z.looseObject({
    type: z.literal('allowed_tools'),
    mode: z.enum(['auto', 'required']),
    tools: z.array(z.looseObject({ type: z.string(), name: Text })),
  }),
  otherThan(new Set(['allowed_tools'])).extend({ name: Text }),
]);
export type WireToolChoice = z.infer<typeof ToolChoice>;

export const KNOWN_FORMATS: ReadonlySet<string> = new Set(['text', 'json_object', 'json_schema']);

const Format = z.union([
  z.discriminatedUnion('type', [
    z.looseObject({ type: z.literal('text') }),
    z.looseObject({ type: z.literal('json_object') }),
    z.looseObject({
      type: z.literal('json_schema'),
      name: Text,
      description: Text,
      schema: Schema.nullish(),
      strict: z.boolean().nullish(),
    }),
  ]),
  otherThan(KNOWN_FORMATS),
]);

/** Every top-level field that the hub has a word for, or that is ours to answer. */
const FIELDS = {
  model: z.string().min(1),
  input: z.union([z.string(), z.array(Item)]).nullish(),
  instructions: Text,
  stream: z.boolean().nullish(),
  max_output_tokens: z.int().positive().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  include: z.array(z.string()).nullish(),
  reasoning: z.looseObject({ effort: Text, summary: Text }).nullish(),
  text: z.looseObject({ format: Format.nullish(), verbosity: Text }).nullish(),
  tools: z.array(Tool).nullish(),
  tool_choice: ToolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  service_tier: Text,
  metadata: z.record(z.string(), z.string()).nullish(),
  user: Text,
  safety_identifier: Text,
  prompt_cache_key: Text,
  store: z.boolean().nullish(),
  background: z.boolean().nullish(),
  previous_response_id: Text,
  conversation: z.union([z.string(), Schema]).nullish(),
  prompt: Schema.nullish(),
};

export const REQUEST_FIELDS: ReadonlySet<string> = new Set(Object.keys(FIELDS));
export const WireRequest = z.looseObject(FIELDS);
export type WireRequest = z.infer<typeof WireRequest>;
