import { scanTopLevel } from '../../json/edit-top-level.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Gatherer } from '../passage.ts';

const ENDS = ['response.completed', 'response.incomplete'];

/**
 * The last event holds the whole response, in the very text that would have come at once. Not of a
 * response in the background, which is told before it is written.
 * Source: https://platform.openai.com/docs/api-reference/responses-streaming/response/completed
 */
export function gather({ background }: JsonObject): Gatherer | undefined {
  if (background === true) return undefined;
  let last = '';
  return {
    push: (data) => {
      if (data !== '' && data !== '[DONE]') last = data;
    },
    reply: () => {
      const fields = new Map(
        scanTopLevel(last).map(({ key, valueStart, valueEnd }) => [
          key,
          last.slice(valueStart, valueEnd),
        ]),
      );
      const isEnd = ENDS.some((type) => fields.get('type') === `"${type}"`);
      return isEnd ? fields.get('response') : undefined;
    },
  };
}
