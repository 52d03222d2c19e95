import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkJsonSchema, MAX_SCHEMA_DEPTH } from './json-schema-check.ts';
import type { JsonValue } from './json-value.ts';

describe('a JSON Schema', () => {
  it.each<[string, JsonValue]>([
    ['true', true],
    ['false', false],
    ['an empty object', {}],
    [
      'a plain object type',
      {
        type: 'object',
        properties: { a: { type: ['string', 'null'] } },
        required: ['a'],
        additionalProperties: false,
      },
    ],
    [
      'one with every kind of inner schema',
      {
        allOf: [{}],
        anyOf: [true],
        oneOf: [{}],
        not: {},
        if: {},
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: {},
        else: false,
        items: {},
        prefixItems: [{}],
        contains: {},
        propertyNames: {},
        patternProperties: { '^a': {} },
        dependentSchemas: { a: {} },
        unevaluatedProperties: false,
      },
    ],
    [
      'one with a reference to its own definitions',
      { $defs: { 'a/b': { type: 'string' } }, $ref: '#/$defs/a~1b' },
    ],
    ['one that refers to itself', { properties: { child: { $ref: '#' } } }],
    [
      'two that refer to each other',
      { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } },
    ],
    ['one that refers elsewhere', { $ref: 'https://x.test/schema' }],
    ['one with keywords that nobody knows', { 'x-order': 1, example: 'a' }],
    [
      'a property named like a keyword of the language',
      JSON.parse('{"properties":{"__proto__":{"type":"string"},"constructor":{}}}'),
    ],
    ['a pattern of another dialect', { pattern: '(?P<year>\\d+)' }],
  ])('is %s', (_, schema) => {
    expect(checkJsonSchema(schema)).toBeUndefined();
  });

  it.each<[string, JsonValue, string]>([
    ['a text', 'string', ''],
    ['null', null, ''],
    ['a list', [], ''],
    ['an unknown type', { type: 'text' }, 'type'],
    ['an empty list of types', { type: [] }, 'type'],
    ['a property that is no schema', { properties: { a: 'string' } }, 'properties.a'],
    ['properties that are a list', { properties: [] }, 'properties'],
    ['a list of items, as in older drafts', { items: [{}] }, 'items'],
    ['a bound that is a flag, as in older drafts', { exclusiveMinimum: true }, 'exclusiveMinimum'],
    ['required as a flag', { properties: { a: { required: true } } }, 'properties.a.required'],
    ['a field required twice', { required: ['a', 'a'] }, 'required'],
    ['no alternatives', { anyOf: [] }, 'anyOf'],
    ['an alternative that is no schema', { anyOf: [{}, 3] }, 'anyOf.1'],
    ['a negative length', { maxLength: -1 }, 'maxLength'],
    ['a multiple of zero', { multipleOf: 0 }, 'multipleOf'],
    ['an enum that is no list', { enum: 'a' }, 'enum'],
    [
      'a reference that points nowhere',
      { properties: { a: { $ref: '#/$defs/b' } } },
      'properties.a.$ref',
    ],
    ['a reference into what only a prototype has', { $ref: '#/constructor' }, '$ref'],
    [
      'a schema deep in a definition',
      { $defs: { a: { items: { type: 1 } } } },
      '$defs.a.items.type',
    ],
  ])('is not %s', (_, schema, path) => {
    expect(checkJsonSchema(schema)?.path.join('.')).toBe(path);
  });

  it('is refused when it is nested without end, without running out of stack', () => {
    let schema: JsonValue = {};
    for (let depth = 0; depth < 50_000; depth += 1) schema = { not: schema };
    expect(checkJsonSchema(schema)?.path).toHaveLength(MAX_SCHEMA_DEPTH + 1);
  });

  it('is checked without throwing, whatever it is', () => {
    const keyword = fc.constantFrom(
      'type',
      'properties',
      'items',
      'anyOf',
      '$ref',
      'required',
      'not',
      '$defs',
    );
    const schemas = fc.letrec<{ schema: JsonValue }>((tie) => ({
      schema: fc.oneof(
        { depthSize: 'small' },
        fc.jsonValue().map((value): JsonValue => JSON.parse(JSON.stringify(value))),
        fc.dictionary(keyword, tie('schema'), { noNullPrototype: true }),
        fc.array(tie('schema'), { maxLength: 3 }),
        fc.constantFrom('string', '#/$defs/a', '#/%', '#//'),
      ),
    })).schema;
    fc.assert(
      fc.property(schemas, (schema) => {
        const problem = checkJsonSchema(schema);
        expect(problem === undefined || problem.detail.length > 0).toBe(true);
      }),
    );
  });
});
