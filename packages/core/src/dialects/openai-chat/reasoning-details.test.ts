import { describe, expect, it } from 'vitest';
import { collect } from '../../chat/index.ts';
import type { JsonObject } from '../../json/index.ts';
import type { Target } from '../dialect.ts';
import { openAiChat } from './index.ts';

const target: Target = {
  provider: 'p',
  model: 'm',
  ability: {},
  quirks: {},
  origin: { provider: 'p', account: 'a', model: 'm' },
};

const SIGNED = {
  type: 'reasoning.text',
  text: 'Step one.',
  signature: 'c2ln',
  format: 'anthropic-claude-v1',
  index: 0,
};
const HIDDEN = { type: 'reasoning.encrypted', data: 'aGlk', id: 'rd_1', format: 'f', index: 1 };
const CALL = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };

const whole = (message: JsonObject) =>
  openAiChat.decodeReply(
    { id: 'r', model: 'm', choices: [{ index: 0, message, finish_reason: 'tool_calls' }] },
    target,
  );

function streamed(...deltas: readonly JsonObject[]) {
  const decoder = openAiChat.createStreamDecoder(target);
  const chunk = (choice: JsonObject) => ({
    data: JSON.stringify({ id: 'r', model: 'm', choices: [{ index: 0, ...choice }] }),
  });
  const chunks = deltas.map((delta) => chunk({ delta }));
  const last = chunk({ delta: {}, finish_reason: 'tool_calls' });
  return collect([
    ...[...chunks, last, { data: '[DONE]' }].flatMap((event) => decoder.push(event)),
    ...decoder.end(),
  ]);
}

const contentOf = (reply: ReturnType<typeof collect>) =>
  reply.ok ? (reply.value.choices[0]?.content ?? []) : [];

/** The next turn of the conversation, as this provider or another is sent it. */
function sentBack(reply: ReturnType<typeof collect>, to: Partial<Target> = {}) {
  const messages = [{ role: 'assistant' as const, content: contentOf(reply) }];
  const encoded = openAiChat.encodeRequest(
    { model: 'm', stream: false, messages },
    { ...target, ...to },
  );
  if (!encoded.ok) throw new Error(encoded.error.kind);
  const { value, losses } = encoded.value;
  const [message] = Array.isArray(value['messages']) ? value['messages'] : [];
  return { message, told: losses.map(({ feature }) => feature) };
}

describe('details of thoughts', () => {
  it('keep their proof when later pieces have none, and come in as many pieces as they like', () => {
    const piece = (fields: JsonObject) => ({
      reasoning_details: [{ type: 'reasoning.text', index: 0, ...fields }],
    });
    const words = Array.from({ length: 50_000 }, () => piece({ text: 'w ', signature: null }));

    const content = contentOf(streamed(piece({ text: '', signature: 'c2ln' }), ...words));

    expect(content).toMatchObject([
      {
        type: 'reasoning',
        text: 'w '.repeat(words.length),
        state: [{ kind: 'item-id' }, { kind: 'signature', data: 'c2ln' }],
      },
    ]);
  });

  it('go back to who made them as they came, beside the plain field that repeats them', () => {
    const reply = whole({
      content: null,
      reasoning: 'Step one.',
      reasoning_details: [SIGNED, HIDDEN],
      tool_calls: [CALL],
    });

    expect(contentOf(reply)).toMatchObject([
      { type: 'reasoning', text: 'Step one.' },
      { type: 'reasoning' },
      { type: 'tool-call' },
    ]);
    expect(sentBack(reply)).toMatchObject({
      message: { reasoning_details: [SIGNED, HIDDEN], tool_calls: [CALL] },
      told: [],
    });
  });

  it('are the same in a stream, where a signature follows its text', () => {
    const { signature, text: _text, ...known } = SIGNED;
    const pieces = ['Step ', 'one.'].map((text) => ({
      reasoning: text,
      reasoning_details: [{ ...known, text }],
    }));
    const reply = streamed(
      ...pieces,
      { reasoning_details: [{ ...known, signature }] },
      { reasoning_details: [HIDDEN] },
      { tool_calls: [{ index: 0, ...CALL }] },
    );

    expect(contentOf(reply)).toEqual(
      contentOf(whole({ content: null, reasoning_details: [SIGNED, HIDDEN], tool_calls: [CALL] })),
    );
    expect(sentBack(reply).message).toMatchObject({ reasoning_details: [SIGNED, HIDDEN] });
  });

  it('stand beside the plain text of thoughts, where they only hide some', () => {
    const reply = whole({ content: 'So.', reasoning: 'Hm.', reasoning_details: [HIDDEN] });

    expect(contentOf(reply)).toMatchObject([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'reasoning' },
      { type: 'text' },
    ]);
  });

  it('go to no other provider, and are told', () => {
    const reply = whole({ content: 'So.', reasoning_details: [SIGNED] });

    const { message, told } = sentBack(reply, { origin: { provider: 'q' } });

    expect(message).toEqual({ role: 'assistant', content: 'So.' });
    expect(told).toEqual(['providerState', 'earlierReasoning']);
  });

  it.each([
    [true, [SIGNED]],
    [false, undefined],
  ])('of a client’s own history go to those that take such: %s', (takesReasoningDetails, sent) => {
    const decoded = openAiChat.decodeRequest({
      model: 'm',
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'So.', reasoning_details: [SIGNED] },
      ],
    });
    if (!decoded.ok) throw new Error(decoded.error.kind);
    const encoded = openAiChat.encodeRequest(decoded.value.request, {
      ...target,
      quirks: { takesReasoningDetails },
    });
    if (!encoded.ok) throw new Error(encoded.error.kind);
    const { messages } = encoded.value.value;

    const [, message] = Array.isArray(messages) ? messages : [];
    expect(message).toEqual({
      role: 'assistant',
      content: 'So.',
      ...(sent === undefined ? {} : { reasoning_details: sent }),
    });
  });
});
