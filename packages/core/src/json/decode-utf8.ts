import { err, ok, type Result } from '../result.ts';
import { strictText } from '../utf8.ts';
import type { JsonProblem } from './json-problem.ts';

const BOM = 0xfeff;

/** The text of a body. Bytes that are not UTF-8 are refused, never mended; a leading BOM is left out. */
export function decodeUtf8(bytes: Uint8Array): Result<string, JsonProblem> {
  const text = strictText(bytes);
  if (text === undefined) return err({ kind: 'not_utf8', message: 'The body is not valid UTF-8.' });
  return ok(text.charCodeAt(0) === BOM ? text.slice(1) : text);
}
