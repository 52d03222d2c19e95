import { describe, expect, it } from 'vitest';
import { collect } from '../src/chat/index.ts';
import {
  anthropicMessages,
  type Dialect,
  openAiChat,
  openAiResponses,
} from '../src/dialects/index.ts';
import type { JsonObject } from '../src/json/index.ts';
import { ANSWERING, TARGET } from './codec-contract.ts';

const INPUT = 'print("é")\n';
const CHAT_CALL = { id: 'c1', type: 'custom', custom: { name: 'run', input: INPUT } };
const ITEM = { type: 'custom_tool_call', call_id: 'c1', name: 'run', input: INPUT };

const CHAT_REPLY: JsonObject = {
  id: 'r',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: null, tool_calls: [CHAT_CALL] },
      finish_reason: 'tool_calls',
    },
  ],
};
const RESPONSE: JsonObject = { id: 'r', status: 'completed', output: [{ id: 'ctc', ...ITEM }] };

const CHAT_STREAM: readonly JsonObject[] = [
  { index: 0, id: 'c1', type: 'custom', custom: { name: 'run', input: '' } },
  { index: 0, custom: { input: INPUT.slice(0, 4) } },
  { index: 0, custom: { input: INPUT.slice(4) } },
]
  .map((call): JsonObject => ({ index: 0, delta: { tool_calls: [call] } }))
  .concat([{ index: 0, delta: {}, finish_reason: 'tool_calls' }])
  .map((choice) => ({ id: 'r', object: 'chat.completion.chunk', choices: [choice] }));
const RESPONSES_STREAM: readonly JsonObject[] = [
  {
    type: 'response.output_item.added',
    output_index: 0,
    item: { id: 'ctc', ...ITEM, input: '' },
  },
  { type: 'response.custom_tool_call_input.delta', output_index: 0, delta: INPUT },
  { type: 'response.output_item.done', output_index: 0, item: { id: 'ctc', ...ITEM } },
  { type: 'response.completed', response: RESPONSE },
];

function events(provider: Dialect, pieces: readonly JsonObject[]) {
  const decoder = provider.createStreamDecoder(TARGET);
  const told = pieces.flatMap((piece) => decoder.push({ data: JSON.stringify(piece) }));
  const end = provider === openAiChat ? decoder.push({ data: '[DONE]' }) : [];
  return [...told, ...end, ...decoder.end()];
}

function streamed(provider: Dialect, pieces: readonly JsonObject[], face: Dialect) {
  const encoder = face.createStreamEncoder(ANSWERING);
  const said = events(provider, pieces).flatMap((event) => encoder.push(event));
  return { said: [...said, ...encoder.end()], losses: encoder.losses() };
}

function whole(provider: Dialect, body: JsonObject, face: Dialect) {
  const reply = provider.decodeReply(body, TARGET);
  if (!reply.ok) throw new Error(JSON.stringify(reply.error));
  return face.encodeReply(reply.value, ANSWERING);
}

describe('a call of a custom tool', () => {
  it('comes from Responses to a client of Chat as its own kind of call', () => {
    const { value, losses } = whole(openAiResponses, RESPONSE, openAiChat);

    expect(losses).toEqual([]);
    expect(value['choices']).toMatchObject([
      { message: { tool_calls: [CHAT_CALL] }, finish_reason: 'tool_calls' },
    ]);
  });

  it('comes from Chat to a client of Responses as an item of its own kind', () => {
    const { value, losses } = whole(openAiChat, CHAT_REPLY, openAiResponses);

    expect(losses).toEqual([]);
    expect(value['output']).toEqual([{ ...ITEM, id: expect.any(String) }]);
  });

  it('is the same in streams, whose clients put it together again', () => {
    const toChat = streamed(openAiResponses, RESPONSES_STREAM, openAiChat);
    const toResponses = streamed(openAiChat, CHAT_STREAM, openAiResponses);

    expect(toChat.losses).toEqual([]);
    expect(toResponses.losses).toEqual([]);
    const read = (client: Dialect, { said }: ReturnType<typeof streamed>) => {
      const decoder = client.createStreamDecoder(TARGET);
      const reply = collect([...said.flatMap((event) => decoder.push(event)), ...decoder.end()]);
      if (!reply.ok) throw new Error(JSON.stringify(reply.error));
      return reply.value.choices[0]?.content;
    };
    const call = { id: 'c1', name: 'run', argumentsJson: JSON.stringify({ input: INPUT }) };
    expect(read(openAiChat, toChat)).toEqual([{ type: 'tool-call', ...call, isCustom: true }]);
    expect(read(openAiResponses, toResponses)).toMatchObject([{ ...call, isCustom: true }]);
  });

  it('says its input in the events that clients of Responses wait for', () => {
    const { said } = streamed(openAiChat, CHAT_STREAM, openAiResponses);

    const told = said.map(({ data }) => JSON.parse(data));
    const own = told.filter(({ type }) => /custom_tool_call|output_item/.test(type));
    expect(own).toMatchObject([
      { type: 'response.output_item.added', item: { ...ITEM, input: '' } },
      { type: 'response.custom_tool_call_input.delta', delta: INPUT },
      { type: 'response.custom_tool_call_input.done', input: INPUT },
      { type: 'response.output_item.done', item: ITEM },
    ]);
  });

  it('is called with an object by the words of other dialects', () => {
    const { value } = whole(openAiChat, CHAT_REPLY, anthropicMessages);

    expect(value['content']).toMatchObject([
      { type: 'tool_use', id: 'c1', name: 'run', input: { input: INPUT } },
    ]);
  });
});

describe('a custom tool', () => {
  const tool = { type: 'custom', name: 'run', defer_loading: true, allowed_callers: null };

  it('is told where the other dialect knows less of it', () => {
    const decoded = openAiResponses.decodeRequest({ model: 'm', input: 'a', tools: [tool] });
    if (!decoded.ok) throw new Error(decoded.error.kind);
    const encoded = openAiChat.encodeRequest(decoded.value.request, TARGET);
    if (!encoded.ok) throw new Error(encoded.error.kind);

    expect(encoded.value.value['tools']).toEqual([{ type: 'custom', custom: { name: 'run' } }]);
    expect(encoded.value.losses).toMatchObject([
      { feature: 'unknownFields', path: 'tools[0].raw.defer_loading', weight: 'hint' },
    ]);
  });

  it('that its provider runs itself stays as it came in its history', () => {
    const input = [{ role: 'user', content: 'a' }, ITEM, { role: 'user', content: 'b' }];
    const decoded = openAiResponses.decodeRequest({ model: 'm', input });
    if (!decoded.ok) throw new Error(decoded.error.kind);

    expect(decoded.value.request.messages[1]?.content).toMatchObject([
      { type: 'opaque', raw: ITEM },
    ]);
  });
});
