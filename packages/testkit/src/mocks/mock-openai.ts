import type * as z from 'zod';
import type { Recording } from '../recordings.ts';
import {
  eventStream,
  json,
  namedEvents,
  type ReceivedRequest,
  type Reply,
} from '../replies/reply.ts';
import { TEST_OPENAI_API_KEY } from '../test-data.ts';
import { chatStream } from './chat-stream.ts';
import { checkBearer, checkJsonBody } from './check-body.ts';
import type { Expectation } from './expectation.ts';
import { type Fault, MockServer } from './mock-server.ts';
import {
  chatResponse,
  completionChunks,
  completionResponse,
  embeddingsResponse,
  modelList,
  openAiError,
  responsesEvents,
  responsesResponse,
  type TokenCounts,
  type ToolCallScript,
  toolCallsResponse,
} from './openai-replies.ts';
import {
  ChatCompletionRequest,
  CompletionRequest,
  EmbeddingsRequest,
  ResponsesRequest,
} from './openai-wire.ts';
import { replay } from './replay.ts';
import { refuseIfStreaming, refuseUnlessStreaming } from './streaming-request.ts';

export const OPENAI_CHAT = 'POST /v1/chat/completions';
export const OPENAI_COMPLETIONS = 'POST /v1/completions';
export const OPENAI_EMBEDDINGS = 'POST /v1/embeddings';
export const OPENAI_RESPONSES = 'POST /v1/responses';
export const OPENAI_MODELS = 'GET /v1/models';

const UNAUTHORIZED = openAiError('Incorrect API key provided.', {
  type: 'invalid_request_error',
  code: 'invalid_api_key',
});
const SERVER_ERROR = openAiError('The server had an error while processing your request.', {
  type: 'server_error',
});

/** OpenAI, scripted. `GET /v1/models` answers with five models unless scripted. */
export class MockOpenAi extends MockServer {
  readonly #apiKey: string;

  static async start(options: { readonly apiKey?: string } = {}): Promise<MockOpenAi> {
    return await new MockOpenAi(options.apiKey ?? TEST_OPENAI_API_KEY).listen();
  }

  private constructor(apiKey: string) {
    super('OpenAI');
    this.#apiKey = apiKey;
    this.#addPost(OPENAI_CHAT, ChatCompletionRequest);
    this.#addPost(OPENAI_COMPLETIONS, CompletionRequest);
    this.#addPost(OPENAI_EMBEDDINGS, EmbeddingsRequest);
    this.#addPost(OPENAI_RESPONSES, ResponsesRequest);
    this.addEndpoint({
      name: OPENAI_MODELS,
      admit: (request) => this.admitAny(request),
      check: () => undefined,
      fallback: json(modelList()),
    });
  }

  /** What OpenAI's own client takes as its base URL. */
  get baseUrl(): string {
    return `${this.url}/v1`;
  }

  get apiKey(): string {
    return this.#apiKey;
  }

  /** Any reply at all: a fault, a recording, a controlled stream. Fits whole and streamed requests. */
  mockChatCompletion(reply: Reply): Expectation {
    return this.expect(OPENAI_CHAT, { title: 'chat completion', reply });
  }

  mockChatCompletionSuccess(response: object = chatResponse('Hello!')): Expectation {
    return this.#whole(OPENAI_CHAT, response);
  }

  mockChatCompletionWithUsage(text: string, input: number, output: number): Expectation {
    return this.#whole(OPENAI_CHAT, chatResponse(text, { input, output }));
  }

  /** `[DONE]` is added; a chunk of usage alone goes only to who set `stream_options.include_usage`. */
  mockChatCompletionStream(chunks: readonly object[]): Expectation {
    return this.#stream(OPENAI_CHAT, chunks);
  }

  mockChatCompletionWithToolCalls(name: string, argumentsText: string, id: string): Expectation {
    const call = { name, arguments: argumentsText, id };
    return this.#whole(OPENAI_CHAT, toolCallsResponse([call], { input: 50, output: 20 }));
  }

  mockChatCompletionWithParallelToolCalls(calls: readonly ToolCallScript[]): Expectation {
    return this.#whole(OPENAI_CHAT, toolCallsResponse(calls, { input: 80, output: 40 }));
  }

  mockChatCompletionUnauthorized(): Expectation {
    return this.mockChatCompletion(json(UNAUTHORIZED, { status: 401 }));
  }

  mockChatCompletionRateLimited(retryAfterSeconds = 60): Expectation {
    const body = openAiError('Rate limit reached for requests.', {
      type: 'requests',
      code: 'rate_limit_exceeded',
    });
    const headers = { 'retry-after': String(retryAfterSeconds) };
    return this.mockChatCompletion(json(body, { status: 429, headers }));
  }

  mockChatCompletionServerError(): Expectation {
    return this.mockChatCompletion(json(SERVER_ERROR, { status: 500 }));
  }

  mockChatCompletionServiceUnavailable(): Expectation {
    const body = openAiError('The engine is currently overloaded, please try again later.', {
      type: 'server_error',
      code: 'overloaded',
    });
    return this.mockChatCompletion(json(body, { status: 503 }));
  }

  /** OpenAI's refusal of a bad request. The request's body is not checked. */
  mockChatCompletionBadRequest(message = 'Invalid value.', param = 'messages'): Expectation {
    const body = openAiError(message, { type: 'invalid_request_error', param });
    return this.mockChatCompletion(json(body, { status: 400 })).unchecked();
  }

  mockCompletion(reply: Reply): Expectation {
    return this.expect(OPENAI_COMPLETIONS, { title: 'completion', reply });
  }

  mockCompletionSuccess(response: object = completionResponse('Hello!')): Expectation {
    return this.#whole(OPENAI_COMPLETIONS, response);
  }

  mockCompletionWithUsage(text: string, input: number, output: number): Expectation {
    return this.#whole(OPENAI_COMPLETIONS, completionResponse(text, { input, output }));
  }

  mockCompletionStream(chunks: readonly object[] = completionChunks('Hello there')): Expectation {
    return this.#stream(OPENAI_COMPLETIONS, chunks);
  }

  mockCompletionUnauthorized(): Expectation {
    return this.mockCompletion(json(UNAUTHORIZED, { status: 401 }));
  }

  mockCompletionServerError(): Expectation {
    return this.mockCompletion(json(SERVER_ERROR, { status: 500 }));
  }

  mockEmbeddings(reply: Reply): Expectation {
    return this.expect(OPENAI_EMBEDDINGS, { title: 'embeddings', reply });
  }

  mockEmbeddingsSuccess(
    vectors: ReadonlyArray<readonly number[]> = [[0.1, -0.2, 0.3]],
    inputTokens = 8,
  ): Expectation {
    return this.mockEmbeddings(json(embeddingsResponse(vectors, inputTokens)));
  }

  mockResponse(reply: Reply): Expectation {
    return this.expect(OPENAI_RESPONSES, { title: 'response', reply });
  }

  mockResponseWithUsage(text: string, input: number, output: number): Expectation {
    return this.#whole(OPENAI_RESPONSES, responsesResponse(text, { input, output }));
  }

  mockResponseStream(text: string, counts: TokenCounts = { input: 12, output: 7 }): Expectation {
    return this.expect(OPENAI_RESPONSES, {
      title: 'streamed response',
      reply: eventStream(namedEvents(responsesEvents(text, counts))),
      accepts: refuseUnlessStreaming,
    });
  }

  mockListModelsSuccess(ids?: readonly string[]): Expectation {
    return this.expect(OPENAI_MODELS, { title: 'models', reply: json(modelList(ids)) });
  }

  mockListModelsUnauthorized(): Expectation {
    return this.expect(OPENAI_MODELS, {
      title: 'models, unauthorized',
      reply: json(UNAUTHORIZED, { status: 401 }),
    });
  }

  /** A recording of Chat Completions, Responses or embeddings, whole or streamed as the request asks. */
  mockReplay(recording: Recording): Expectation {
    return this.expect(replayEndpoint(recording), {
      title: `recorded ${recording.provider}/${recording.name}`,
      reply: replay(recording),
    });
  }

  protected admitAny(request: ReceivedRequest): Fault | undefined {
    return checkBearer(request, this.#apiKey);
  }

  protected refuse({ status, reason }: Fault): Reply {
    if (status === 401) return json(UNAUTHORIZED, { status });
    return json(openAiError(reason, { type: 'invalid_request_error' }), { status });
  }

  #addPost(name: string, schema: z.ZodType): void {
    this.addEndpoint({
      name,
      admit: (request) => this.admitAny(request),
      check: (request) => checkJsonBody(schema, request),
    });
  }

  #whole(endpoint: string, response: object): Expectation {
    return this.expect(endpoint, {
      title: 'whole reply',
      reply: json(response),
      accepts: refuseIfStreaming,
    });
  }

  #stream(endpoint: string, chunks: readonly object[]): Expectation {
    return this.expect(endpoint, {
      title: 'stream',
      reply: chatStream(chunks),
      accepts: refuseUnlessStreaming,
    });
  }
}

function replayEndpoint({ family, provider, name }: Recording): string {
  switch (family) {
    case 'openai-chat':
      return OPENAI_CHAT;
    case 'openai-responses':
      return OPENAI_RESPONSES;
    case 'openai-embeddings':
      return OPENAI_EMBEDDINGS;
    default:
      throw new Error(`${provider}/${name} is ${family}, which OpenAI's endpoints never send`);
  }
}
