import type { RequestDialect } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../src/json/index.ts';
import { TARGET } from './codec-contract.ts';
import { asRequest, CLIENTS, PROVIDERS } from './requests/clients.ts';

const TOOLS = 2_000;
const BASE64 = 'QUJD'.repeat((10 * 1024 * 1024) / 4);
const SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    city: { $ref: '#/$defs/city' },
    tags: { type: 'array', items: { type: 'string' } },
  },
  $defs: { city: { type: 'string', description: 'A city', minLength: 1 } },
};
const URL = `data:image/png;base64,${BASE64}`;
const named = <T>(of: (name: string) => T): readonly T[] =>
  Array.from({ length: TOOLS }, (_, index) => of(`tool_${index}`));

/** Too big to lie about in files: many tools, and much of an image. */
const LARGE: Partial<Record<RequestDialect, JsonObject>> = {
  'openai-chat': {
    model: 'm',
    messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: URL } }] }],
    tools: named((name) => ({ type: 'function', function: { name, parameters: SCHEMA } })),
  },
  'openai-responses': {
    model: 'm',
    input: [{ role: 'user', content: [{ type: 'input_image', image_url: URL }] }],
    tools: named((name) => ({ type: 'function', name, parameters: SCHEMA })),
  },
  'anthropic-messages': {
    model: 'm',
    max_tokens: 10,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: BASE64 } },
        ],
      },
    ],
    tools: named((name) => ({ name, input_schema: SCHEMA })),
  },
  gemini: {
    model: 'm',
    contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: BASE64 } }] }],
    tools: [{ functionDeclarations: named((name) => ({ name, parametersJsonSchema: SCHEMA })) }],
  },
};

describe.each(Object.entries(LARGE))('2,000 tools and 10 MB of an image from %s', (id, body) => {
  it.each(PROVIDERS)('are all said to $id', (provider) => {
    const decoded = CLIENTS[id as RequestDialect](body);
    const encoded = provider.encodeRequest(asRequest(decoded?.request ?? null), TARGET);
    if (!encoded.ok) throw new Error(encoded.error.kind);

    const text = JSON.stringify(encoded.value.value);
    expect(text.includes(BASE64)).toBe(true);
    expect(text.match(/"tool_\d+"/g)).toHaveLength(TOOLS);
  });
});

/** A schema that holds itself so many levels deep. */
function nested(levels: number): JsonObject {
  let schema: JsonValue = { type: 'string' };
  for (let level = 0; level < levels; level += 1) {
    schema = { type: 'object', properties: { inner: schema } };
  }
  return schema as JsonObject;
}

it.each(PROVIDERS)('a schema 200 levels deep is no trouble for $id', (provider) => {
  const encoded = provider.encodeRequest(
    {
      model: 'm',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
      stream: false,
      tools: [{ type: 'function', name: 'deep', parameters: nested(200) }],
      output: { type: 'json-schema', schema: nested(200) },
    },
    TARGET,
  );

  expect(encoded.ok).toBe(true);
});
