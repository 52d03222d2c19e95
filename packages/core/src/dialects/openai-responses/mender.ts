import { editTopLevel } from '../../json/edit-top-level.ts';
import { isJsonObject } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { Quirks } from '../../providers/quirks.ts';
import type { Mender } from '../passage.ts';

/** Numbers the events of a stream that its provider left unnumbered. */
export function createMender({ omits }: Quirks): Mender | undefined {
  if (omits?.includes('sequence_number') !== true) return undefined;
  let next = 0;
  return {
    event({ data }) {
      const body = parseJson(data);
      if (!body.ok || !isJsonObject(body.value)) return data;
      const told = body.value['sequence_number'];
      if (typeof told === 'number' && told >= next) {
        next = told + 1;
        return data;
      }
      const sequence_number = next;
      next += 1;
      return editTopLevel(data, { sequence_number });
    },
    reply: (text) => text,
  };
}
