import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../src/chat/index.ts';
import { anthropicMessages, type Dialect, openAiChat } from '../src/dialects/index.ts';
import type { JsonObject } from '../src/json/index.ts';
import { TARGET } from './codec-contract.ts';

const KEPT = 'only_the_dialect_knows';

function encode(dialect: Dialect, request: Partial<ChatRequest>): JsonObject {
  const encoded = dialect.encodeRequest(
    {
      model: 'asked',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
      stream: false,
      maxOutputTokens: 10,
      ...request,
    },
    TARGET,
  );
  if (!encoded.ok) throw new Error(encoded.error.kind);
  return encoded.value.value;
}

/** Whatever a client of the hub writes here goes on only where the hub has no word for it. */
describe.each([
  ['openai-chat', openAiChat],
  ['anthropic-messages', anthropicMessages],
] as const)('fields kept for %s', (id, dialect) => {
  const rest = (fields: JsonObject) => ({ dialect: id, fields: { ...fields, [KEPT]: 1 } });

  it('never go around a word of the request', () => {
    const plain = encode(dialect, {});
    const names = fc.constantFrom(
      ...['model', 'messages', 'stream', 'n', 'max_tokens', 'max_completion_tokens', 'tools'],
      ...['temperature', 'stop', 'stop_sequences', 'system', 'tool_choice', 'stream_options'],
      ...['service_tier', 'top_p', 'functions', 'function_call'],
    );
    fc.assert(
      fc.property(fc.dictionary(names, fc.jsonValue()), (fields) => {
        const wire = encode(dialect, { rest: rest(JSON.parse(JSON.stringify(fields))) });

        // What is a word of the other dialect only is this one's own, and goes on.
        const { [KEPT]: kept, ...others } = wire;
        const foreign = Object.keys(others).filter((name) => !(name in plain));
        expect(kept).toBe(1);
        for (const name of Object.keys(plain)) expect(wire[name]).toEqual(plain[name]);
        const decoded = dialect.decodeRequest(wire);
        if (!decoded.ok) throw new Error(JSON.stringify(decoded.error));
        expect(Object.keys(decoded.value.request.rest?.fields ?? {}).sort()).toEqual(
          [...foreign, KEPT].sort(),
        );
      }),
    );
  });

  it('never go around a word of a message, a part or a tool', () => {
    const wire = encode(dialect, {
      messages: [
        {
          role: 'user',
          content: [{ type: 'text', text: 'hi', rest: rest({ type: 'no', text: 'no' }) }],
          rest: rest({ role: 'no', content: 'no' }),
        },
      ],
      tools: [
        {
          type: 'function',
          name: 'f',
          rest: rest({ name: 'no', description: 'no', strict: 'no' }),
        },
      ],
    });

    expect(wire).toMatchObject({
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi', [KEPT]: 1 }], [KEPT]: 1 }],
    });
    const text = JSON.stringify(wire);
    expect(text).not.toMatch(/"no"/);
    expect(text.match(new RegExp(KEPT, 'g'))).toHaveLength(3);
  });
});

it('keeps an output format and a way of thinking that only their dialects know', () => {
  const grammar = { type: 'grammar', grammar: 'a' };
  const between = { type: 'between_tools' };

  expect(
    encode(openAiChat, { rest: { dialect: 'openai-chat', fields: { response_format: grammar } } }),
  ).toMatchObject({ response_format: grammar });
  expect(
    encode(anthropicMessages, {
      rest: {
        dialect: 'anthropic-messages',
        fields: { thinking: between, output_config: { effort: 'max', task: 1 } },
      },
    }),
  ).toMatchObject({ thinking: between, output_config: { task: 1 } });
});

it('lets no known output format or way of thinking in by the back door', () => {
  const chat = encode(openAiChat, {
    rest: { dialect: 'openai-chat', fields: { response_format: { type: 'json_object' } } },
  });
  const messages = encode(anthropicMessages, {
    rest: {
      dialect: 'anthropic-messages',
      fields: { thinking: { type: 'enabled', budget_tokens: 9e9 }, metadata: { user_id: 'u' } },
    },
  });

  expect(chat).not.toHaveProperty('response_format');
  expect(messages).not.toHaveProperty('thinking');
  expect(messages).not.toHaveProperty('metadata');
});
