import * as z from 'zod';

/**
 * The Messages API as clients send it. Known fields are checked, unknown ones kept.
 * Source: the types of the official client, @anthropic-ai/sdk 1.12.
 */

export const CacheControl = z.looseObject({
  type: z.literal('ephemeral'),
  ttl: z.enum(['5m', '1h']).nullish(),
});

const marked = { cache_control: CacheControl.nullish() };

const TextBlock = z.looseObject({
  type: z.literal('text'),
  text: z.string(),
  citations: z.array(z.unknown()).nullish(),
  ...marked,
});

const Source = z.looseObject({
  type: z.string(),
  media_type: z.string().optional(),
  data: z.string().optional(),
  url: z.string().optional(),
  file_id: z.string().optional(),
});
export type Source = z.infer<typeof Source>;

const ImageBlock = z.looseObject({ type: z.literal('image'), source: Source, ...marked });

const DocumentBlock = z.looseObject({
  type: z.literal('document'),
  source: Source,
  title: z.string().nullish(),
  ...marked,
});

const ThinkingBlock = z.looseObject({
  type: z.literal('thinking'),
  thinking: z.string(),
  signature: z.string().nullish(),
});

const RedactedThinkingBlock = z.looseObject({
  type: z.literal('redacted_thinking'),
  data: z.string(),
});

const ToolUseBlock = z.looseObject({
  type: z.literal('tool_use'),
  id: z.string().min(1),
  name: z.string().min(1),
  input: z.unknown().optional(),
  ...marked,
});

const ServerToolUseBlock = z.looseObject({
  type: z.enum(['server_tool_use', 'mcp_tool_use']),
  id: z.string(),
  name: z.string(),
  ...marked,
});

/** Wraps what the schema doesn't know, so that it stays at its place. */
const UnknownBlock = z.object({ type: z.literal('unknown'), raw: z.looseObject({}) });

const isTyped = (value: unknown): value is { readonly type: string } =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

const wrapUnknown =
  (known: readonly string[]) =>
  (value: unknown): unknown =>
    isTyped(value) && !known.includes(value.type) ? { type: 'unknown', raw: value } : value;

const ResultBlock = z.preprocess(
  wrapUnknown(['text', 'image', 'document']),
  z.discriminatedUnion('type', [TextBlock, ImageBlock, DocumentBlock, UnknownBlock]),
);

const ToolResultBlock = z.looseObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string().min(1),
  content: z.union([z.string(), z.array(ResultBlock)]).nullish(),
  is_error: z.boolean().nullish(),
  ...marked,
});

export const ContentBlock = z.preprocess(
  wrapUnknown([
    'text',
    'image',
    'document',
    'thinking',
    'redacted_thinking',
    'tool_use',
    'tool_result',
    'server_tool_use',
    'mcp_tool_use',
  ]),
  z.discriminatedUnion('type', [
    TextBlock,
    ImageBlock,
    DocumentBlock,
    ThinkingBlock,
    RedactedThinkingBlock,
    ToolUseBlock,
    ToolResultBlock,
    ServerToolUseBlock,
    UnknownBlock,
  ]),
);
export type ContentBlock = z.infer<typeof ContentBlock>;

const Content = z.union([z.string(), z.array(ContentBlock)]);

const WireMessage = z.looseObject({
  role: z.enum(['user', 'assistant', 'system']),
  content: Content,
});
export type WireMessage = z.infer<typeof WireMessage>;

const WireTool = z.looseObject({
  type: z.string().nullish(),
  name: z.string().optional(),
  description: z.string().nullish(),
  input_schema: z.looseObject({}).optional(),
  strict: z.boolean().nullish(),
  ...marked,
});
export type WireTool = z.infer<typeof WireTool>;

const ToolChoice = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('auto'), disable_parallel_tool_use: z.boolean().nullish() }),
  z.looseObject({ type: z.literal('any'), disable_parallel_tool_use: z.boolean().nullish() }),
  z.looseObject({
    type: z.literal('tool'),
    name: z.string().min(1),
    disable_parallel_tool_use: z.boolean().nullish(),
  }),
  z.looseObject({ type: z.literal('none') }),
]);

const Thinking = z.looseObject({
  type: z.string(),
  budget_tokens: z.int().positive().nullish(),
  display: z.string().nullish(),
});

const OutputConfig = z.looseObject({
  effort: z.string().nullish(),
  format: z.looseObject({ type: z.literal('json_schema'), schema: z.looseObject({}) }).nullish(),
});

export const WireRequest = z.looseObject({
  model: z.string().min(1),
  messages: z.array(WireMessage).min(1),
  max_tokens: z.int().nonnegative(),
  system: Content.nullish(),
  stream: z.boolean().nullish(),
  temperature: z.number().min(0).max(1).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().nonnegative().nullish(),
  stop_sequences: z.array(z.string()).nullish(),
  tools: z.array(WireTool).nullish(),
  tool_choice: ToolChoice.nullish(),
  thinking: Thinking.nullish(),
  output_config: OutputConfig.nullish(),
  metadata: z.looseObject({ user_id: z.string().nullish() }).nullish(),
  service_tier: z.string().nullish(),
  mcp_servers: z.array(z.looseObject({ name: z.string() })).nullish(),
});
export type WireRequest = z.infer<typeof WireRequest>;

/** Counts as providers send them; a count that is no count is as good as absent. */
const Count = z.int().nonnegative().nullish().catch(undefined);

export const WireUsage = z.looseObject({
  input_tokens: Count,
  cache_read_input_tokens: Count,
  cache_creation_input_tokens: Count,
  cache_creation: z
    .looseObject({ ephemeral_5m_input_tokens: Count, ephemeral_1h_input_tokens: Count })
    .nullish()
    .catch(undefined),
  output_tokens: Count,
  output_tokens_details: z.looseObject({ thinking_tokens: Count }).nullish().catch(undefined),
  server_tool_use: z.record(z.string(), z.unknown()).nullish().catch(undefined),
  service_tier: z.string().nullish().catch(undefined),
  speed: z.string().nullish().catch(undefined),
  inference_geo: z.string().nullish().catch(undefined),
  iterations: z
    .array(z.looseObject({ type: z.string(), input_tokens: Count, output_tokens: Count }))
    .nullish()
    .catch(undefined),
});
export type WireUsage = z.infer<typeof WireUsage>;

/** A reply, or the `message` of `message_start`. Tolerant: only what we use is named. */
export const WireReply = z.looseObject({
  id: z.string().nullish(),
  model: z.string().nullish(),
  content: z.array(z.unknown()),
  stop_reason: z.string().nullish(),
  stop_sequence: z.string().nullish(),
  usage: WireUsage.nullish().catch(undefined),
});
export type WireReply = z.infer<typeof WireReply>;

export const WireError = z.looseObject({
  error: z.looseObject({ type: z.string().nullish(), message: z.string().nullish() }),
});

const Text = z.string().nullish().catch(undefined);

/** Any event of a stream; only what we use is named, and what breaks its shape is as good as absent. */
export const WireChunk = z.looseObject({
  type: z.string(),
  index: z.number().nullish().catch(undefined),
  message: z.unknown().optional(),
  content_block: z.unknown().optional(),
  delta: z
    .looseObject({
      type: Text,
      text: Text,
      thinking: Text,
      signature: Text,
      partial_json: z.unknown().optional(),
      citation: z.unknown().optional(),
      stop_reason: Text,
      stop_sequence: Text,
    })
    .nullish()
    .catch(undefined),
  usage: WireUsage.nullish().catch(undefined),
});
export type WireChunk = z.infer<typeof WireChunk>;
