import {
  chatResponse,
  chatStream,
  eventStream,
  json,
  namedEvents,
  responsesResponse,
  streamingChunks,
  streamingToolCallChunks,
  toolCallsResponse,
} from '@tollgate/testkit';
import { fieldsOf } from '../support/chat-face.ts';
import type { Provider, ScriptedTurn } from './conversation.ts';
import { responseEvents } from './response-events.ts';
import { byWish, listIn } from './wire.ts';

/** Chat Completions, as a model that doesn't reason aloud answers. */
export const chatProvider: Provider = {
  name: 'a Chat provider',
  model: 'plain/gpt-4.1',
  script: ({ harness }, turns) => {
    for (const [at, turn] of turns.entries()) {
      harness.openai.mockChatCompletion(chatReply(turn, at));
    }
  },
  sent: ({ harness }) =>
    harness.openai.receivedRequests('POST /v1/chat/completions').map(({ body }) => fieldsOf(body)),
  exchanges: (body) => {
    const messages = listIn(body, 'messages');
    return messages
      .flatMap((message) => listIn(message, 'tool_calls'))
      .map((call) => {
        const result = messages.find(({ tool_call_id: id }) => id === call['id']);
        if (result === undefined) throw new Error(`no result of ${String(call['id'])}`);
        const told = fieldsOf(call['function']);
        const input: unknown = JSON.parse(String(told['arguments']));
        return { name: String(told['name']), input, result: textOf(result['content']) };
      });
  },
  states: () => [],
  toldState: () => [],
};

/** Each reply has an id of its own: agents take two of one id for one. */
function chatReply({ text = '', calls, usage }: ScriptedTurn, at: number) {
  const id = `chatcmpl-${at}`;
  const scripts = calls.map((call) => ({
    id: call.id,
    name: call.name,
    arguments: JSON.stringify(call.input),
  }));
  const isLast = calls.length === 0;
  const whole = isLast ? chatResponse(text, usage) : toolCallsResponse(scripts, usage);
  const chunks = isLast ? streamingChunks(text, usage) : streamingToolCallChunks(scripts, usage);
  return byWish(json({ ...whole, id }), chatStream(chunks.map((chunk) => ({ ...chunk, id }))));
}

/** Responses, with reasoning that comes encrypted. */
export const responsesProvider: Provider = {
  name: 'a Responses provider',
  model: 'oracle/gpt-5.5',
  script: ({ harness }, turns) => {
    for (const [at, turn] of turns.entries()) {
      const response = responseOf(turn, at);
      const events = namedEvents(responseEvents(response));
      harness.openai.mockResponse(byWish(json(response), eventStream(events)));
    }
  },
  sent: ({ harness }) =>
    harness.openai.receivedRequests('POST /v1/responses').map(({ body }) => fieldsOf(body)),
  exchanges: (body) => {
    const items = listIn(body, 'input');
    const results = items.filter(({ type }) => type === 'function_call_output');
    const calls = items.filter(({ type }) => type === 'function_call');
    const stray = results.find(({ call_id: id }) => !calls.some((call) => call['call_id'] === id));
    if (stray !== undefined) throw new Error(`a result of no call: ${String(stray['call_id'])}`);
    return calls.map((call) => {
      const result = results.find(({ call_id: id }) => id === call['call_id']);
      if (result === undefined) throw new Error(`no result of ${String(call['call_id'])}`);
      const input: unknown = JSON.parse(String(call['arguments']));
      return { name: String(call['name']), input, result: textOf(result['output']) };
    });
  },
  states: (body) =>
    listIn(body, 'input')
      .filter(({ type }) => type === 'reasoning')
      .map(({ encrypted_content: encrypted }) => encrypted),
  toldState: (turn) => [encryptedOf(turn)],
};

const encryptedOf = (at: number): string => `gAAAAAB${at}+/encrypted==`;

function responseOf({ thought, text, calls, usage }: ScriptedTurn, at: number) {
  const message = {
    type: 'message',
    id: `msg_${at}`,
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: text ?? '', annotations: [] }],
  };
  const reasoning = {
    type: 'reasoning',
    id: `rs_${at}`,
    summary: [{ type: 'summary_text', text: thought ?? '' }],
    encrypted_content: encryptedOf(at),
  };
  return {
    ...responsesResponse('', usage),
    id: `resp_${at}`,
    output: [
      ...(thought === undefined ? [] : [reasoning]),
      ...(text === undefined ? [] : [message]),
      ...calls.map(({ id, name, input }) => ({
        type: 'function_call',
        id: `fc_${id}`,
        call_id: id,
        name,
        arguments: JSON.stringify(input),
        status: 'completed',
      })),
    ],
  };
}

const textOf = (content: unknown): string =>
  Array.isArray(content) ? content.map((part) => fieldsOf(part)['text']).join('') : String(content);
