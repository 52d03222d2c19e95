import * as z from 'zod';

/**
 * The Chat API v2 as clients send it. Known fields are checked, unknown ones kept.
 * Source: the types of the official client, cohere-ai 8.1.
 */

const TextBlock = z.looseObject({ type: z.literal('text'), text: z.string() });
const ThinkingBlock = z.looseObject({ type: z.literal('thinking'), thinking: z.string() });
const ImageBlock = z.looseObject({
  type: z.literal('image_url'),
  image_url: z.looseObject({ url: z.string(), detail: z.string().nullish() }),
});
const DocumentBlock = z.looseObject({
  type: z.literal('document'),
  document: z.looseObject({}),
});

/** Wraps what the schema doesn't know, so that it stays at its place. */
const UnknownBlock = z.object({ type: z.literal('unknown'), raw: z.looseObject({}) });

const isTyped = (value: unknown): value is { readonly type: string } =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

const KNOWN_BLOCKS = ['text', 'thinking', 'image_url', 'document'];

export const ContentBlock = z.preprocess(
  (value) =>
    isTyped(value) && !KNOWN_BLOCKS.includes(value.type) ? { type: 'unknown', raw: value } : value,
  z.discriminatedUnion('type', [TextBlock, ThinkingBlock, ImageBlock, DocumentBlock, UnknownBlock]),
);
export type ContentBlock = z.infer<typeof ContentBlock>;

const Content = z.union([z.string(), z.array(ContentBlock)]);
export type WireContent = z.infer<typeof Content>;

const WireToolCall = z.looseObject({
  id: z.string(),
  type: z.literal('function').optional(),
  function: z.looseObject({ name: z.string().min(1), arguments: z.string().nullish() }),
});
export type WireToolCall = z.infer<typeof WireToolCall>;

const WireMessage = z.discriminatedUnion('role', [
  z.looseObject({ role: z.literal('system'), content: Content }),
  z.looseObject({ role: z.literal('user'), content: Content }),
  z.looseObject({
    role: z.literal('assistant'),
    content: Content.nullish(),
    tool_plan: z.string().nullish(),
    tool_calls: z.array(WireToolCall).nullish(),
    citations: z.array(z.unknown()).nullish(),
  }),
  z.looseObject({
    role: z.literal('tool'),
    tool_call_id: z.string().min(1),
    content: Content,
  }),
]);
export type WireMessage = z.infer<typeof WireMessage>;

const WireTool = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({
    name: z.string().min(1),
    description: z.string().nullish(),
    parameters: z.looseObject({}).nullish(),
  }),
});
export type WireTool = z.infer<typeof WireTool>;

const ResponseFormat = z.looseObject({
  type: z.enum(['text', 'json_object']),
  json_schema: z.looseObject({}).nullish(),
});

const Thinking = z.looseObject({
  type: z.enum(['enabled', 'disabled']),
  token_budget: z.int().positive().nullish(),
});

export const WireRequest = z.looseObject({
  model: z.string().min(1),
  messages: z.array(WireMessage).min(1),
  stream: z.boolean().nullish(),
  max_tokens: z.int().nonnegative().nullish(),
  temperature: z.number().nonnegative().nullish(),
  p: z.number().min(0).max(1).nullish(),
  k: z.int().nonnegative().nullish(),
  frequency_penalty: z.number().nullish(),
  presence_penalty: z.number().nullish(),
  stop_sequences: z.array(z.string()).nullish(),
  seed: z.int().nullish(),
  logprobs: z.boolean().nullish(),
  tools: z.array(WireTool).nullish(),
  tool_choice: z.enum(['REQUIRED', 'NONE']).nullish(),
  strict_tools: z.boolean().nullish(),
  response_format: ResponseFormat.nullish(),
  thinking: Thinking.nullish(),
});
export type WireRequest = z.infer<typeof WireRequest>;
