import type { StateOrigin } from '../chat/provider-state.ts';
import type { ChatRequest } from '../chat/request.ts';
import { valueFinder } from '../dialects/value-finder.ts';
import { isJsonObject, type JsonValue } from '../json/json-value.ts';
import { parseJson } from '../json/parse-json.ts';
import type { StatePlaces } from './state-places.ts';

/** Who made a state, as far as a body that passes can tell: which model, its provider knows itself. */
export type StateMaker = Pick<StateOrigin, 'provider' | 'account'>;

/** Shorter ones could be anybody's; longer ones are media under the same name. */
const LENGTHS = { least: 16, most: 64 * 1024 } as const;

/** One for all: it is asked of every event of every stream. */
const NONE: readonly string[] = [];

const isLikely = ({ length }: string): boolean => length >= LENGTHS.least && length <= LENGTHS.most;

/** The states in a body of a dialect, as its provider wrote them. */
export function rawStates(value: JsonValue, { fields }: StatePlaces): readonly string[] {
  if (fields.length === 0) return NONE;
  const states: string[] = [];
  const walk = (node: JsonValue): void => {
    if (Array.isArray(node)) {
      for (const item of node) walk(item);
    } else if (isJsonObject(node)) {
      for (const [name, inner] of Object.entries(node)) {
        if (typeof inner !== 'string') walk(inner);
        else if (fields.includes(name) && isLikely(inner)) states.push(inner);
      }
    }
  };
  walk(value);
  return states;
}

/** The same of the payloads of a stream, of which few hold any: only those are parsed. */
export function createStateSpotter(places: StatePlaces): (json: string) => readonly string[] {
  const finders = places.fields.map(valueFinder);
  return (json) => {
    if (!finders.some((finds) => finds(json))) return NONE;
    const parsed = parseJson(json);
    return parsed.ok ? rawStates(parsed.value, places) : NONE;
  };
}

/** A client's own history says nothing of who made its state: what is known of it otherwise. */
export function withMakers(
  request: ChatRequest,
  makerOf: (state: string) => StateMaker | undefined,
): ChatRequest {
  if (!request.messages.some(({ content }) => content.some(({ state }) => state !== undefined))) {
    return request;
  }
  const messages = request.messages.map((message) => ({
    ...message,
    content: message.content.map((part) => {
      if (part.state === undefined) return part;
      const state = part.state.map((one) => {
        const isTold = one.origin.account !== undefined || one.origin.model !== undefined;
        const maker = isTold ? undefined : makerOf(one.data);
        return maker === undefined ? one : { ...one, origin: maker };
      });
      return { ...part, state };
    }),
  }));
  return { ...request, messages };
}
