import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { isPlainChunk as isPlainMessageChunk } from './anthropic-messages/plain-chunk.ts';
import { WireChunk as WireMessageChunk } from './anthropic-messages/wire.ts';
import { isPlainChunk } from './openai-chat/plain-chunk.ts';
import { WireChunk } from './openai-chat/reply-wire.ts';
import { isPlainEvent } from './openai-responses/plain-event.ts';
import { WireEvent } from './openai-responses/reply-wire.ts';

const odd = fc.oneof(
  fc.constantFrom(null, '', 'a', 0, 3, -1, 1.5, true, [], {}, [null], { type: 'text', text: 1 }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** An object of the schema's own field names, at random well filled and at random not. */
const objectOf = (
  names: readonly string[],
  inner: Readonly<Record<string, fc.Arbitrary<unknown>>>,
) =>
  fc
    .dictionary(fc.constantFrom(...names, 'later', '__proto__'), odd, { maxKeys: 4 })
    .chain((fields) =>
      fc.record(inner, { requiredKeys: [] }).map((held) => ({ ...fields, ...held })),
    );

const fieldsOf = (schema: { readonly shape: object }): readonly string[] =>
  Object.keys(schema.shape);

const delta = objectOf(
  ['type', 'text', 'thinking', 'content', 'reasoning', 'tool_calls', 'refusal', 'images', 'audio'],
  {},
);
const choice = objectOf(['index', 'message', 'finish_reason', 'logprobs'], {
  delta: fc.oneof(delta, odd),
});

describe('what passes for plain', () => {
  it.each<[string, z.ZodType, (value: unknown) => boolean, fc.Arbitrary<unknown>]>([
    [
      'a chunk of Chat',
      WireChunk,
      isPlainChunk,
      objectOf(fieldsOf(WireChunk), { choices: fc.array(choice, { maxLength: 2 }) }),
    ],
    [
      'an event of Responses',
      WireEvent,
      isPlainEvent,
      objectOf(fieldsOf(WireEvent), { type: fc.constant('response.output_text.delta') }),
    ],
    [
      'an event of Messages',
      WireMessageChunk,
      isPlainMessageChunk,
      objectOf(fieldsOf(WireMessageChunk), {
        type: fc.constant('content_block_delta'),
        delta: fc.oneof(delta, odd),
      }),
    ],
  ])('is what its schema gives back as it is: %s', (_name, schema, isPlain, values) => {
    let plain = 0;
    fc.assert(
      fc.property(values, (value) => {
        const body: unknown = JSON.parse(JSON.stringify(value));
        if (!isPlain(body)) return;
        plain += 1;
        expect(schema.parse(body)).toEqual(body);
      }),
      { numRuns: 400 },
    );
    expect(plain).toBeGreaterThan(20);
  });
});
