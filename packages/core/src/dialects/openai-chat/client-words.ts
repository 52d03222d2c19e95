import { type ClientWords, contentPlaces, fieldOf, itemsOf } from '../client-words.ts';

/** What clients of Chat Completions call it. */
export const clientWords: ClientWords = {
  settings: {
    maxOutputTokens: ['max_completion_tokens', 'max_tokens'],
    topP: 'top_p',
    topK: 'top_k',
    minP: 'min_p',
    frequencyPenalty: 'frequency_penalty',
    presencePenalty: 'presence_penalty',
    repetitionPenalty: 'repetition_penalty',
    stopSequences: 'stop',
    'logprobs.top': 'top_logprobs',
    logitBias: 'logit_bias',
    output: 'response_format',
    'output.schema': 'response_format.json_schema.schema',
    'output.description': 'response_format.json_schema.description',
    reasoning: 'reasoning_effort',
    'reasoning.effort': 'reasoning_effort',
    toolChoice: ['tool_choice', 'function_call'],
    parallelToolCalls: 'parallel_tool_calls',
    serviceTier: 'service_tier',
    endUser: ['safety_identifier', 'user'],
    cacheKey: 'prompt_cache_key',
  },
  fields: {
    cache: 'cache_control',
    argumentsJson: 'function.arguments',
    isError: '',
    state: '',
  },
  toolFields: {
    cache: 'cache_control',
    contextSize: 'search_context_size',
    place: 'user_location',
  },
  places: (body) =>
    itemsOf(body, 'messages').map((message, index) => {
      const path = `messages[${index}]`;
      return { path, parts: partsOf(message, path) };
    }),
  tools: (body) => {
    const functions = itemsOf(body, 'functions').map((_function, index) => {
      const path = `functions[${index}]`;
      return { path, inner: path };
    });
    const tools = itemsOf(body, 'tools').map((tool, index) => {
      const path = `tools[${index}]`;
      const isFunction = fieldOf(tool, 'type') === 'function';
      return { path, inner: isFunction ? `${path}.function` : path };
    });
    const search = 'web_search_options';
    const isSearching = fieldOf(body, search) != null;
    return [...tools, ...functions, ...(isSearching ? [{ path: search, inner: search }] : [])];
  },
};

/** In the order that `decodeMessages` makes parts in. */
function partsOf(message: unknown, path: string): readonly string[] {
  const role = fieldOf(message, 'role');
  const content = fieldOf(message, 'content');
  if (role === 'tool' || role === 'function') return [path];
  const said = content == null ? [] : contentPlaces(content, `${path}.content`);
  if (role !== 'assistant') return said;
  return [
    ...thoughtsOf(message, path),
    ...said,
    ...(fieldOf(message, 'refusal') ? [`${path}.refusal`] : []),
    ...(fieldOf(message, 'audio') ? [`${path}.audio`] : []),
    ...itemsOf(message, 'tool_calls').map((_call, index) => `${path}.tool_calls[${index}]`),
    ...(fieldOf(message, 'function_call') ? [`${path}.function_call`] : []),
  ];
}

function thoughtsOf(message: unknown, path: string): readonly string[] {
  const details = itemsOf(message, 'reasoning_details');
  const isSaid = (detail: unknown) => fieldOf(detail, 'text') || fieldOf(detail, 'summary');
  const isProven = (detail: unknown) => fieldOf(detail, 'signature') || fieldOf(detail, 'data');
  const told = details.flatMap((detail, index) =>
    isSaid(detail) || isProven(detail) ? [`${path}.reasoning_details[${index}]`] : [],
  );
  const plain = ['reasoning_content', 'reasoning'].find((field) => fieldOf(message, field));
  if (plain === undefined) return told;
  if (!details.some(isProven)) return [`${path}.${plain}`];
  return details.some(isSaid) ? told : [`${path}.${plain}`, ...told];
}
