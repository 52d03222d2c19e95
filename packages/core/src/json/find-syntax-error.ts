import { LEFT_BRACE, LEFT_BRACKET, QUOTE, RIGHT_BRACE, skipSpace } from './scan-json.ts';

export interface SyntaxProblem {
  readonly offset: number;
  readonly expected: string;
}

const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

const matchAt = (pattern: RegExp, text: string, offset: number): number => {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0].length ?? 0;
};

/** The offset after the string at `start`, or what is wrong within. */
function readString(text: string, start: number): number | SyntaxProblem {
  let at = start + 1;
  for (;;) {
    if (at >= text.length) return { offset: at, expected: 'the end of the string' };
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code < 32) return { offset: at, expected: 'control characters escaped in a string' };
    if (code !== 92) {
      at += 1;
      continue;
    }
    const length = matchAt(ESCAPE, text, at);
    if (length === 0) return { offset: at, expected: 'a valid escape' };
    at += length;
  }
}

/**
 * Where a text stops being JSON. Only for texts that the native parser refused: its own message
 * has no position for some mistakes and quotes the text for others.
 */
export function findSyntaxError(text: string): SyntaxProblem | undefined {
  const open: ('{' | '[')[] = [];
  let wanted: 'value' | 'value or ]' | 'name' | 'name or }' | 'after' = 'value';
  let at = skipSpace(text, 0);
  for (;;) {
    const code = text.charCodeAt(at);
    const inside = open.at(-1);
    if (wanted === 'after') {
      if (inside === undefined) {
        return at < text.length ? { offset: at, expected: 'nothing after the value' } : undefined;
      }
      const close = inside === '{' ? '}' : ']';
      if (text[at] === close) open.pop();
      else if (text[at] === ',') wanted = inside === '{' ? 'name' : 'value';
      else return { offset: at, expected: `"," or "${close}"` };
      at += 1;
    } else if (wanted === 'name' || wanted === 'name or }') {
      if (wanted === 'name or }' && code === RIGHT_BRACE) {
        open.pop();
        wanted = 'after';
        at += 1;
      } else {
        if (code !== QUOTE) return { offset: at, expected: 'a field name in double quotes' };
        const end = readString(text, at);
        if (typeof end !== 'number') return end;
        at = skipSpace(text, end);
        if (text[at] !== ':') return { offset: at, expected: '":"' };
        at += 1;
        wanted = 'value';
      }
    } else if (wanted === 'value or ]' && text[at] === ']') {
      open.pop();
      wanted = 'after';
      at += 1;
    } else if (code === LEFT_BRACE || code === LEFT_BRACKET) {
      open.push(code === LEFT_BRACE ? '{' : '[');
      wanted = code === LEFT_BRACE ? 'name or }' : 'value or ]';
      at += 1;
    } else {
      const end = code === QUOTE ? readString(text, at) : at + matchAt(SCALAR, text, at);
      if (typeof end !== 'number') return end;
      if (end === at) return { offset: at, expected: 'a value' };
      at = end;
      wanted = 'after';
    }
    at = skipSpace(text, at);
  }
}
