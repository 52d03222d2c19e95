import { changed, type Loss } from '../../chat/loss.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';

/** `args` is an object here: text that is none is wrapped, so that the history stays whole. */
export function decodeArguments(json: string, path: string, losses: Loss[]): JsonObject {
  if (json.trim() === '') return {};
  const parsed = parseJson(json, { isOfTool: true });
  if (parsed.ok && isJsonObject(parsed.value)) return parsed.value;
  if (parsed.ok && parsed.value === null) return {};
  const why = 'arguments that are no JSON object are wrapped in one';
  losses.push(changed('toolArguments', `${path}.argumentsJson`, 'emulated', why));
  return { arguments: json };
}
