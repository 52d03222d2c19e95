import { type JsonValue, parseJson } from '@tollgate/core/json';

/** Payloads are held unparsed up to here: most streams end with usage, and none of them is needed. */
const HELD_CHARACTERS = 128 * 1024;
/** Output beyond this isn't counted: far above what any model writes in one call. */
const KEPT_CHARACTERS = 512 * 1024;

/** What a passing stream said, in case it has to be estimated. Bounded. */
export interface KeptText {
  push(payload: string): void;
  text(): string;
}

/** `textOf` reads the output's text from one parsed payload. */
export function createKeptText(textOf: (payload: JsonValue) => string): KeptText {
  let held: string[] = [];
  let heldCharacters = 0;
  let text = '';

  const settle = (): void => {
    for (const payload of held) {
      const json = parseJson(payload, { maxDepth: 128 });
      if (json.ok && text.length < KEPT_CHARACTERS) text += textOf(json.value);
    }
    held = [];
    heldCharacters = 0;
  };

  return {
    push: (payload) => {
      held.push(payload);
      heldCharacters += payload.length;
      if (heldCharacters > HELD_CHARACTERS) settle();
    },
    text: () => {
      settle();
      return text;
    },
  };
}
