/** Bodies as OpenAI sends them, for `MockOpenAi` and for expectations. Numbers are the origin's. */

export interface TokenCounts {
  readonly input: number;
  readonly output: number;
}

export interface ToolCallScript {
  readonly name: string;
  /** The exact text of the arguments, valid JSON or not. */
  readonly arguments: string;
  readonly id: string;
}

const CREATED = 1_700_000_000;
const CHAT_MODEL = 'gpt-4';

const chatUsage = ({ input, output }: TokenCounts) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
});

/** A whole reply of one text; 50 input and 100 output tokens unless told otherwise. */
export function chatResponse(
  text: string,
  { input = 50, output = 100, model = CHAT_MODEL }: Partial<TokenCounts> & { model?: string } = {},
) {
  return {
    id: 'chatcmpl-test123',
    object: 'chat.completion',
    created: CREATED,
    model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: text, refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: chatUsage({ input, output }),
    system_fingerprint: 'fp_test',
  };
}

export function toolCallsResponse(
  calls: readonly ToolCallScript[],
  { input, output }: TokenCounts,
) {
  return {
    id: 'chatcmpl-tools123',
    object: 'chat.completion',
    created: CREATED,
    model: CHAT_MODEL,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: null,
          tool_calls: calls.map((call) => ({
            id: call.id,
            type: 'function',
            function: { name: call.name, arguments: call.arguments },
          })),
        },
        finish_reason: 'tool_calls',
      },
    ],
    usage: chatUsage({ input, output }),
  };
}

/** The legacy shape, from before tools. */
export function functionCallResponse(name: string, argumentsText: string) {
  return {
    id: 'chatcmpl-function123',
    object: 'chat.completion',
    created: CREATED,
    model: CHAT_MODEL,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: null,
          function_call: { name, arguments: argumentsText },
        },
        finish_reason: 'function_call',
      },
    ],
    usage: chatUsage({ input: 50, output: 20 }),
  };
}

function chunk(
  delta: { readonly [field: string]: unknown },
  finishReason: string | null,
  extra: { readonly [field: string]: unknown } = {},
) {
  return {
    id: 'chatcmpl-stream123',
    object: 'chat.completion.chunk',
    created: CREATED,
    model: CHAT_MODEL,
    choices: [{ index: 0, delta, finish_reason: finishReason }],
    ...extra,
  };
}

const wordsOf = (text: string): string[] => text.split(/(?<= )/).filter((word) => word !== '');

/** The chunk that carries usage alone; `MockOpenAi` sends it only to who asked for it. */
export function usageChunk(counts: TokenCounts) {
  return { ...chunk({}, null), choices: [], usage: chatUsage(counts) };
}

/** A stream as OpenAI sends it today: role, one chunk a word, finish, and usage in a chunk of its own. */
export function streamingChunks(
  text: string,
  counts: TokenCounts = { input: 50, output: 2 * wordsOf(text).length },
) {
  return [
    chunk({ role: 'assistant', content: '' }, null),
    ...wordsOf(text).map((word) => chunk({ content: word }, null)),
    chunk({}, 'stop'),
    usageChunk(counts),
  ];
}

/** The origin's stream: each word with a blank behind it, usage in the same chunk as the finish. */
export function originStreamingChunks(text: string) {
  const words = text.split(/\s+/).filter((word) => word !== '');
  return [
    chunk({ role: 'assistant' }, null),
    ...words.map((word) => chunk({ content: `${word} ` }, null)),
    chunk({}, 'stop', { usage: chatUsage({ input: 50, output: 2 * words.length }) }),
  ];
}

/** Parallel calls whose argument fragments interleave, as a decoder must bear. */
export function streamingToolCallChunks(
  calls: readonly ToolCallScript[],
  counts: TokenCounts = { input: 50, output: 20 },
) {
  const halves = [0, 1].flatMap((half) =>
    calls.map((call, index) => {
      const middle = call.arguments.length >> 1;
      const text = half === 0 ? call.arguments.slice(0, middle) : call.arguments.slice(middle);
      return chunk({ tool_calls: [{ index, function: { arguments: text } }] }, null);
    }),
  );
  return [
    chunk({ role: 'assistant', content: null }, null),
    ...calls.map(({ id, name }, index) =>
      chunk(
        { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] },
        null,
      ),
    ),
    ...halves,
    chunk({}, 'tool_calls'),
    usageChunk(counts),
  ];
}

export function completionResponse(
  text: string,
  { input = 20, output = 50 }: Partial<TokenCounts> = {},
) {
  return {
    id: 'cmpl-test123',
    object: 'text_completion',
    created: CREATED,
    model: 'gpt-3.5-turbo-instruct',
    choices: [{ text, index: 0, logprobs: null, finish_reason: 'stop' }],
    usage: chatUsage({ input, output }),
  };
}

export function completionChunks(text: string, counts: TokenCounts = { input: 20, output: 50 }) {
  const head = {
    id: 'cmpl-stream123',
    object: 'text_completion',
    created: CREATED,
    model: 'gpt-3.5-turbo-instruct',
  };
  const choice = (part: string, finish: string | null) => ({
    ...head,
    choices: [{ text: part, index: 0, logprobs: null, finish_reason: finish }],
  });
  return [
    ...wordsOf(text).map((word) => choice(word, null)),
    choice('', 'stop'),
    { ...head, choices: [], usage: chatUsage(counts) },
  ];
}

export function embeddingsResponse(
  vectors: ReadonlyArray<readonly number[]> = [[0.1, -0.2, 0.3]],
  inputTokens = 8,
) {
  return {
    object: 'list',
    data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
    model: 'text-embedding-3-small',
    usage: { prompt_tokens: inputTokens, total_tokens: inputTokens },
  };
}

/** A `response` object of the Responses API with one message. */
export function responsesResponse(text: string, { input, output }: TokenCounts) {
  return {
    id: 'resp_test123',
    object: 'response',
    created_at: CREATED,
    status: 'completed',
    model: 'gpt-4o',
    output: [
      {
        type: 'message',
        id: 'msg_test123',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text, annotations: [] }],
      },
    ],
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + output,
    },
  };
}

/** The events of the same reply, numbered and properly nested. */
export function responsesEvents(text: string, counts: TokenCounts) {
  const response = responsesResponse(text, counts);
  const [item] = response.output;
  const place = { item_id: 'msg_test123', output_index: 0, content_index: 0 };
  const events: ReadonlyArray<{ readonly type: string; readonly [field: string]: unknown }> = [
    {
      type: 'response.created',
      response: { ...response, status: 'in_progress', output: [], usage: null },
    },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...item, status: 'in_progress', content: [] },
    },
    {
      type: 'response.content_part.added',
      ...place,
      part: { type: 'output_text', text: '', annotations: [] },
    },
    ...wordsOf(text).map((delta) => ({ type: 'response.output_text.delta', ...place, delta })),
    { type: 'response.output_text.done', ...place, text },
    {
      type: 'response.content_part.done',
      ...place,
      part: { type: 'output_text', text, annotations: [] },
    },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response },
  ];
  return events.map((event, index) => ({ ...event, sequence_number: index }));
}

export function modelList(
  ids: readonly string[] = ['gpt-4o', 'gpt-4o-mini', 'gpt-4-turbo', 'gpt-4', 'gpt-3.5-turbo'],
) {
  return {
    object: 'list',
    data: ids.map((id) => ({ id, object: 'model', created: 1_687_882_411, owned_by: 'openai' })),
  };
}

export function openAiError(
  message: string,
  {
    type,
    code = null,
    param = null,
  }: { type: string; code?: string | null; param?: string | null },
) {
  return { error: { message, type, param, code } };
}
