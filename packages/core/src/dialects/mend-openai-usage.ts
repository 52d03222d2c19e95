import { editTopLevel } from '../json/edit-top-level.ts';
import { editField } from '../json/edit-within.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts';
import type { Quirks } from '../providers/quirks.ts';
import { decodeOpenAiUsage, encodeOpenAiUsage, usageField } from './openai-usage.ts';

/** True where a provider's usage needs a look at all. */
export const miscounts = (quirks: Quirks): boolean =>
  quirks.usageIn !== undefined ||
  quirks.flatUsage === true ||
  quirks.completionExcludesReasoning === true ||
  quirks.promptExcludesCached === true;

/**
 * Puts a reply's or chunk's usage where OpenAI's clients look for it and counts it by OpenAI's rule,
 * as far as the quirks say that it isn't; what else stands in it stays.
 */
export function mendOpenAiUsage(
  text: string,
  body: JsonObject,
  { quirks, isWanted }: { readonly quirks: Quirks; readonly isWanted: boolean },
): string {
  const found = usageField(body, quirks);
  if (!isJsonObject(found)) return text;
  const edits = usageEditsOf(found, quirks);
  if (isJsonObject(body['usage'])) {
    return Object.keys(edits).length === 0
      ? text
      : editField(text, 'usage', (usage) => editTopLevel(usage, edits));
  }
  // Who didn't ask for usage in a stream gets none.
  return isWanted ? editTopLevel(text, { usage: { ...found, ...edits } }) : text;
}

function usageEditsOf(usage: JsonObject, quirks: Quirks): { readonly [field: string]: JsonValue } {
  const decoded = decodeOpenAiUsage(usage, quirks);
  if (decoded === undefined) return {};
  const said = encodeOpenAiUsage(decoded);
  const sums = [
    ...(quirks.promptExcludesCached === true ? ['prompt_tokens', 'total_tokens'] : []),
    ...(quirks.completionExcludesReasoning === true ? ['completion_tokens', 'total_tokens'] : []),
  ];
  const details = quirks.flatUsage === true ? DETAILS : [];
  const edits = [
    ...sums.filter((field) => usage[field] !== said[field]).map((field) => [field, said[field]]),
    ...details.flatMap((field) => {
      const before = isJsonObject(usage[field]) ? usage[field] : {};
      const known = isJsonObject(said[field]) ? said[field] : {};
      const missing = Object.entries(known).filter(([name]) => before[name] === undefined);
      return missing.length === 0 ? [] : [[field, { ...before, ...Object.fromEntries(missing) }]];
    }),
  ];
  return Object.fromEntries(edits);
}

const DETAILS = ['prompt_tokens_details', 'completion_tokens_details'];
