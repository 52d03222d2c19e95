import OpenAI from 'openai';
import { type Finish, parsedInput, type Reading, type ToolCall, toolCall } from '../reading.ts';
import type { FaceReader } from './face-reader.ts';

/** The official client on `/v1/responses`, streams through its own accumulator. */
export const openAiResponses: FaceReader = async ({ url, apiKey, model, stream }) => {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
  const request = { model, input: 'Hello' };
  return readingOf(
    stream
      ? await client.responses.stream(request).finalResponse()
      : await client.responses.create(request),
  );
};

type Response = OpenAI.Responses.Response;

function readingOf(response: Response): Reading {
  const { output, usage } = response;
  const toolCalls = output.flatMap((item) => {
    if (item.type === 'function_call') {
      return [{ name: item.name, input: parsedInput(item.arguments) }];
    }
    if (item.type === 'custom_tool_call') return [toolCall(item.name, item.input)];
    return builtInCalls(item);
  });
  return {
    text: output.map(textOf).join(''),
    reasoning: output.map(reasoningOf).join(''),
    toolCalls,
    finish: finishOf(response, toolCalls.length > 0),
    usage: {
      input: usage?.input_tokens,
      cacheRead: usage?.input_tokens_details.cached_tokens,
      cacheWrite: usage?.input_tokens_details.cache_write_tokens,
      output: usage?.output_tokens,
      reasoning: usage?.output_tokens_details.reasoning_tokens,
    },
    ...(response.status === 'failed' ? { failure: 'response.failed' } : {}),
  };
}

type Item = OpenAI.Responses.ResponseOutputItem;

/** Calls of tools that OpenAI defines and the client runs. */
function builtInCalls(item: Item): ToolCall[] {
  switch (item.type) {
    case 'apply_patch_call':
      return [toolCall('apply_patch', { operation: item.operation })];
    case 'local_shell_call':
      return [toolCall('local_shell', { action: item.action })];
    case 'shell_call':
      return item.environment?.type === 'container_reference'
        ? []
        : [toolCall('shell', { action: item.action })];
    case 'tool_search_call':
      return item.execution === 'client'
        ? [toolCall('tool_search', { arguments: item.arguments })]
        : [];
    default:
      return [];
  }
}

const textOf = (item: Item): string =>
  item.type === 'message'
    ? item.content.map((part) => (part.type === 'output_text' ? part.text : part.refusal)).join('')
    : '';

/** The text where it is told, else its summary. */
const reasoningOf = (item: Item): string =>
  item.type !== 'reasoning'
    ? ''
    : [...(item.content?.length ? item.content : item.summary)].map(({ text }) => text).join('');

const isRefusal = (item: Item): boolean =>
  item.type === 'message' && item.content.some(({ type }) => type === 'refusal');

function finishOf({ output, incomplete_details: details }: Response, hasCalls: boolean): Finish {
  switch (details?.reason) {
    case 'content_filter':
      return 'content-filter';
    case 'max_output_tokens':
      return 'length';
    case undefined:
      if (hasCalls) return 'tool-calls';
      return output.some(isRefusal) ? 'content-filter' : 'stop';
    default:
      return 'other';
  }
}
