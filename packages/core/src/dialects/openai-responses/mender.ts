import { editTopLevel } from '../../json/edit-top-level.ts';
import { editField } from '../../json/edit-within.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { Quirks } from '../../providers/quirks.ts';
import type { Mender } from '../passage.ts';
import { valueFinder } from '../value-finder.ts';
import { decodeUsage, encodeUsage } from './usage.ts';

/** Numbers events that came without; counts input with what was cached, where it was counted without. */
export function createMender(quirks: Quirks): Mender | undefined {
  const isUnnumbered = quirks.omits?.includes('sequence_number') === true;
  const miscounts = quirks.promptExcludesCached === true;
  if (!isUnnumbered && !miscounts) return undefined;
  let next = 0;

  const numbered = (data: string, { sequence_number: told }: JsonObject): string => {
    if (typeof told === 'number' && told >= next) {
      next = told + 1;
      return data;
    }
    const sequence_number = next;
    next += 1;
    return editTopLevel(data, { sequence_number });
  };

  return {
    event({ data }) {
      const isCounting = miscounts && hasUsage(data);
      const body = isUnnumbered || isCounting ? parseJson(data) : undefined;
      if (body?.ok !== true || !isJsonObject(body.value)) return data;
      const { response } = body.value;
      const counted =
        isCounting && isJsonObject(response)
          ? editField(data, 'response', (text) => withCached(text, response['usage']))
          : data;
      return isUnnumbered ? numbered(counted, body.value) : counted;
    },
    reply: (text, body) =>
      miscounts && isJsonObject(body) ? withCached(text, body['usage']) : text,
  };
}

const hasUsage = valueFinder('usage');

function withCached(response: string, usage: JsonValue | undefined): string {
  const counted = decodeUsage(usage);
  if (!isJsonObject(usage) || counted === undefined) return response;
  const { input_tokens = null, total_tokens = null } = encodeUsage(counted);
  if (usage['input_tokens'] === input_tokens) return response;
  return editField(response, 'usage', (text) => editTopLevel(text, { input_tokens, total_tokens }));
}
