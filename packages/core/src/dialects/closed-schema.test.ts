import { describe, expect, it } from 'vitest';
import type { Loss } from '../chat/loss.ts';
import type { JsonObject } from '../json/json-value.ts';
import { closedSchema } from './closed-schema.ts';

function closed(schema: JsonObject, isStrict = false) {
  const losses: Loss[] = [];
  const said = closedSchema(schema, { isStrict, losses });
  return { said, told: losses.map(({ path, action, weight }) => `${path} ${action} ${weight}`) };
}

describe('a schema that Claude’s output is held to', () => {
  it('closes every object, wherever it stands', () => {
    const point = { type: 'object', properties: { x: { type: 'number' } }, required: ['x'] };
    const shut = { ...point, additionalProperties: false };

    expect(
      closed({
        type: 'object',
        properties: { at: { $ref: '#/$defs/point' }, all: { type: 'array', items: point } },
        $defs: { point },
      }),
    ).toEqual({
      said: {
        type: 'object',
        properties: { at: { $ref: '#/$defs/point' }, all: { type: 'array', items: shut } },
        $defs: { point: shut },
        additionalProperties: false,
      },
      told: [],
    });
  });

  it('says limits in words, and tells of it', () => {
    const schema = {
      type: 'object',
      properties: {
        age: { type: 'integer', minimum: 0, description: 'Years' },
        tags: { type: 'array', items: { type: 'string', pattern: '^a' }, minItems: 1, maxItems: 5 },
        mail: { type: 'string', format: 'email' },
        code: { type: 'string', format: 'base36' },
      },
    };

    expect(closed(schema)).toEqual({
      said: {
        type: 'object',
        properties: {
          age: { type: 'integer', description: 'Years (minimum: 0)' },
          tags: {
            type: 'array',
            items: { type: 'string', description: '(pattern: "^a")' },
            minItems: 1,
            description: '(maxItems: 5)',
          },
          mail: { type: 'string', format: 'email' },
          code: { type: 'string', description: '(format: "base36")' },
        },
        additionalProperties: false,
      },
      told: [
        'output.schema.properties.age.minimum emulated hint',
        'output.schema.properties.tags.items.pattern emulated hint',
        'output.schema.properties.tags.maxItems emulated hint',
        'output.schema.properties.code.format emulated hint',
      ],
    });
  });

  it('can’t have properties of any name: a strict one is not given without them', () => {
    const schema = { type: 'object', additionalProperties: { type: 'string' } };

    expect(closed(schema).told).toEqual(['output.schema.additionalProperties dropped hint']);
    expect(closed(schema, true).told).toEqual([
      'output.schema.additionalProperties dropped meaning',
    ]);
  });

  it('says null by its type, and one of several by any of them', () => {
    expect(
      closed({ type: 'string', nullable: true, oneOf: [{ const: 'a' }, { const: 'b' }] }).said,
    ).toEqual({ type: ['string', 'null'], anyOf: [{ const: 'a' }, { const: 'b' }] });
  });

  it.each<[string, JsonObject]>([
    ['within itself', { type: 'object', properties: { child: { $ref: '#' } } }],
    [
      'by its definitions',
      {
        $ref: '#/$defs/a',
        $defs: {
          a: { type: 'object', properties: { b: { $ref: '#/$defs/b' } } },
          b: { type: 'array', items: { $ref: '#/$defs/a' } },
        },
      },
    ],
    ['to nowhere', { $ref: 'https://example.com/schema' }],
  ])('is not taken where it refers %s', (_where, schema) => {
    expect(closed(schema).said).toBeUndefined();
  });

  it('may name one definition in several places', () => {
    const ref = { $ref: '#/$defs/a' };
    const schema = { anyOf: [ref, ref], $defs: { a: { type: 'string' } } };

    expect(closed(schema)).toEqual({ said: schema, told: [] });
  });
});
