import { isJsonObject } from '../../json/json-value.ts';
import { type ClientWords, contentPlaces, fieldOf, itemsOf, type Place } from '../client-words.ts';
import { wholePart } from './item-kind.ts';

/** What clients of the Responses API call it. */
export const clientWords: ClientWords = {
  settings: {
    maxOutputTokens: 'max_output_tokens',
    topP: 'top_p',
    logprobs: ['top_logprobs', 'include'],
    'logprobs.top': 'top_logprobs',
    output: 'text.format',
    'output.schema': 'text.format.schema',
    'output.description': 'text.format.description',
    verbosity: 'text.verbosity',
    'reasoning.visibility': 'reasoning.summary',
    toolChoice: 'tool_choice',
    parallelToolCalls: 'parallel_tool_calls',
    serviceTier: 'service_tier',
    endUser: ['safety_identifier', 'user'],
    cacheKey: 'prompt_cache_key',
    messages: 'input',
  },
  fields: {
    argumentsJson: 'arguments',
    cache: 'prompt_cache_breakpoint',
    content: 'output',
    isError: '',
    name: 'filename',
    state: '',
  },
  toolFields: {
    allowedDomains: 'filters.allowed_domains',
    contextSize: 'search_context_size',
    place: 'user_location',
    serverDescription: 'server_description',
    allowedTools: 'allowed_tools',
    asksFirst: 'require_approval',
  },
  places: (body) => {
    const input = fieldOf(body, 'input');
    const first = fieldOf(body, 'instructions') ? [placeOf('instructions')] : [];
    return typeof input === 'string'
      ? [...first, placeOf('input')]
      : [...first, ...itemPlaces(itemsOf(body, 'input'))];
  },
  tools: (body) =>
    itemsOf(body, 'tools').map((_tool, index) => {
      const path = `tools[${index}]`;
      return { path, inner: path };
    }),
};

const placeOf = (path: string): Place => ({ path, parts: [path] });

interface Turn {
  readonly path: string;
  readonly parts: string[];
  readonly isModel: boolean;
  hasSpoken: boolean;
}

/** The items of one turn of the model are one message, as `decodeInput` has it. */
function itemPlaces(items: readonly unknown[]): readonly Place[] {
  const turns: Turn[] = [];
  const add = (path: string, parts: readonly string[], isModel: boolean): void => {
    turns.push({ path, parts: [...parts], isModel, hasSpoken: false });
  };
  const addToTurn = (path: string, parts: readonly string[]): void => {
    const last = turns.at(-1);
    if (last?.isModel === true) last.parts.push(...parts);
    else add(path, parts, true);
  };
  for (const [index, item] of items.entries()) {
    const path = `input[${index}]`;
    const type = fieldOf(item, 'type');
    const role = fieldOf(item, 'role');
    if (typeof role === 'string' && (type == null || type === 'message')) {
      const parts = contentPlaces(fieldOf(item, 'content'), `${path}.content`);
      const isNew = turns.at(-1)?.hasSpoken === true && !fieldOf(item, 'id');
      if (role !== 'assistant') add(path, parts, false);
      else if (isNew) add(path, parts, true);
      else addToTurn(path, parts);
      const turn = turns.at(-1);
      if (turn !== undefined && role === 'assistant') turn.hasSpoken ||= speaks(item);
    } else if (type === 'function_call_output' || isAnswer(item)) add(path, [path], false);
    else addToTurn(path, type === 'reasoning' ? thoughtPlaces(item, path) : [path]);
  }
  return turns;
}

const SPOKEN: readonly unknown[] = ['input_text', 'output_text', 'refusal'];

const speaks = (item: unknown): boolean =>
  typeof fieldOf(item, 'content') === 'string' ||
  itemsOf(item, 'content').some((part) => SPOKEN.includes(fieldOf(part, 'type')));

const isAnswer = (item: unknown): boolean =>
  isJsonObject(item) &&
  /_(output|response)$/.test(String(item['type'] ?? '')) &&
  wholePart(item).type === 'opaque';

function thoughtPlaces(item: unknown, path: string): readonly string[] {
  const texts = ['summary', 'content'].flatMap((name) =>
    itemsOf(item, name).map((_text, index) => `${path}.${name}[${index}]`),
  );
  return texts.length === 0 ? [path] : texts;
}
