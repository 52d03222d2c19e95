import OpenAI from 'openai';
import { type Finish, parsedInput, type Reading, toolCall, type Usage } from '../reading.ts';
import type { FaceReader } from './face-reader.ts';

/** The official client on `/v1/chat/completions`, streams through its own accumulator. */
export const openAiChat: FaceReader = async ({ url, apiKey, model, stream }) => {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
  const request = { model, messages: [{ role: 'user' as const, content: 'Hello' }] };
  if (stream) return await readStream(client, request);
  const completion = await client.chat.completions.create(request);
  return readingOf(completion, reasoningOf(completion.choices[0]?.message));
};

type Request = Pick<OpenAI.ChatCompletionCreateParams, 'model' | 'messages'>;

async function readStream(client: OpenAI, request: Request): Promise<Reading> {
  const stream = client.chat.completions.stream({
    ...request,
    stream_options: { include_usage: true },
  });
  // Not of OpenAI's own contract, so its accumulator leaves it aside.
  let reasoning = '';
  stream.on('chunk', ({ choices: [choice] }) => {
    reasoning += reasoningOf(choice?.delta);
  });
  return readingOf(await stream.finalChatCompletion(), reasoning);
}

const reasoningOf = (message: object | undefined): string =>
  message !== undefined &&
  'reasoning_content' in message &&
  typeof message.reasoning_content === 'string'
    ? message.reasoning_content
    : '';

function readingOf(completion: OpenAI.ChatCompletion, reasoning: string): Reading {
  const [choice] = completion.choices;
  return {
    text: `${choice?.message.content ?? ''}${choice?.message.refusal ?? ''}`,
    reasoning,
    toolCalls: (choice?.message.tool_calls ?? []).map((call) =>
      call.type === 'function'
        ? toolCall(call.function.name, parsedInput(call.function.arguments))
        : { name: call.custom.name, input: call.custom.input },
    ),
    // OpenAI says of a refusal that it stopped.
    finish: choice?.message.refusal
      ? 'content-filter'
      : (FINISHES[choice?.finish_reason ?? ''] ?? 'other'),
    usage: usageOf(completion.usage),
  };
}

const FINISHES: { readonly [reason: string]: Finish } = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  content_filter: 'content-filter',
};

const usageOf = (usage: OpenAI.CompletionUsage | null | undefined): Usage => ({
  input: usage?.prompt_tokens,
  cacheRead: usage?.prompt_tokens_details?.cached_tokens,
  cacheWrite: usage?.prompt_tokens_details?.cache_write_tokens,
  output: usage?.completion_tokens,
  reasoning: usage?.completion_tokens_details?.reasoning_tokens,
});
