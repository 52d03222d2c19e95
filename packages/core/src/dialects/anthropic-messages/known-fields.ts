/** The fields that the hub has words for, by what they stand in; all others are kept as `rest`. */
export const KNOWN = {
  request: [
    'model',
    'messages',
    'max_tokens',
    'system',
    'stream',
    'temperature',
    'top_p',
    'top_k',
    'stop_sequences',
    'tools',
    'tool_choice',
    'service_tier',
    'mcp_servers',
  ],
  output: ['effort', 'format'],
  thinkingSetting: ['type', 'budget_tokens', 'display'],
  metadata: ['user_id'],
  message: ['role', 'content'],
  tool: ['type', 'name', 'description', 'input_schema', 'strict', 'cache_control'],
  text: ['type', 'text', 'citations', 'cache_control'],
  resultText: ['type', 'text', 'cache_control'],
  image: ['type', 'source', 'cache_control'],
  document: ['type', 'source', 'title', 'cache_control'],
  thinking: ['type', 'thinking', 'signature'],
  redacted: ['type', 'data'],
  call: ['type', 'id', 'name', 'input', 'cache_control'],
  result: ['type', 'tool_use_id', 'content', 'is_error', 'cache_control'],
  reply: ['id', 'type', 'role', 'model', 'content', 'stop_reason', 'stop_sequence', 'usage'],
} as const satisfies { readonly [place: string]: readonly string[] };

/** The forms of `thinking` that the hub has words for. */
export const KNOWN_THINKING: readonly string[] = ['enabled', 'adaptive', 'disabled'];
