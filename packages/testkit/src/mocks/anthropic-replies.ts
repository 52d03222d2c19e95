import type { TokenCounts } from './openai-replies.ts';

/** Bodies as Anthropic sends them. */

export interface ToolUseScript {
  readonly id: string;
  readonly name: string;
  readonly input: { readonly [field: string]: unknown };
}

export interface AnthropicEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

type Block =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | ({ readonly type: 'tool_use' } & ToolUseScript);

const MODEL = 'claude-sonnet-4-5';

const usageOf = ({ input, output }: TokenCounts) => ({
  input_tokens: input,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  output_tokens: output,
  service_tier: 'standard',
});

function message(content: readonly Block[], counts: TokenCounts) {
  return {
    id: 'msg_test123',
    type: 'message',
    role: 'assistant',
    model: MODEL,
    content,
    stop_reason: content.some((block) => block.type === 'tool_use') ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: usageOf(counts),
  };
}

export function messageResponse(
  text: string,
  { input = 50, output = 100 }: Partial<TokenCounts> = {},
) {
  return message([{ type: 'text', text }], { input, output });
}

export function toolUseResponse(
  calls: readonly ToolUseScript[],
  counts: TokenCounts = { input: 50, output: 20 },
) {
  return message(
    calls.map((call) => ({ type: 'tool_use', ...call })),
    counts,
  );
}

export function thinkingResponse(
  thinking: string,
  text: string,
  counts: TokenCounts = { input: 50, output: 100 },
) {
  return message(
    [
      { type: 'thinking', thinking, signature: 'c2lnbmF0dXJl' },
      { type: 'text', text },
    ],
    counts,
  );
}

/** Any whole message as the events that would have streamed it, each delta one word or half a JSON text. */
export function messageEvents(
  whole: ReturnType<typeof messageResponse>,
): readonly AnthropicEvent[] {
  const { content, stop_reason, stop_sequence, usage, ...head } = whole;
  return [
    {
      type: 'message_start',
      message: {
        ...head,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { ...usage, output_tokens: 1 },
      },
    },
    { type: 'ping' },
    ...content.flatMap((block, index) => [
      { type: 'content_block_start', index, content_block: emptied(block) },
      ...deltasOf(block).map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ]),
    {
      type: 'message_delta',
      delta: { stop_reason, stop_sequence },
      usage: { output_tokens: usage.output_tokens },
    },
    { type: 'message_stop' },
  ];
}

function emptied(block: Block) {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: '' };
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'tool_use':
      return { ...block, input: {} };
  }
}

function deltasOf(block: Block): object[] {
  switch (block.type) {
    case 'text':
      return block.text.split(/(?<= )/).map((text) => ({ type: 'text_delta', text }));
    case 'thinking':
      return [
        { type: 'thinking_delta', thinking: block.thinking },
        { type: 'signature_delta', signature: block.signature },
      ];
    case 'tool_use': {
      const text = JSON.stringify(block.input);
      const middle = text.length >> 1;
      return ['', text.slice(0, middle), text.slice(middle)].map((partial_json) => ({
        type: 'input_json_delta',
        partial_json,
      }));
    }
  }
}

export function anthropicModelList(ids: readonly string[] = [MODEL, 'claude-haiku-4-5']) {
  return {
    data: ids.map((id) => ({
      type: 'model',
      id,
      display_name: id,
      created_at: '2025-09-29T00:00:00Z',
    })),
    has_more: false,
    first_id: ids[0] ?? null,
    last_id: ids.at(-1) ?? null,
  };
}

export function anthropicError(type: string, text: string) {
  return { type: 'error', error: { type, message: text }, request_id: 'req_test123' };
}
