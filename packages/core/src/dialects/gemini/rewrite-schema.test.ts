import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../json/json-value.ts';
import { rewriteSchema } from './rewrite-schema.ts';

const told = (schema: JsonObject): string[] =>
  rewriteSchema(schema).changes.map(({ path, action }) => `${path} ${action}`);

const rewritten = (schema: JsonObject): JsonObject => rewriteSchema(schema).schema;

describe('what is understood', () => {
  it('stays as it came, without a word', () => {
    const schema = {
      type: 'object',
      properties: {
        city: { type: 'string', description: 'Where', format: 'date' },
        sizes: { type: 'array', items: { type: ['number', 'null'] }, minItems: 1 },
        kind: { anyOf: [{ type: 'string', enum: ['a'] }, { type: 'null' }] },
      },
      required: ['city'],
      additionalProperties: false,
    };
    expect(rewriteSchema(schema)).toEqual({ schema, changes: [] });
  });

  it('loses only what changes nothing of what is allowed', () => {
    const schema = { $schema: 'x', $comment: 'c', type: 'string', examples: ['a'], default: 'b' };
    expect(rewriteSchema(schema)).toEqual({
      schema: { type: 'string', description: '(default: "b")' },
      changes: [],
    });
  });

  it('keeps a property that is named as a keyword, or as what objects inherit', () => {
    const schema = JSON.parse(
      '{"type":"object","properties":{"pattern":{"type":"string"},"not":{},"__proto__":{"type":"null"}}}',
    );
    expect(rewriteSchema(schema)).toEqual({ schema, changes: [] });
  });
});

describe('what has other words', () => {
  it.each<[JsonObject, JsonObject]>([
    [{ const: 'a' }, { type: 'string', enum: ['a'] }],
    [{ const: null }, { type: 'null' }],
    [{ type: 'string', nullable: true }, { type: ['string', 'null'] }],
    [
      { type: 'integer', exclusiveMinimum: 0 },
      { type: 'integer', minimum: 1 },
    ],
    [
      { type: 'array', items: [{ type: 'string' }] },
      { type: 'array', prefixItems: [{ type: 'string' }] },
    ],
    [
      { $defs: { a: { type: 'string' } }, properties: { x: { $ref: '#/$defs/a', title: 't' } } },
      { properties: { x: { type: 'string', title: 't' } } },
    ],
    [
      {
        definitions: { a: { properties: { x: { type: 'string' } }, required: ['x'] } },
        allOf: [{ $ref: '#/definitions/a' }, { properties: { y: {} }, required: ['y'] }],
      },
      { properties: { x: { type: 'string' }, y: {} }, required: ['x', 'y'] },
    ],
  ])('%j is said exactly', (schema, expected) => {
    expect(rewriteSchema(schema)).toEqual({ schema: expected, changes: [] });
  });

  it('is told to the model where nothing enforces it', () => {
    const schema = {
      type: 'object',
      properties: {
        zip: { type: 'string', description: 'Code.', pattern: '^\\d+$', minLength: 5 },
      },
    };
    expect(rewritten(schema)).toEqual({
      type: 'object',
      properties: {
        zip: { type: 'string', description: 'Code. (pattern: "^\\\\d+$", minLength: 5)' },
      },
    });
    expect(told(schema)).toEqual([
      'properties.zip.pattern emulated',
      'properties.zip.minLength emulated',
    ]);
  });
});

describe('what can not be said', () => {
  it('is left out, and named where it stood', () => {
    const schema = {
      properties: { a: { not: { type: 'null' } }, b: { $ref: 'https://example.com/s.json' } },
      patternProperties: { '^x': {} },
      if: {},
    };
    expect(rewritten(schema)).toEqual({ properties: { a: {}, b: {} } });
    expect(told(schema)).toEqual([
      'properties.a.not dropped',
      'properties.b.$ref dropped',
      'patternProperties dropped',
      'if dropped',
    ]);
  });

  it('says which parts of an allOf contradict', () => {
    const schema = { allOf: [{ type: 'string' }, { type: 'number' }] };
    expect(rewritten(schema)).toEqual({ type: 'string' });
    expect(told(schema)).toEqual(['allOf.type dropped']);
  });
});

describe('a schema within itself', () => {
  const tree: JsonObject = {
    $defs: {
      node: {
        type: 'object',
        properties: { name: { type: 'string' }, next: { $ref: '#/$defs/node' } },
      },
    },
    $ref: '#/$defs/node',
  };

  it('is unrolled twice, then left open', () => {
    const name = { type: 'string' };
    const end = { type: 'object' };
    const inner = { type: 'object', properties: { name, next: end } };
    expect(rewritten(tree)).toEqual({ type: 'object', properties: { name, next: inner } });
    expect(told(tree)).toEqual(['properties.next.properties.next clamped']);
  });

  it.each<[string, JsonObject]>([
    ['refers to itself alone', { $ref: '#' }],
    ['holds itself in allOf', { allOf: [{ $ref: '#' }] }],
    [
      'doubles at each level',
      Object.fromEntries([
        ['$ref', '#/d0'],
        ...Array.from({ length: 40 }, (_, index) => [
          `d${index}`,
          { properties: { a: { $ref: `#/d${index + 1}` }, b: { $ref: `#/d${index + 1}` } } },
        ]),
        ['d40', { type: 'string' }],
      ]),
    ],
  ])('ends when it %s', (_what, schema) => {
    const { schema: bounded, changes } = rewriteSchema(schema);
    expect(JSON.stringify(bounded).length).toBeLessThan(200_000);
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.length).toBeLessThan(5_000);
  });
});
