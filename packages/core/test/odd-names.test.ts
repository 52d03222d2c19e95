import { describe, expect, it } from 'vitest';
import { anthropicMessages, openAiChat } from '../src/dialects/index.ts';
import { isJsonObject, type JsonValue, parseJson } from '../src/json/index.ts';
import { TARGET } from './codec-contract.ts';

/** What every object inherits: a table that is asked for such a word must not know it. */
const INHERITED = ['constructor', 'toString', '__proto__', 'hasOwnProperty'];

/** By the parser that real bodies go through, which makes `__proto__` an own field. */
function json(text: string): JsonValue {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

function body(text: string) {
  const value = json(text);
  if (!isJsonObject(value)) throw new Error('no object');
  return value;
}

describe.each(INHERITED)('the word %s', (word) => {
  it('is no word of the Messages API', () => {
    const decoded = anthropicMessages.decodeRequest(
      body(
        `{"model":"m","max_tokens":9000,"messages":[{"role":"user","content":"x"}],"service_tier":"${word}",
          "thinking":{"type":"adaptive","display":"${word}"},"output_config":{"effort":"${word}"}}`,
      ),
    );
    if (!decoded.ok) throw new Error(decoded.error.kind);
    expect(decoded.value.request.reasoning).toEqual({
      enabled: true,
      adaptive: true,
      effort: word,
    });

    const target = { ...TARGET, ability: { reasoningBy: 'budget' as const } };
    const encoded = anthropicMessages.encodeRequest(decoded.value.request, target);
    expect(encoded).toMatchObject({ value: { value: { thinking: { budget_tokens: 1024 } } } });
    expect(JSON.stringify(encoded)).not.toContain('"service_tier"');
  });

  it('is no reason, kind of citation or error that providers could give', () => {
    const reply = anthropicMessages.decodeReply(
      json(
        `{"content":[{"type":"text","text":"a","citations":[{"type":"${word}"}]}],"stop_reason":"${word}"}`,
      ),
      TARGET,
    );
    const error = anthropicMessages.decodeReply(
      json(`{"type":"error","error":{"type":"${word}","message":"x"}}`),
      TARGET,
    );

    expect(reply).toMatchObject({
      value: {
        choices: [{ stopReason: 'other', content: [{ annotations: [{ kind: 'other' }] }] }],
      },
    });
    expect(error).toEqual({ ok: false, error: { kind: 'provider_failed', provider: 'p' } });
  });
});

const ASKED = `{"model":"m","messages":[{"role":"user","content":"x"},
  {"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\\"__proto__\\":{\\"polluted\\":1}}"}}]},
  {"role":"tool","tool_call_id":"a","content":"ok"}],
  "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","__proto__":{"polluted":1},"properties":{"__proto__":{"type":"string"}}}}}],
  "metadata":{"__proto__":"v","a":"b"},"__proto__":{"polluted":1}}`;

it('carries fields named __proto__ in schemas and arguments, and lets them pollute nothing', () => {
  const decoded = openAiChat.decodeRequest(body(ASKED));
  if (!decoded.ok) throw new Error(decoded.error.kind);

  const there = anthropicMessages.encodeRequest(decoded.value.request, TARGET);
  const back = openAiChat.encodeRequest(decoded.value.request, TARGET);

  const schema =
    '{"type":"object","__proto__":{"polluted":1},"properties":{"__proto__":{"type":"string"}}}';
  expect(JSON.stringify(there)).toContain(`"input_schema":${schema}`);
  expect(JSON.stringify(there)).toContain('"input":{"__proto__":{"polluted":1}}');
  expect(JSON.stringify(back)).toContain(`"parameters":${schema}`);
  for (const made of [decoded.value.request, there, back]) {
    expect(Reflect.get(made, 'polluted')).toBeUndefined();
  }
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});
