import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { jsonPath, wireProblem } from './wire-problem.ts';

const Part = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({ type: z.literal('image'), url: z.string() }),
]);
const Body = z.strictObject({
  content: z.union([z.string(), z.array(Part)]),
  limit: z.int().min(1).exactOptional(),
});

const problem = (value: unknown) => {
  const parsed = Body.safeParse(value);
  if (parsed.success) throw new Error('was not refused');
  return wireProblem(parsed.error, ['content', 'limit']);
};

describe('the problem of a body', () => {
  it.each<[unknown, string | undefined, string]>([
    [5, undefined, 'expected object, received number'],
    [{}, 'content', 'is required: expected string or array'],
    [{ content: 5 }, 'content', 'expected string or array, received number'],
    [{ content: [{ type: 'txt' }] }, 'content[0].type', 'expected one of "text", "image"'],
    [
      { content: [{ type: 'text', text: 1 }] },
      'content[0].text',
      'expected string, received number',
    ],
    [{ content: [{ type: 'text', text: '', b: 1 }] }, 'content[0].b', 'unknown field'],
    [{ content: '', limt: 1 }, 'limt', 'unknown field; did you mean "limit"?'],
    [{ content: '', limit: 0 }, 'limit', 'Too small: expected number to be >=1'],
  ])('of %j is told by path, from the branch that was meant', (value, path, detail) => {
    expect(problem(value)).toEqual({
      kind: 'invalid_request',
      ...(path === undefined ? {} : { path }),
      detail,
    });
  });
});

describe('a JSON path', () => {
  it.each<[readonly PropertyKey[], string]>([
    [[], ''],
    [['messages', 1, 'content', 0, 'type'], 'messages[1].content[0].type'],
    [['metadata', 'a b'], 'metadata["a b"]'],
    [['ключ'], '["\\u043a\\u043b\\u044e\\u0447"]'],
    [['a\r\nx-evil: 1'], '["a\\r\\nx-evil: 1"]'],
    [['x'.repeat(100)], `["${'x'.repeat(64)}"]`],
  ])('of %j is printable and bounded', (path, text) => {
    expect(jsonPath(path)).toBe(text);
  });
});
