import type { Recording } from '../recordings.ts';
import {
  eventStream,
  json,
  namedEvents,
  type ReceivedRequest,
  type Reply,
} from '../replies/reply.ts';
import { TEST_ANTHROPIC_API_KEY } from '../test-data.ts';
import {
  type AnthropicEvent,
  anthropicError,
  anthropicModelList,
  messageEvents,
  messageResponse,
  type ToolUseScript,
  toolUseResponse,
} from './anthropic-replies.ts';
import { refusedToday } from './anthropic-rules.ts';
import { CountTokensRequest, MessagesRequest } from './anthropic-wire.ts';
import { checkJsonBody } from './check-body.ts';
import type { Expectation } from './expectation.ts';
import { type Fault, MockServer } from './mock-server.ts';
import { replay } from './replay.ts';
import { refuseIfStreaming, refuseUnlessStreaming } from './streaming-request.ts';

export const ANTHROPIC_MESSAGES = 'POST /v1/messages';
export const ANTHROPIC_COUNT_TOKENS = 'POST /v1/messages/count_tokens';
export const ANTHROPIC_MODELS = 'GET /v1/models';

/** Anthropic, scripted. `GET /v1/models` answers with two models unless scripted. */
export class MockAnthropic extends MockServer {
  readonly #apiKey: string;

  static async start(options: { readonly apiKey?: string } = {}): Promise<MockAnthropic> {
    return await new MockAnthropic(options.apiKey ?? TEST_ANTHROPIC_API_KEY).listen();
  }

  private constructor(apiKey: string) {
    super('Anthropic');
    this.#apiKey = apiKey;
    this.addEndpoint({
      name: ANTHROPIC_MESSAGES,
      admit: (request) => this.admitAny(request),
      check: (request) => checkJsonBody(MessagesRequest, request) ?? refusedToday(request),
    });
    this.addEndpoint({
      name: ANTHROPIC_COUNT_TOKENS,
      admit: (request) => this.admitAny(request),
      check: (request) => checkJsonBody(CountTokensRequest, request),
    });
    this.addEndpoint({
      name: ANTHROPIC_MODELS,
      admit: (request) => this.admitAny(request),
      check: () => undefined,
      fallback: json(anthropicModelList()),
    });
  }

  /** What Anthropic's own client takes as its base URL: without `/v1`. */
  get baseUrl(): string {
    return this.url;
  }

  get apiKey(): string {
    return this.#apiKey;
  }

  /** Any reply at all: a fault, a recording, a controlled stream. */
  mockMessage(reply: Reply): Expectation {
    return this.expect(ANTHROPIC_MESSAGES, { title: 'message', reply });
  }

  mockMessageSuccess(response: object = messageResponse('Hello!')): Expectation {
    return this.expect(ANTHROPIC_MESSAGES, {
      title: 'whole message',
      reply: json(response),
      accepts: refuseIfStreaming,
    });
  }

  mockMessageWithUsage(text: string, input: number, output: number): Expectation {
    return this.mockMessageSuccess(messageResponse(text, { input, output }));
  }

  mockMessageStream(
    events: readonly AnthropicEvent[] = messageEvents(messageResponse('Hello there')),
  ): Expectation {
    return this.expect(ANTHROPIC_MESSAGES, {
      title: 'streamed message',
      reply: eventStream(namedEvents(events)),
      accepts: refuseUnlessStreaming,
    });
  }

  mockMessageWithToolUse(name: string, input: ToolUseScript['input'], id: string): Expectation {
    return this.mockMessageSuccess(toolUseResponse([{ id, name, input }]));
  }

  mockMessageWithParallelToolUse(calls: readonly ToolUseScript[]): Expectation {
    return this.mockMessageSuccess(toolUseResponse(calls, { input: 80, output: 40 }));
  }

  mockMessageUnauthorized(): Expectation {
    return this.#failure(401, 'authentication_error', 'invalid x-api-key');
  }

  mockMessageRateLimited(retryAfterSeconds = 60): Expectation {
    const headers = { 'retry-after': String(retryAfterSeconds) };
    return this.#failure(
      429,
      'rate_limit_error',
      'This request would exceed your rate limit.',
      headers,
    );
  }

  mockMessageServerError(): Expectation {
    return this.#failure(500, 'api_error', 'Internal server error');
  }

  mockMessageOverloaded(): Expectation {
    return this.#failure(529, 'overloaded_error', 'Overloaded');
  }

  /** Anthropic's refusal of a bad request. The request's body is not checked. */
  mockMessageBadRequest(text = 'messages: at least one message is required'): Expectation {
    return this.#failure(400, 'invalid_request_error', text).unchecked();
  }

  mockCountTokens(inputTokens: number): Expectation {
    return this.mockCountTokensReply(json({ input_tokens: inputTokens }));
  }

  mockCountTokensReply(reply: Reply): Expectation {
    return this.expect(ANTHROPIC_COUNT_TOKENS, { title: 'count of tokens', reply });
  }

  mockListModelsSuccess(ids?: readonly string[]): Expectation {
    return this.expect(ANTHROPIC_MODELS, { title: 'models', reply: json(anthropicModelList(ids)) });
  }

  mockListModelsUnauthorized(): Expectation {
    const body = anthropicError('authentication_error', 'invalid x-api-key');
    return this.expect(ANTHROPIC_MODELS, {
      title: 'models, unauthorized',
      reply: json(body, { status: 401 }),
    });
  }

  /** A recording of the Messages API, whole or streamed as the request asks. */
  mockReplay(recording: Recording): Expectation {
    if (recording.family !== 'anthropic-messages') {
      throw new Error(`${recording.provider}/${recording.name} is ${recording.family}`);
    }
    return this.expect(ANTHROPIC_MESSAGES, {
      title: `recorded ${recording.provider}/${recording.name}`,
      reply: replay(recording),
    });
  }

  protected admitAny(request: ReceivedRequest): Fault | undefined {
    const { authorization, 'x-api-key': key, 'anthropic-version': version } = request.headers;
    if (key !== this.#apiKey && authorization !== `Bearer ${this.#apiKey}`) {
      return { status: 401, reason: 'neither x-api-key nor authorization has the expected key' };
    }
    if (typeof version === 'string' && /^\d{4}-\d\d-\d\d$/.test(version)) return undefined;
    return { status: 400, reason: 'anthropic-version is missing or is no date' };
  }

  protected refuse({ status, reason }: Fault): Reply {
    const type = status === 401 ? 'authentication_error' : 'invalid_request_error';
    return json(anthropicError(type, reason), { status });
  }

  #failure(
    status: number,
    type: string,
    text: string,
    headers: { readonly [name: string]: string } = {},
  ): Expectation {
    return this.mockMessage(json(anthropicError(type, text), { status, headers }));
  }
}
