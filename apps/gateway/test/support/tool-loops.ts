import Anthropic from '@anthropic-ai/sdk';
import { type Content, GoogleGenAI } from '@google/genai';
import type { Harness } from '@tollgate/testkit';
import OpenAI from 'openai';

/** A client of a face in a loop of tools: it asks, keeps what came, and answers each call. */
export interface ToolLoop {
  turn(model: string): Promise<void>;
}

export interface LoopOptions {
  readonly stream: boolean;
  readonly apiKey?: string;
}

export interface LoopFace {
  readonly name: string;
  start(harness: Harness, options: LoopOptions): ToolLoop;
}

const QUESTION = 'What is the weather?';
const RESULT = 'Fine.';
const PARAMETERS = { type: 'object', properties: { city: { type: 'string' } } };
const DESCRIPTION = 'The weather in a city.';

const openAi = ({ url, keys }: Harness, apiKey: string | undefined, path = 'v1'): OpenAI =>
  new OpenAI({ baseURL: `${url}/${path}`, apiKey: apiKey ?? keys.member, maxRetries: 0 });

type ChatParam = OpenAI.ChatCompletionMessageParam;

const chatLoop =
  (keep: (message: OpenAI.ChatCompletionMessage) => ChatParam, path?: string): LoopFace['start'] =>
  (harness, { stream, apiKey }) => {
    const client = openAi(harness, apiKey, path);
    const messages: ChatParam[] = [{ role: 'user', content: QUESTION }];
    const weather = { name: 'weather', description: DESCRIPTION, parameters: PARAMETERS };
    return {
      turn: async (model) => {
        const request = {
          model,
          messages,
          tools: [{ type: 'function' as const, function: weather }],
        };
        const reply = stream
          ? await client.chat.completions.stream(request).finalChatCompletion()
          : await client.chat.completions.create(request);
        const message = reply.choices[0]?.message;
        if (message === undefined) throw new Error('no message');
        messages.push(keep(message));
        for (const { id } of message.tool_calls ?? []) {
          messages.push({ role: 'tool', tool_call_id: id, content: RESULT });
        }
      },
    };
  };

const startResponses: LoopFace['start'] = (harness, { stream, apiKey }) => {
  const client = openAi(harness, apiKey);
  const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: QUESTION }];
  const tool = {
    type: 'function' as const,
    name: 'weather',
    parameters: PARAMETERS,
    strict: false,
  };
  return {
    turn: async (model) => {
      const request = { model, input, tools: [tool], store: false };
      const reply = stream
        ? await client.responses.stream(request).finalResponse()
        : await client.responses.create(request);
      input.push(...(reply.output as OpenAI.Responses.ResponseInputItem[]));
      for (const item of reply.output) {
        if (item.type !== 'function_call') continue;
        input.push({ type: 'function_call_output', call_id: item.call_id, output: RESULT });
      }
    },
  };
};

const startMessages: LoopFace['start'] = ({ url, keys }, { stream, apiKey }) => {
  const client = new Anthropic({ baseURL: url, apiKey: apiKey ?? keys.member, maxRetries: 0 });
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: QUESTION }];
  const schema = { ...PARAMETERS, type: 'object' as const };
  return {
    turn: async (model) => {
      const request = {
        model,
        max_tokens: 2_000,
        messages,
        tools: [{ name: 'weather', description: DESCRIPTION, input_schema: schema }],
      };
      const reply = stream
        ? await client.messages.stream(request).finalMessage()
        : await client.messages.create(request);
      messages.push({ role: 'assistant', content: reply.content });
      const results = reply.content.flatMap((block) =>
        block.type === 'tool_use'
          ? [{ type: 'tool_result' as const, tool_use_id: block.id, content: RESULT }]
          : [],
      );
      if (results.length > 0) messages.push({ role: 'user', content: results });
    },
  };
};

const startGemini: LoopFace['start'] = ({ url, keys }, { stream, apiKey }) => {
  const client = new GoogleGenAI({
    apiKey: apiKey ?? keys.member,
    httpOptions: { baseUrl: url },
  });
  const contents: Content[] = [{ role: 'user', parts: [{ text: QUESTION }] }];
  const weather = { name: 'weather', description: DESCRIPTION, parametersJsonSchema: PARAMETERS };
  return {
    turn: async (model) => {
      const request = { model, contents, config: { tools: [{ functionDeclarations: [weather] }] } };
      const said: Content[] = [];
      const hear = (content: Content | undefined): void => {
        if ((content?.parts ?? []).length > 0 && content !== undefined) said.push(content);
      };
      if (stream) {
        // Each piece is kept as a content of its own, as the client's own chat does.
        for await (const piece of await client.models.generateContentStream(request)) {
          hear(piece.candidates?.[0]?.content);
        }
      } else hear((await client.models.generateContent(request)).candidates?.[0]?.content);
      contents.push(...said);
      const parts = said
        .flatMap((content) => content.parts ?? [])
        .flatMap(({ functionCall }) =>
          functionCall === undefined
            ? []
            : [
                {
                  functionResponse: {
                    ...(functionCall.id === undefined ? {} : { id: functionCall.id }),
                    name: functionCall.name ?? '',
                    response: { output: RESULT },
                  },
                },
              ],
        );
      if (parts.length > 0) contents.push({ role: 'user', parts });
    },
  };
};

/** Most Chat clients know no reasoning: they give back what the type of a message has. */
const asTyped = ({ content, tool_calls: calls }: OpenAI.ChatCompletionMessage): ChatParam => ({
  role: 'assistant',
  content: content ?? '',
  ...(calls === undefined ? {} : { tool_calls: calls }),
});

export const LOOP_FACES: readonly LoopFace[] = [
  { name: 'Chat', start: chatLoop(asTyped) },
  { name: 'Chat, giving back whole messages', start: chatLoop((message) => message) },
  { name: 'Responses', start: startResponses },
  { name: 'Messages', start: startMessages },
  { name: 'Gemini', start: startGemini },
  { name: 'native', start: chatLoop(asTyped, 'native/v1') },
];
