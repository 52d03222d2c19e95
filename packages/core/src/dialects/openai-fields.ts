import type { Rest } from '../chat/rest.ts';
import type { JsonObject } from '../json/json-value.ts';
import type { Quirks } from '../providers/quirks.ts';

/** OpenAI's two dialects say these in the same words, in the same places: of the prompt cache most. */
const SPOKEN_IN: ReadonlySet<string> = new Set(['openai-chat', 'openai-responses']);
const MARKS: ReadonlySet<string> = new Set(['prompt_cache_breakpoint']);
const SETTINGS: ReadonlySet<string> = new Set([
  ...['prompt_cache_options', 'prompt_cache_retention', 'moderation'],
]);
const NONE: ReadonlySet<string> = new Set();

/** The names of settings that need no telling, since the other dialect's are sent on. */
export const sharedSettings = ({ openAiFields }: Quirks): ReadonlySet<string> =>
  openAiFields === true ? SETTINGS : NONE;

/** A part's mark, of whichever of the two it came. */
export const cacheMark = (rest: Rest | undefined, quirks: Quirks): JsonObject =>
  shared(rest, MARKS, quirks);

/** A request's settings, likewise. */
export const ownSettings = (rest: Rest | undefined, quirks: Quirks): JsonObject =>
  shared(rest, SETTINGS, quirks);

function shared(
  rest: Rest | undefined,
  names: ReadonlySet<string>,
  { openAiFields }: Quirks,
): JsonObject {
  if (openAiFields !== true || rest === undefined || !SPOKEN_IN.has(rest.dialect)) return {};
  return Object.fromEntries(Object.entries(rest.fields).filter(([name]) => names.has(name)));
}

/** Source: `safety_identifier` of openai 7.57, which takes the place of `user` there. */
const MOST_OF_IDENTIFIER = 128;

/** Who asks, by the name that the target knows: look-alikes know the older one only. */
export function endUserField(endUser: string | undefined, { openAiFields }: Quirks): JsonObject {
  if (endUser === undefined) return {};
  const isKnown = openAiFields === true && endUser.length <= MOST_OF_IDENTIFIER;
  return isKnown ? { safety_identifier: endUser } : { user: endUser };
}
