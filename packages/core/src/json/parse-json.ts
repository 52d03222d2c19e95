import { err, ok, type Result } from '../result.ts';
import { keepDigits } from './exact-numbers.ts';
import { findSyntaxError } from './find-syntax-error.ts';
import type { JsonProblem } from './json-problem.ts';
import type { JsonValue } from './json-value.ts';
import { findTooDeep } from './scan-json.ts';

/** Levels of nesting. Deeper than any tool's schema; far from where recursion would hurt. */
export const MAX_JSON_DEPTH = 128;

/**
 * The only place that parses JSON text of others. Depth is checked before anything is built.
 *
 * A field named `__proto__` comes out as an ordinary own field. Copy parsed objects by spreading or
 * `Object.fromEntries`, which keep it so; never by `target[key] = value` or `Object.assign`, which
 * would set the prototype. In what tools are called with and answer, numbers keep their digits.
 */
export function parseJson(
  text: string,
  options: {
    readonly maxDepth?: number;
    /** The whole text is what a tool is called with: numbers keep their digits everywhere in it. */
    readonly isOfTool?: true;
  } = {},
): Result<JsonValue, JsonProblem> {
  const maxDepth = options.maxDepth ?? MAX_JSON_DEPTH;
  // Too short to hold so many brackets: most events of a stream are, and the scan costs as much as
  // parsing them.
  const deep = text.length <= maxDepth ? -1 : findTooDeep(text, maxDepth);
  if (deep !== -1) {
    const { line, column } = place(text, deep);
    const message = `Nested deeper than ${maxDepth} levels at line ${line}, column ${column}.`;
    return err({ kind: 'too_deep', message, line, column });
  }
  try {
    const parsed: JsonValue = JSON.parse(text);
    return ok(keepDigits(text, parsed, options.isOfTool === true));
  } catch {
    return err(syntaxProblem(text));
  }
}

function syntaxProblem(text: string): JsonProblem {
  const { offset, expected } = findSyntaxError(text) ?? { offset: 0, expected: 'JSON' };
  const { line, column } = place(text, offset);
  const found = offset >= text.length ? 'the end' : JSON.stringify(text[offset]);
  const message = `Expected ${expected} at line ${line}, column ${column}, found ${found}.`;
  return { kind: 'syntax', message, line, column };
}

function place(text: string, offset: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}
