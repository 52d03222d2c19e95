import Anthropic from '@anthropic-ai/sdk';
import { type Finish, type Reading, toolCall } from '../reading.ts';
import type { FaceReader } from './face-reader.ts';

/** The official client on `/v1/messages`, streams through its own accumulator. */
export const anthropicMessages: FaceReader = async ({ url, apiKey, model, stream }) => {
  const client = new Anthropic({ baseURL: url, apiKey, maxRetries: 0 });
  const request = {
    model,
    max_tokens: 1024,
    messages: [{ role: 'user' as const, content: 'Hello' }],
  };
  return readingOf(
    stream
      ? await client.messages.stream(request).finalMessage()
      : await client.messages.create(request),
  );
};

function readingOf({ content, stop_reason: reason, usage }: Anthropic.Message): Reading {
  const written = usage.cache_creation_input_tokens ?? 0;
  const read = usage.cache_read_input_tokens ?? 0;
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    reasoning: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    toolCalls: content.flatMap((block) =>
      block.type === 'tool_use' ? [toolCall(block.name, block.input)] : [],
    ),
    finish: FINISHES[reason ?? ''] ?? 'other',
    usage: {
      input: usage.input_tokens + written + read,
      cacheRead: read,
      cacheWrite: written,
      output: usage.output_tokens,
      reasoning: usage.output_tokens_details?.thinking_tokens,
    },
  };
}

const FINISHES: { readonly [reason: string]: Finish } = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'content-filter',
};
