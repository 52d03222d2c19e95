import * as z from 'zod';
import { TIERS } from '../../governance/tiers.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';

/**
 * The native contract on the wire, as the predecessor laid it down. Requests: the top level is
 * strict; nested objects tolerate unknown fields, which are left out and told. Replies: as sent,
 * with absent fields omitted and never null.
 */

const MAX_UINT32 = 4_294_967_295;

/** Bodies come from a JSON parser, so anything that is there is JSON. */
const Json = z.custom<JsonValue>((value) => value !== undefined, { error: 'is required' });
const JsonMap = z.custom<JsonObject>(isJsonObject, { error: 'expected an object' });

export const NativeTier = z.enum(TIERS).meta({
  description: 'How demanding the task is; the operator decides which models serve it.',
});

export const NativeRole = z.enum(['system', 'user', 'assistant', 'tool']);

export const NativeImageUrl = z.looseObject({
  url: z.string().meta({ description: 'An http(s) address or a `data:` URL.' }),
  detail: z.string().nullish(),
});

export const NativeFile = z.looseObject({
  url: z.string().meta({ description: 'An http(s) address or a `data:` URL.' }),
  filename: z.string().nullish(),
});

export const NativeContentPart = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text'), text: z.string() }),
  z.looseObject({ type: z.literal('image_url'), image_url: NativeImageUrl }),
  z.looseObject({ type: z.literal('file'), file: NativeFile }),
]);

export const NativeContent = z.union([z.string(), z.array(NativeContentPart)]);

export const NativeToolCallFunction = z.looseObject({
  name: z.string(),
  arguments: Json.meta({
    description: 'The arguments: an object as the reply gave it, or its JSON text.',
  }),
});

export const NativeToolCall = z.looseObject({
  id: z.string(),
  type: z.literal('function'),
  function: NativeToolCallFunction,
});

export const NativeMessage = z.looseObject({
  role: NativeRole,
  content: NativeContent,
  name: z.string().nullish(),
  tool_call_id: z.string().nullish().meta({
    description: 'Of a `tool` message: the id of the call that it answers.',
  }),
  tool_calls: z.array(NativeToolCall).nullish(),
  reasoning_content: z.string().nullish().meta({
    description: 'Of an assistant message: what it thought, as its reply gave it.',
  }),
});

export const NativeFunctionDefinition = z.looseObject({
  name: z.string().meta({ description: 'Letters, digits and underscores.' }),
  description: z.string().meta({ description: 'Not empty.' }),
  parameters: JsonMap.meta({
    type: 'object',
    description: 'A JSON Schema (draft 2020-12) whose `type` is `object`.',
  }),
});

export const NativeToolDefinition = z.looseObject({
  type: z.literal('function'),
  function: NativeFunctionDefinition,
});

export const NativeToolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  z.looseObject({ type: z.literal('function'), function: z.looseObject({ name: z.string() }) }),
]);

export const NativeStopSequence = z.union([z.string(), z.array(z.string())]);

/** What the predecessor's replies never had, and so only those have that it is asked for. */
export const NativeInclude = z.enum(['reasoning', 'usage_details']);
export type NativeInclude = z.infer<typeof NativeInclude>;

/** A body of `POST /native/v1/chat/completions`. */
export const NativeChatRequest = z.strictObject({
  messages: z.array(NativeMessage).meta({
    description: 'The conversation, oldest first. System messages come before all others.',
  }),
  model: z.string().min(1).nullish().meta({
    description: 'The model to use. Give either this or `tier`.',
  }),
  tier: NativeTier.nullish(),
  conversation_id: z.string().max(1024).nullish().meta({
    description: 'Calls that share it are served by the same model.',
  }),
  temperature: z.number().min(0).max(100).nullish().meta({
    description: 'Most providers take 0 to 2, and refuse more themselves.',
  }),
  max_tokens: z.int().min(0).max(MAX_UINT32).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  stop: NativeStopSequence.nullish(),
  stream: z.boolean().exactOptional(),
  tools: z.array(NativeToolDefinition).nullish(),
  tool_choice: NativeToolChoice.nullish(),
  reasoning_effort: z.string().min(1).max(32).nullish().meta({
    description: 'How much the model is to think: `none`, `low`, `medium`, `high` and the like.',
  }),
  include: z.array(NativeInclude).nullish().meta({
    description:
      'What replies tell beside the rest: `reasoning` as `reasoning_content`, `usage_details` as the classes of tokens.',
  }),
});
export type NativeChatRequest = z.infer<typeof NativeChatRequest>;
export type NativeMessage = z.infer<typeof NativeMessage>;

const Count = z.int().min(0);

const ON_REQUEST = 'Only where `include` asks for it, and where it is known.';

export const NativeUsage = z.looseObject({
  prompt_tokens: Count,
  completion_tokens: Count,
  total_tokens: Count,
  prompt_tokens_details: z
    .looseObject({
      cached_tokens: Count.exactOptional(),
      cache_write_tokens: Count.exactOptional(),
    })
    .exactOptional()
    .meta({ description: ON_REQUEST }),
  completion_tokens_details: z
    .looseObject({ reasoning_tokens: Count.exactOptional() })
    .exactOptional()
    .meta({ description: ON_REQUEST }),
});
export type NativeUsage = z.infer<typeof NativeUsage>;

export const NativeChoiceMessage = z.looseObject({
  role: NativeRole,
  reasoning_content: z.string().exactOptional().meta({ description: ON_REQUEST }),
  content: z.string().exactOptional(),
  tool_calls: z.array(NativeToolCall).exactOptional(),
});

/** `stop`, `length`, `tool_calls`, `content_filter`, or what a provider invents. */
export const NativeFinishReason = z.string();

export const NativeChoice = z.looseObject({
  index: Count,
  message: NativeChoiceMessage,
  finish_reason: NativeFinishReason.exactOptional(),
});

export const NativeChatReply = z.looseObject({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.int(),
  model: z.string(),
  choices: z.array(NativeChoice),
  usage: NativeUsage,
});
export type NativeChatReply = z.infer<typeof NativeChatReply>;

export const NativeToolCallFunctionDelta = z.looseObject({
  name: z.string().exactOptional(),
  arguments: z
    .string()
    .exactOptional()
    .meta({ description: 'A piece of JSON text, to be appended.' }),
});

export const NativeToolCallDelta = z.looseObject({
  index: Count,
  id: z.string().exactOptional(),
  type: z.literal('function').exactOptional(),
  function: NativeToolCallFunctionDelta.exactOptional(),
});
export type NativeToolCallDelta = z.infer<typeof NativeToolCallDelta>;

export const NativeDelta = z.looseObject({
  role: NativeRole.exactOptional(),
  reasoning_content: z.string().exactOptional().meta({ description: ON_REQUEST }),
  content: z.string().exactOptional(),
  tool_calls: z.array(NativeToolCallDelta).exactOptional(),
});

export const NativeStreamChoice = z.looseObject({
  index: Count,
  delta: NativeDelta,
  finish_reason: NativeFinishReason.exactOptional(),
});
export type NativeStreamChoice = z.infer<typeof NativeStreamChoice>;

export const NativeStreamChunk = z.looseObject({
  id: z.string(),
  object: z.literal('chat.completion.chunk'),
  created: z.int(),
  model: z.string(),
  choices: z.array(NativeStreamChoice),
  usage: NativeUsage.exactOptional(),
});
export type NativeStreamChunk = z.infer<typeof NativeStreamChunk>;

export const NativeError = z.looseObject({
  message: z.string(),
  type: z.string(),
  code: z.string(),
  provider: z.string().exactOptional(),
});

export const NativeErrorReply = z.looseObject({ error: NativeError });

/** Ends a stream that failed; no `[DONE]` follows. */
export const NativeStreamErrorEvent = z.looseObject({
  error: z.looseObject({
    message: z.string(),
    type: z.literal('stream_error'),
    code: z.string(),
  }),
});
