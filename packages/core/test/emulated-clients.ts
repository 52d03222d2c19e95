import type { ChatReply } from '../src/chat/index.ts';
import { replay } from '../src/chat/index.ts';
import {
  anthropicMessages,
  type Codec,
  gemini,
  native,
  openAiChat,
  openAiResponses,
} from '../src/dialects/index.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../src/json/index.ts';
import { ANSWERING } from './codec-contract.ts';

/** What a client of a face keeps of a reply, and the request that it makes of all it has kept. */
export interface EmulatedClient {
  readonly name: string;
  readonly face: Codec;
  /** The reply as it is kept: items, messages or contents of the next request. */
  keep(
    reply: ChatReply,
    encoder: Pick<Codec, 'encodeReply' | 'createStreamEncoder'>,
  ): readonly JsonObject[];
  results(kept: readonly JsonObject[]): readonly JsonObject[];
  request(history: readonly JsonObject[]): JsonObject;
}

const QUESTION = 'What is the weather?';
const RESULT = 'Fine.';

const list = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];
const field = (value: JsonValue | undefined, name: string): JsonValue | undefined =>
  isJsonObject(value) ? value[name] : undefined;

const whole = (encoder: Pick<Codec, 'encodeReply'>, reply: ChatReply): JsonObject =>
  encoder.encodeReply(reply, ANSWERING).value;

const messageOf = (body: JsonObject): JsonObject => {
  const message = field(list(body['choices'])[0], 'message');
  if (!isJsonObject(message)) throw new Error('no message');
  return message;
};

const chatLike = {
  results: (kept: readonly JsonObject[]) =>
    kept.flatMap((message) =>
      list(message['tool_calls']).map((call) => ({
        role: 'tool',
        tool_call_id: call['id'] ?? '',
        content: RESULT,
      })),
    ),
  request: (history: readonly JsonObject[]) => ({
    model: 'm',
    messages: [{ role: 'user', content: QUESTION }, ...history],
  }),
};

const geminiLike = {
  face: gemini,
  results: (kept: readonly JsonObject[]) => {
    const calls = kept.flatMap((content) => list(content['parts']));
    const parts = calls.flatMap(({ functionCall: call }) =>
      isJsonObject(call)
        ? [
            {
              functionResponse: {
                ...(call['id'] === undefined ? {} : { id: call['id'] }),
                name: call['name'] ?? '',
                response: { output: RESULT },
              },
            },
          ]
        : [],
    );
    return parts.length === 0 ? [] : [{ role: 'user', parts }];
  },
  request: (history: readonly JsonObject[]) => ({
    model: 'm',
    contents: [{ role: 'user', parts: [{ text: QUESTION }] }, ...history],
  }),
};

const contentOf = (body: JsonObject): readonly JsonObject[] =>
  list(body['candidates']).flatMap(({ content }) => (isJsonObject(content) ? [content] : []));

export const CLIENTS: readonly EmulatedClient[] = [
  {
    name: 'Chat, whole messages',
    face: openAiChat,
    ...chatLike,
    keep: (reply, encoder) => [messageOf(whole(encoder, reply))],
  },
  {
    name: 'Chat, only content and calls',
    face: openAiChat,
    ...chatLike,
    keep: (reply, encoder) => {
      const { content = null, tool_calls: calls } = messageOf(whole(encoder, reply));
      return [
        { role: 'assistant', content, ...(calls === undefined ? {} : { tool_calls: calls }) },
      ];
    },
  },
  {
    name: 'native',
    face: native,
    ...chatLike,
    keep: (reply, encoder) => [{ content: '', ...messageOf(whole(encoder, reply)) }],
  },
  {
    name: 'Messages',
    face: anthropicMessages,
    keep: (reply, encoder) => {
      const { role = '', content = [] } = whole(encoder, reply);
      return [{ role, content }];
    },
    results: (kept) => {
      const content = kept
        .flatMap((message) => list(message['content']))
        .filter(({ type }) => type === 'tool_use')
        .map(({ id = '' }) => ({ type: 'tool_result', tool_use_id: id, content: RESULT }));
      return content.length === 0 ? [] : [{ role: 'user', content }];
    },
    request: (history) => ({
      model: 'm',
      max_tokens: 100,
      messages: [{ role: 'user', content: QUESTION }, ...history],
    }),
  },
  {
    name: 'Responses',
    face: openAiResponses,
    keep: (reply, encoder) => list(whole(encoder, reply)['output']),
    results: (kept) =>
      kept
        .filter(({ type }) => type === 'function_call')
        .map(({ call_id: id = '' }) => ({
          type: 'function_call_output',
          call_id: id,
          output: RESULT,
        })),
    request: (history) => ({
      model: 'm',
      input: [{ role: 'user', content: QUESTION }, ...history],
    }),
  },
  {
    name: 'Gemini',
    ...geminiLike,
    keep: (reply, encoder) => contentOf(whole(encoder, reply)),
  },
  {
    name: 'Gemini, each piece of a stream',
    ...geminiLike,
    keep: (reply, encoder) => {
      const stream = encoder.createStreamEncoder(ANSWERING);
      return replay(reply)
        .flatMap((event) => stream.push(event))
        .flatMap(({ data }) => contentOf(JSON.parse(data)))
        .filter(({ parts }) => list(parts).length > 0);
    },
  },
  {
    name: 'Gemini, without thoughts',
    ...geminiLike,
    keep: (reply, encoder) =>
      contentOf(whole(encoder, reply)).map((content) => ({
        ...content,
        parts: list(content['parts']).filter(({ thought }) => thought !== true),
      })),
  },
];
