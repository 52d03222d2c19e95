import { describe, expect, it } from 'vitest';
import { parseJson } from './parse-json.ts';

const written = (text: string, isOfTool?: true): string => {
  const parsed = parseJson(text, isOfTool === undefined ? {} : { isOfTool });
  return parsed.ok ? JSON.stringify(parsed.value) : parsed.error.message;
};

describe('numbers of tools', () => {
  it.each([
    '{"id":12345678901234567890}',
    '{"list":[-9007199254740993,{"deep":9007199254740993}]}',
    '{"far":1e400,"near":-1E-400}',
    '{"fine":0.1234567890123456789}',
    '{"__proto__":{"id":9007199254740993}}',
    '9007199254740993',
  ])('keep every digit that a double can not hold: %s', (text) => {
    expect(written(text, true)).toBe(text);
  });

  it('keep them too where a body says what a tool was called with or answered', () => {
    const held = '{"id":9007199254740993}';
    const body = `{"a":[{"input":${held}},{"args":${held}},{"functionResponse":{"response":${held}}}]}`;

    expect(written(body)).toBe(body);
  });

  it('are plain numbers elsewhere, where schemas expect them', () => {
    const parsed = parseJson('{"seed":9223372036854775807,"input":9223372036854775807}');

    expect(parsed).toEqual({ ok: true, value: { seed: 2 ** 63, input: 2 ** 63 } });
  });

  it('are plain numbers where a double holds them', () => {
    const text = '{"input":{"a":1.0,"b":1e2,"c":0.30000000000000004,"d":1234567890123456}}';

    expect(parseJson(text)).toEqual({
      ok: true,
      value: { input: { a: 1, b: 100, c: 0.30000000000000004, d: 1234567890123456 } },
    });
  });
});
