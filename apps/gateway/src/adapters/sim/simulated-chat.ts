import { type ChatReply, type GatewayError, replay } from '@tollgate/core/chat';
import {
  type Answering,
  anthropicErrorBody,
  anthropicMessages,
  type Dialect,
  type FaceCodec,
  gemini,
  geminiErrorBody,
  openAiChat,
  openAiCompletions,
  openAiErrorBody,
  openAiResponses,
} from '@tollgate/core/dialects';
import type { JsonValue } from '@tollgate/core/json';
import { simulate, streamInWords } from '@tollgate/core/simulation';
import { renderSse } from '@tollgate/core/sse';
import {
  faultAnswer,
  halfOf,
  jsonAnswer,
  type Occasion,
  type SimulatedAnswer,
  type SimulatedOperation,
} from './simulated-answer.ts';
import { anthropicErrorOf, geminiErrorOf, openAiErrorOf } from './simulated-errors.ts';

interface ChatWords {
  readonly dialect: FaceCodec & Pick<Dialect, 'passage'>;
  readonly replyPrefix: string;
  readonly callPrefix: string;
  errorBody(status: number, message: string): JsonValue;
  refusal(error: GatewayError): JsonValue;
}

const EVENT_STREAM = { 'content-type': 'text/event-stream' };

function streamed(reply: ChatReply, dialect: FaceCodec, answering: Answering): readonly string[] {
  const encoder = dialect.createStreamEncoder(answering);
  const events = streamInWords(replay(reply)).flatMap((event) => encoder.push(event));
  return [...events, ...encoder.end()].map(renderSse);
}

function createChatOperation(words: ChatWords): SimulatedOperation {
  const { dialect } = words;
  const answer = ({ body, id, now }: Occasion): SimulatedAnswer => {
    const envelope = dialect.passage.envelope(body);
    if (!envelope.ok) return jsonAnswer(400, words.refusal(envelope.error));
    const decoded = dialect.decodeRequest(body);
    if (!decoded.ok) return jsonAnswer(400, words.refusal(decoded.error));
    const { request } = decoded.value;
    const answering: Answering = {
      replyId: id(words.replyPrefix),
      created: now,
      model: request.model,
      includeUsage: envelope.value.includeUsage,
    };
    const { reply, paceMs, fault } = simulate(request, {
      ...answering,
      callId: (index) => id(`${words.callPrefix}${index}`),
    });
    if (fault?.type === 'status') return faultAnswer(fault, operation);
    const isCut = fault?.type === 'cut';
    const pieces = request.stream
      ? streamed(reply, dialect, answering)
      : [JSON.stringify(dialect.encodeReply(reply, answering).value)];
    return {
      status: 200,
      headers: request.stream ? EVENT_STREAM : { 'content-type': 'application/json' },
      // A whole body that is cut loses its second half.
      pieces: isCut ? halfOf(request.stream ? pieces : pieces.flatMap(inHalves)) : pieces,
      paceMs,
      isCut,
    };
  };
  const operation: SimulatedOperation = {
    answer,
    errorBody: words.errorBody,
    refusal: words.refusal,
  };
  return operation;
}

const inHalves = (text: string): readonly string[] => [
  text.slice(0, text.length >> 1),
  text.slice(text.length >> 1),
];

export const simulatedOpenAiChat = createChatOperation({
  dialect: openAiChat,
  replyPrefix: 'chatcmpl-',
  callPrefix: 'call_',
  errorBody: openAiErrorOf,
  refusal: openAiErrorBody,
});

export const simulatedAnthropicMessages = createChatOperation({
  dialect: anthropicMessages,
  replyPrefix: 'msg_',
  callPrefix: 'toolu_',
  errorBody: anthropicErrorOf,
  refusal: anthropicErrorBody,
});

export const simulatedGemini = createChatOperation({
  dialect: gemini,
  replyPrefix: '',
  callPrefix: 'call_',
  errorBody: geminiErrorOf,
  refusal: geminiErrorBody,
});

export const simulatedOpenAiResponses = createChatOperation({
  dialect: openAiResponses,
  replyPrefix: 'resp_',
  callPrefix: 'call_',
  errorBody: openAiErrorOf,
  refusal: openAiErrorBody,
});

export const simulatedCompletions = createChatOperation({
  dialect: openAiCompletions,
  replyPrefix: 'cmpl-',
  callPrefix: 'call_',
  errorBody: openAiErrorOf,
  refusal: openAiErrorBody,
});
