import type { Rest } from '../chat/rest.ts';
import type { JsonObject } from '../json/json-value.ts';
import type { Quirks } from '../providers/quirks.ts';

/** OpenAI's two dialects say these of the prompt cache in the same words, in the same places. */
const SPOKEN_IN: ReadonlySet<string> = new Set(['openai-chat', 'openai-responses']);
const MARKS: ReadonlySet<string> = new Set(['prompt_cache_breakpoint']);
const SETTINGS: ReadonlySet<string> = new Set(['prompt_cache_options', 'prompt_cache_retention']);
const NONE: ReadonlySet<string> = new Set();

/** The names of settings that need no telling, since the other dialect's are sent on. */
export const sharedSettings = ({ openAiCaching }: Quirks): ReadonlySet<string> =>
  openAiCaching === true ? SETTINGS : NONE;

/** A part's mark, of whichever of the two it came. */
export const cacheMark = (rest: Rest | undefined, quirks: Quirks): JsonObject =>
  shared(rest, MARKS, quirks);

/** A request's settings, likewise. */
export const cacheSettings = (rest: Rest | undefined, quirks: Quirks): JsonObject =>
  shared(rest, SETTINGS, quirks);

function shared(
  rest: Rest | undefined,
  names: ReadonlySet<string>,
  { openAiCaching }: Quirks,
): JsonObject {
  if (openAiCaching !== true || rest === undefined || !SPOKEN_IN.has(rest.dialect)) return {};
  return Object.fromEntries(Object.entries(rest.fields).filter(([name]) => names.has(name)));
}
