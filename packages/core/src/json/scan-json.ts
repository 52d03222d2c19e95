export const LEFT_BRACE = 123;
export const LEFT_BRACKET = 91;
export const RIGHT_BRACE = 125;
export const RIGHT_BRACKET = 93;
export const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;

const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9;

/** The offset of the first character at or after `from` that is not JSON's white space. */
export function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

/**
 * The offset after the string that begins with the quote at `start`; the text's length where it
 * never ends. Searches natively, so that megabytes of base64 cost next to nothing.
 */
export function skipString(text: string, start: number): number {
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return text.length;
    let at = quote - 1;
    while (at >= from && text.charCodeAt(at) === BACKSLASH) at -= 1;
    if ((quote - at) % 2 === 1) return quote + 1;
    from = quote + 1;
  }
}

/** The offset after the value that begins at `start`, in a text that is known to be JSON. */
export function skipValue(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === QUOTE) return skipString(text, start);
  if (first !== LEFT_BRACE && first !== LEFT_BRACKET) return skipScalar(text, start);
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = skipString(text, at);
      continue;
    }
    at += 1;
    if (code === LEFT_BRACE || code === LEFT_BRACKET) depth += 1;
    else if ((code === RIGHT_BRACE || code === RIGHT_BRACKET) && --depth === 0) return at;
  }
  return at;
}

function skipScalar(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === RIGHT_BRACE || code === RIGHT_BRACKET || isSpace(code)) break;
    at += 1;
  }
  return at;
}

/** The offset of the bracket that opens level `maxDepth + 1`, or -1. Text need not be valid JSON. */
export function findTooDeep(text: string, maxDepth: number): number {
  let depth = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = skipString(text, at);
      continue;
    }
    if (code === LEFT_BRACE || code === LEFT_BRACKET) {
      depth += 1;
      if (depth > maxDepth) return at;
    } else if (code === RIGHT_BRACE || code === RIGHT_BRACKET) depth -= 1;
    at += 1;
  }
  return -1;
}
