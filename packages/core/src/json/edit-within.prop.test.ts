import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editTopLevel } from './edit-top-level.ts';
import { editField, editItems } from './edit-within.ts';
import type { JsonValue } from './json-value.ts';

const json: fc.Arbitrary<JsonValue> = fc
  .jsonValue({ maxDepth: 4 })
  .map((value) => JSON.parse(JSON.stringify(value)));
const space = fc.constantFrom('', ' ', '\t\r\n ');

const listText = fc
  .tuple(fc.array(json, { maxLength: 6 }), space)
  .map(
    ([items, gap]) => `${gap}[${items.map((item) => `${gap}${JSON.stringify(item)}${gap}`)}]${gap}`,
  );

describe('editItems', () => {
  it('hands out each value with its position, and leaves what comes back unchanged', () => {
    fc.assert(
      fc.property(listText, (text) => {
        const seen: [number, unknown][] = [];
        const edited = editItems(text, (item, position) => {
          seen.push([position, JSON.parse(item)]);
          return item;
        });
        expect(edited).toBe(text);
        expect(seen).toEqual([...JSON.parse(text).entries()]);
      }),
    );
  });

  it('means the same as mapping over the parsed list', () => {
    fc.assert(
      fc.property(listText, json, (text, value) => {
        const edited = editItems(text, (item, at) => (at % 2 === 0 ? JSON.stringify(value) : item));
        const mapped = JSON.parse(text).map((item: unknown, at: number) =>
          at % 2 === 0 ? value : item,
        );
        expect(JSON.parse(edited)).toEqual(mapped);
      }),
    );
  });

  it.each(['', 'null', '{"a":1}', '[', '[1', '"x"'])('throws nothing at %j', (text) => {
    expect(() => editItems(text, (item) => item)).not.toThrow();
  });
});

describe('editField', () => {
  it('changes one value, however deep, and no character around it', () => {
    const text = '{ "a" : [ {"n":1.0} , {"n":12345678901234567890, "x":"\\u00e9"} ], "n":1e2 }';
    const edited = editField(text, 'a', (list) =>
      editItems(list, (item, at) => (at === 1 ? editTopLevel(item, { x: 2 }) : item)),
    );
    expect(edited).toBe('{ "a" : [ {"n":1.0} , {"n":12345678901234567890, "x":2} ], "n":1e2 }');
  });

  it('edits the last of several, which is the one that parsers read', () => {
    expect(editField('{"a":1,"a":2}', 'a', () => '3')).toBe('{"a":1,"a":3}');
  });

  it('leaves a text without the field alone', () => {
    for (const text of ['{}', '{"b":1}', '[1]', 'null']) {
      expect(editField(text, 'a', () => '3')).toBe(text);
    }
  });
});
