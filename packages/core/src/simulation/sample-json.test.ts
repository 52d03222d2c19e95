import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { JsonObject } from '../json/json-value.ts';
import { sampleJson } from './sample-json.ts';
import { samplePattern } from './sample-pattern.ts';

const SCHEMAS: readonly (readonly [string, JsonObject])[] = [
  [
    'nested objects',
    {
      type: 'object',
      properties: {
        city: { type: 'string' },
        at: { type: 'object', properties: { lat: { type: 'number' } }, required: ['lat'] },
      },
      required: ['city', 'at'],
      additionalProperties: false,
    },
  ],
  [
    'enums and constants',
    {
      type: 'object',
      properties: {
        unit: { enum: ['c', 'f'] },
        v: { const: 3 },
        none: { type: ['null', 'string'] },
      },
      required: ['unit', 'v', 'none'],
    },
  ],
  [
    'bounds',
    {
      type: 'object',
      properties: {
        a: { type: 'integer', minimum: 7, maximum: 9 },
        b: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 0.5 },
        c: { type: 'integer', multipleOf: 5, minimum: 11 },
        d: { type: 'number', maximum: -3 },
        e: { type: 'string', minLength: 20 },
        f: { type: 'string', maxLength: 1 },
        g: { type: 'integer', exclusiveMaximum: 1 },
      },
      required: ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
    },
  ],
  [
    'formats',
    {
      type: 'object',
      properties: Object.fromEntries(
        ['date-time', 'date', 'email', 'ipv4', 'ipv6', 'uri', 'uuid'].map((format) => [
          format,
          { type: 'string', format },
        ]),
      ),
      required: ['date-time', 'date', 'email', 'ipv4', 'ipv6', 'uri', 'uuid'],
    },
  ],
  [
    'arrays',
    {
      type: 'object',
      properties: {
        many: { type: 'array', items: { type: 'string' }, minItems: 3 },
        tuple: {
          type: 'array',
          prefixItems: [{ type: 'string' }, { type: 'integer' }],
          items: false,
        },
        none: { type: 'array', maxItems: 0 },
      },
      required: ['many', 'tuple', 'none'],
    },
  ],
  [
    'references and alternatives',
    {
      type: 'object',
      properties: {
        who: { $ref: '#/$defs/person' },
        or: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
      },
      required: ['who', 'or'],
      $defs: {
        person: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
      },
    },
  ],
  [
    'all of several',
    {
      allOf: [
        { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
        { type: 'object', properties: { b: { type: 'boolean' } }, required: ['b'] },
      ],
    },
  ],
  [
    'a tree',
    {
      type: 'object',
      properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#' } } },
      required: ['name', 'children'],
    },
  ],
];

describe('sampleJson', () => {
  it.each(SCHEMAS)('satisfies %s', (_name, schema) => {
    const sampled = sampleJson(schema);

    expect(z.fromJSONSchema({ ...schema }).safeParse(sampled)).toMatchObject({ success: true });
    expect(sampleJson(schema)).toEqual(sampled);
  });

  it('fills fields that a schema only offers, named after themselves', () => {
    expect(sampleJson({ type: 'object', properties: { city: { type: 'string' } } })).toEqual({
      city: 'city',
    });
  });

  it('gives different items where they must differ', () => {
    const items = { enum: ['x', 'y', 'z'] };
    expect(sampleJson({ type: 'array', uniqueItems: true, minItems: 3, items })).toEqual([
      'x',
      'y',
      'z',
    ]);
    expect(
      new Set([sampleJson({ type: 'array', minItems: 3, items: { type: 'number' } })].flat()).size,
    ).toBe(3);
  });

  it.each<[string, JsonObject]>([
    ['refers to itself', { $ref: '#' }],
    [
      'refers to itself in all ways',
      { allOf: [{ $ref: '#' }, { $ref: '#' }], anyOf: [{ $ref: '#' }] },
    ],
    [
      'can never be satisfied',
      { type: 'object', properties: { a: { $ref: '#' } }, required: ['a'] },
    ],
    [
      'asks for too much',
      {
        type: 'array',
        minItems: 1e9,
        items: {
          type: 'array',
          minItems: 1e9,
          items: { type: 'array', minItems: 1e9, items: { type: 'string', minLength: 1e9 } },
        },
      },
    ],
    ['points out of itself', { $ref: 'https://example.com/schema' }],
  ])('ends, and soon, for a schema that %s', (_name, schema) => {
    expect(JSON.stringify(sampleJson(schema)).length).toBeLessThan(3_000_000);
  });

  it('keeps a field named __proto__ a field', () => {
    const schema: JsonObject = JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"integer"}},"required":["__proto__"]}',
    );
    expect(JSON.stringify(sampleJson(schema))).toBe('{"__proto__":1}');
  });
});

describe('samplePattern', () => {
  it.each([
    '^[A-Z]{3}$',
    '^\\d{4}-\\d{2}$',
    '^(foo|bar)+$',
    '^[^a-z]x?$',
    '^\\w+@\\w+\\.com$',
    '[a-z]{2,5}',
    '^(?:ab){2}[-_ ]\\s$',
    '^\\$\\d+(\\.\\d{2})?$',
    '^[\\]a]$',
    '.+',
    '^$',
  ])('matches %s', (pattern) => {
    expect(samplePattern(pattern, 0)).toMatch(new RegExp(pattern));
  });

  it('reaches the length asked for where the pattern may repeat', () => {
    expect(samplePattern('^[a-z]+$', 12)).toMatch(/^[a-z]{12,}$/);
  });

  it.each(['(?=a)b', '(a)\\1', '[', '(', 'a{999999}', '((((a{999}){999}){999}){999})'])(
    'gives up on %s',
    (pattern) => {
      expect(samplePattern(pattern, 0)).toBeUndefined();
    },
  );
});
