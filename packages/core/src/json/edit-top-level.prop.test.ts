import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editTopLevel, scanTopLevel } from './edit-top-level.ts';
import { findSyntaxError } from './find-syntax-error.ts';
import type { JsonValue } from './json-value.ts';
import { parseJson } from './parse-json.ts';

const json: fc.Arbitrary<JsonValue> = fc
  .jsonValue({ maxDepth: 4 })
  .map((value) => JSON.parse(JSON.stringify(value)));
const key = fc.oneof(
  fc.constantFrom('model', 'stream', 'a"b', 'é\\', '__proto__', ''),
  fc.string(),
);
const fields = fc.array(fc.tuple(key, json), { maxLength: 8 });
const space = fc.constantFrom('', ' ', '\n\t', '\r\n  ');

/** An object's text with duplicates, odd spacing and escaped keys. */
const text = fc.tuple(fields, space, fc.boolean()).map(([entries, gap, isEscaped]) => {
  const body = entries.map(([name, value]) => {
    const quoted = JSON.stringify(name);
    const written = isEscaped ? quoted.replaceAll('m', '\\u006d') : quoted;
    return `${gap}${written}${gap}:${gap}${JSON.stringify(value, null, gap)}${gap}`;
  });
  return `${gap}{${body.join(',')}${gap}}${gap}`;
});

const objectOf = (source: string): object => JSON.parse(source);

describe('editTopLevel', () => {
  it('means the same as spreading the edits over the parsed object', () => {
    fc.assert(
      fc.property(text, fields, (source, entries) => {
        const edits = Object.fromEntries(entries);
        const edited = objectOf(editTopLevel(source, edits));
        expect(edited).toEqual({ ...objectOf(source), ...edits });
        expect(Object.getPrototypeOf(edited)).toBe(Object.prototype);
      }),
    );
  });

  it('takes out what is undefined, with its comma, and leaves the rest in its order', () => {
    fc.assert(
      fc.property(text, fc.uniqueArray(key, { maxLength: 4 }), (source, names) => {
        const unwanted = Object.fromEntries(names.map((name) => [name, undefined]));

        const edited = editTopLevel(source, { ...unwanted, added: 1 });

        const kept = Object.entries(objectOf(source)).filter(([name]) => !names.includes(name));
        expect(objectOf(edited)).toEqual({ ...Object.fromEntries(kept), added: 1 });
        const valuesOf = (of: string): string[] =>
          scanTopLevel(of)
            .filter((field) => !names.includes(field.key) && field.key !== 'added')
            .map((field) => of.slice(field.valueStart, field.valueEnd));
        expect(valuesOf(edited)).toEqual(valuesOf(source));
      }),
    );
  });

  it('changes no character outside the edited values', () => {
    fc.assert(
      fc.property(text, json, (source, value) => {
        const holes = scanTopLevel(source).filter((field) => field.key === 'model');
        fc.pre(holes.length > 0);
        const edited = editTopLevel(source, { model: value });
        const rest = (of: string) =>
          scanTopLevel(of)
            .filter((field) => field.key === 'model')
            .reduceRight(
              (kept, hole) => kept.slice(0, hole.valueStart) + kept.slice(hole.valueEnd),
              of,
            );
        expect(rest(edited)).toBe(rest(source));
      }),
    );
  });

  it('keeps numbers that no double can hold', () => {
    const source = '{ "seed": 12345678901234567890, "x": 1e400, "model":"a" , "y": 1.0 }';

    expect(editTopLevel(source, { model: 'b' })).toBe(
      '{ "seed": 12345678901234567890, "x": 1e400, "model":"b" , "y": 1.0 }',
    );
  });

  it('replaces every duplicate, so that no reader sees the old value', () => {
    expect(editTopLevel('{"model":"a","model":"b"}', { model: 'c' })).toBe(
      '{"model":"c","model":"c"}',
    );
  });

  it.each([
    ['{}', '{"stream":true}'],
    [' {\n} ', ' {"stream":true\n} '],
    ['{"a":[1] }', '{"a":[1],"stream":true }'],
  ])('adds what %j lacks at its end', (source, expected) => {
    expect(editTopLevel(source, { stream: true })).toBe(expected);
  });

  it('never throws, even for text that is no object', () => {
    fc.assert(
      fc.property(fc.string(), (source) => {
        expect(editTopLevel(source, { a: 1 })).toBeTypeOf('string');
      }),
    );
  });
});

describe('findSyntaxError', () => {
  it('agrees with the native parser on what is JSON', () => {
    const nearly = fc.oneof(
      text.chain((source) =>
        fc.nat(source.length).map((at) => source.slice(0, at) + source.slice(at + 1)),
      ),
      text,
      fc.string({ unit: fc.constantFrom(...'{}[],:"\\ 0123456789.eE+-truefalsn'), maxLength: 12 }),
    );
    fc.assert(
      fc.property(nearly, (source) => {
        expect(findSyntaxError(source) === undefined).toBe(parseJson(source).ok);
      }),
      { numRuns: 2000 },
    );
  });
});
