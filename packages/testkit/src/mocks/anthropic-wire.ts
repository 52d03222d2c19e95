import * as z from 'zod';
import { refuseFields } from './check-body.ts';

/*
 * What Anthropic's Messages API accepts, from its public reference: an oracle of its own (see the same
 * note in openai-wire.ts). Blocks and tools of unknown types pass; words of OpenAI's dialect do not.
 */

const CacheControl = z
  .looseObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() })
  .nullish();

const TextBlock = z.looseObject({
  type: z.literal('text'),
  // The API refuses empty text blocks.
  text: z.string().min(1),
  cache_control: CacheControl,
});

const MediaSource = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('base64'), media_type: z.string(), data: z.string().min(1) }),
  z.looseObject({ type: z.literal('url'), url: z.string().min(1) }),
  z.looseObject({ type: z.literal('file'), file_id: z.string() }),
  z.looseObject({ type: z.literal('text'), media_type: z.string(), data: z.string() }),
  z.looseObject({ type: z.literal('content') }),
]);
const ImageBlock = z.looseObject({ type: z.literal('image'), source: MediaSource });
const DocumentBlock = z.looseObject({ type: z.literal('document'), source: MediaSource });

const CallId = z.string().regex(/^[a-zA-Z0-9_-]+$/);

const ToolUseBlock = z.looseObject({
  type: z.literal('tool_use'),
  id: CallId,
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/),
  input: z.record(z.string(), z.unknown()),
});
const ToolResultBlock = z.looseObject({
  type: z.literal('tool_result'),
  tool_use_id: CallId,
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]).optional(),
  is_error: z.boolean().optional(),
});
const ThinkingBlock = z.looseObject({
  type: z.literal('thinking'),
  thinking: z.string(),
  signature: z.string().min(1),
});

const KNOWN_BLOCKS = ['text', 'image', 'document', 'tool_use', 'tool_result', 'thinking'];
const Block = z.union([
  TextBlock,
  ImageBlock,
  DocumentBlock,
  ToolUseBlock,
  ToolResultBlock,
  ThinkingBlock,
  z.looseObject({
    type: z.string().refine((type) => !KNOWN_BLOCKS.includes(type), 'a malformed block'),
  }),
]);

const Message = z.looseObject({
  role: z.enum(['user', 'assistant']),
  content: z.union([z.string().min(1), z.array(Block).min(1)]),
});
type Message = z.infer<typeof Message>;

const Tool = z.union([
  z.looseObject({
    type: z.literal('custom').optional(),
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/),
    description: z.string().optional(),
    input_schema: z.looseObject({ type: z.literal('object') }),
  }),
  z.looseObject({ type: z.literal('mcp_toolset'), mcp_server_name: z.string() }),
  z.looseObject({ type: z.string().refine((type) => type !== 'custom'), name: z.string() }),
]);

const McpServer = z.strictObject({
  type: z.literal('url'),
  name: z.string(),
  url: z.string().startsWith('https://'),
  authorization_token: z.string().nullish(),
});

const refuseForeign = refuseFields([
  'tier',
  'conversation_id',
  'n',
  'stop',
  'seed',
  'user',
  'tool_calls',
  'functions',
  'logit_bias',
  'logprobs',
  'stream_options',
  'response_format',
  'reasoning_effort',
  'presence_penalty',
  'frequency_penalty',
  'parallel_tool_calls',
  'max_completion_tokens',
]);

export const MessagesRequest = z
  .looseObject({
    model: z.string().min(1),
    messages: z.array(Message).min(1),
    max_tokens: z.int().positive(),
    system: z.union([z.string(), z.array(TextBlock)]).optional(),
    stream: z.boolean().optional(),
    temperature: z.number().min(0).max(1).optional(),
    top_p: z.number().min(0).max(1).optional(),
    top_k: z.int().nonnegative().optional(),
    stop_sequences: z.array(z.string().regex(/\S/)).optional(),
    metadata: z.looseObject({ user_id: z.string().nullish() }).optional(),
    tools: z.array(Tool).optional(),
    mcp_servers: z.array(McpServer).optional(),
    tool_choice: z
      .looseObject({
        type: z.enum(['auto', 'any', 'tool', 'none']),
        disable_parallel_tool_use: z.boolean().optional(),
      })
      .refine((choice) => choice.type !== 'tool' || typeof choice['name'] === 'string')
      .optional(),
    thinking: z
      .looseObject({
        type: z.enum(['enabled', 'disabled', 'adaptive', 'between_tools']),
        budget_tokens: z.int().min(1024).optional(),
      })
      .optional(),
  })
  .superRefine((body, context) => {
    const budget = body.thinking?.budget_tokens;
    const reasons = [
      refuseForeign(body),
      unpairedToolUse(body.messages),
      body.messages[0]?.role === 'user' ? undefined : 'the first message is not the user’s',
      budget !== undefined && budget >= body.max_tokens
        ? 'thinking.budget_tokens is not below max_tokens'
        : undefined,
      body.tool_choice !== undefined && body.tools === undefined
        ? 'tool_choice is only allowed when tools are given'
        : undefined,
      String(namesOf(body.tools ?? [], 'mcp_server_name')) ===
      String(namesOf(body.mcp_servers ?? [], 'name'))
        ? undefined
        : 'each of mcp_servers has one mcp_toolset, and each of them a server',
    ];
    for (const message of reasons) {
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    }
  });

const namesOf = (
  values: readonly { readonly [field: string]: unknown }[],
  field: string,
): readonly unknown[] => values.flatMap((value) => value[field] ?? []).toSorted();

const refuseAnswers = refuseFields(['max_tokens', 'stream', 'stop_sequences', 'temperature']);

/** The same without what only an answer needs. */
export const CountTokensRequest = z
  .looseObject({ model: z.string().min(1), messages: z.array(Message).min(1) })
  .superRefine((body, context) => {
    const message = refuseAnswers(body);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

const blocksOf = ({ content }: Message) => (typeof content === 'string' ? [] : content);

/** All results of an assistant turn's calls come in the very next user turn, before its other blocks. */
function unpairedToolUse(messages: readonly Message[]): string | undefined {
  let open: readonly string[] = [];
  for (const [index, message] of merged(messages).entries()) {
    const blocks = blocksOf(message);
    const results = blocks.flatMap((block) =>
      block.type === 'tool_result' ? [String(block['tool_use_id'])] : [],
    );
    const unknown = results.find((id) => !open.includes(id));
    const unanswered = open.find((id) => !results.includes(id));
    if (unknown !== undefined)
      return `turn ${index}: tool_result ${unknown} answers no call before`;
    if (unanswered !== undefined) return `turn ${index}: tool_use ${unanswered} has no tool_result`;
    if (blocks.slice(0, results.length).some((block) => block.type !== 'tool_result')) {
      return `turn ${index}: tool_result blocks must come first`;
    }
    open =
      message.role === 'assistant'
        ? blocks.flatMap((block) => (block.type === 'tool_use' ? [String(block['id'])] : []))
        : [];
  }
  return open.length > 0 ? `the last tool_use has no tool_result: ${open.join(', ')}` : undefined;
}

/** Neighbours of one role, as the API reads them: one turn. */
function merged(messages: readonly Message[]): Message[] {
  const turns: Message[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (last?.role !== message.role) turns.push(message);
    else {
      turns[turns.length - 1] = {
        role: last.role,
        content: [...blocksOf(last), ...blocksOf(message)],
      };
    }
  }
  return turns;
}
