import { describe, expect, it } from 'vitest';
import { decodeUtf8 } from './decode-utf8.ts';
import { isJsonObject } from './json-value.ts';
import { parseJson } from './parse-json.ts';

const problemOf = (text: string, maxDepth?: number) => {
  const parsed = parseJson(text, maxDepth === undefined ? {} : { maxDepth });
  return parsed.ok ? undefined : parsed.error;
};

describe('parseJson', () => {
  it.each([
    ['', 'Expected a value at line 1, column 1, found the end.'],
    ['{', 'Expected a field name in double quotes at line 1, column 2, found the end.'],
    ['{"a":1,}', 'Expected a field name in double quotes at line 1, column 8, found "}".'],
    ["{'a':1}", 'Expected a field name in double quotes at line 1, column 2, found "\'".'],
    ['{"a" 1}', 'Expected ":" at line 1, column 6, found "1".'],
    ['{\n  "a": [1, 2\n}', 'Expected "," or "]" at line 3, column 1, found "}".'],
    ['[1,]', 'Expected a value at line 1, column 4, found "]".'],
    ['[01]', 'Expected "," or "]" at line 1, column 3, found "1".'],
    ['{"a":NaN}', 'Expected a value at line 1, column 6, found "N".'],
    ['"a\nb"', 'Expected control characters escaped in a string at line 1, column 3, found "\\n".'],
    ['"\\x"', 'Expected a valid escape at line 1, column 2, found "\\\\".'],
    ['"abc', 'Expected the end of the string at line 1, column 5, found the end.'],
    ['{} {}', 'Expected nothing after the value at line 1, column 4, found "{".'],
    ['<html>', 'Expected a value at line 1, column 1, found "<".'],
  ])('says where %j stops being JSON', (text, message) => {
    expect(problemOf(text)).toMatchObject({ kind: 'syntax', message });
  });

  it('refuses nesting beyond the limit, however deep, before it builds anything', () => {
    expect(problemOf('[[[]]]', 3)).toBeUndefined();
    expect(problemOf('[\n[[[]]]]', 3)).toMatchObject({ kind: 'too_deep', line: 2, column: 3 });
    expect(problemOf('['.repeat(5_000_000))).toMatchObject({ kind: 'too_deep', column: 129 });
  });

  it('does not count brackets inside strings', () => {
    expect(problemOf('["[[[[\\"[[[["]', 1)).toBeUndefined();
  });

  it('keeps __proto__ an ordinary field that changes no prototype', () => {
    const parsed = parseJson('{"__proto__":{"admin":true}}');

    expect(parsed.ok && isJsonObject(parsed.value) && 'admin' in parsed.value).toBe(false);
    const copy: object = parsed.ok && isJsonObject(parsed.value) ? { ...parsed.value } : {};
    expect('admin' in copy).toBe(false);
    expect(Object.keys(copy)).toEqual(['__proto__']);
  });
});

describe('decodeUtf8', () => {
  it('refuses bytes that are not UTF-8', () => {
    expect(decodeUtf8(Uint8Array.of(34, 0xff, 34))).toMatchObject({ error: { kind: 'not_utf8' } });
  });

  it('leaves a byte order mark out', () => {
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d))).toEqual({
      ok: true,
      value: '{}',
    });
  });
});
