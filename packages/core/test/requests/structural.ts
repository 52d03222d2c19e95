import { isJsonObject, type JsonObject, type JsonValue } from '../../src/json/index.ts';
import type { Step } from './leaves.ts';

/** A leaf that makes no difference on some other side, and in what request. */
export interface Unsaid {
  readonly path: string;
  readonly steps: readonly Step[];
  readonly value: JsonValue;
  readonly request: JsonObject;
  /** The dialect that it is said in, or `decode` on the way into the hub. */
  readonly to: string;
}

interface Exception {
  readonly path: RegExp;
  readonly to?: readonly string[];
  readonly when?: (unsaid: Unsaid) => boolean;
  readonly why: string;
}

const at = (value: JsonValue | undefined, step: Step): JsonValue | undefined => {
  if (Array.isArray(value)) return typeof step === 'number' ? value[step] : undefined;
  return isJsonObject(value) ? value[step] : undefined;
};

/** The value that the leaf stands in, so many levels up. */
function within({ request, steps }: Unsaid, levels: number): JsonObject {
  let found: JsonValue | undefined = request;
  for (const step of steps.slice(0, -levels)) found = at(found, step);
  return isJsonObject(found) ? found : {};
}

const is =
  (...values: readonly JsonValue[]) =>
  ({ value }: Unsaid): boolean =>
    values.some((one) => JSON.stringify(one) === JSON.stringify(value));

/** Whether the tool that a leaf stands in is left out by a choice that is told of as a whole. */
function isNotChosen({ request, steps }: Unsaid): boolean {
  const choice = request['toolChoice'];
  const tool = at(request['tools'], steps[1] ?? 0);
  if (!isJsonObject(choice) || !isJsonObject(tool)) return false;
  if (choice['type'] === 'none') return true;
  const names = choice['names'] ?? [choice['name'] ?? null];
  return Array.isArray(names) && !names.includes(tool['name'] ?? null);
}

function isOwnServerTool({ request, steps, to }: Unsaid): boolean {
  const tool = at(request['tools'], steps[1] ?? 0);
  return isJsonObject(tool) && tool['type'] === 'server' && tool['dialect'] === to;
}

/** What a provider's tool did is said by one of the two: which, the dialect tells. */
function isTurnSaidTwice({ request, steps, to }: Unsaid): boolean {
  const content = at(at(request['messages'], steps[1] ?? 0), 'content');
  const turn = at(content, steps[3] ?? 0);
  if (at(turn, 'shared') === undefined) return false;
  return (at(turn, 'dialect') === to) === (steps[4] === 'shared');
}

/** What says nothing on the other side, or is said there by something else: each with its reason. */
export const STRUCTURAL: readonly Exception[] = [
  // In any request of the hub
  { path: /^model$/, why: 'the model of the target is asked for' },
  {
    path: /^messages\[\d+\]\.role$/,
    when: (unsaid) => unsaid.value === 'tool' || saysNothing(within(unsaid, 1)),
    why: 'results and raw items say themselves whose they are; what is empty, or told to be left out, is said by nobody',
  },
  {
    path: /\.rest\.fields\.(item\.)?id$/,
    why: 'an id of what a provider keeps means nothing elsewhere',
  },
  {
    path: /\.content\[\d+\]\.rest\.fields\.response\b/,
    why: 'stands in the content of the result',
  },
  { path: /\.prompt_cache_breakpoint\.mode$/, why: 'told as the mark for the cache that it is' },
  {
    path: /^topP$/,
    to: ['anthropic-messages'],
    when: is(1),
    why: 'all of the tokens, as if nothing were said',
  },
  { path: /^(frequency|presence)Penalty$/, when: is(0), why: 'no penalty is the default' },
  { path: /^n$/, when: is(1), why: 'one choice is the default' },
  { path: /^logitBias$/, when: is({}), why: 'no bias is the default' },
  { path: /\.detail$/, when: is('auto'), why: 'the default' },
  { path: /^serviceTier$/, when: is('auto'), why: 'the default' },
  {
    path: /\.content\[\d+\]\.name$/,
    when: (unsaid) => within(unsaid, 1)['type'] === 'tool-result',
    why: 'the call that it answers has the name',
  },
  {
    path: /\.content\[\d+\]\.(role|name|id)$/,
    when: (unsaid) => within(unsaid, 1)['type'] === 'server-tool',
    why: 'what it is stands in the raw part',
  },
  {
    path: /^tools\[\d+\]\.(name$|shared\.|rest\.)/,
    when: (unsaid) => isOwnServerTool(unsaid),
    why: 'said by the tool as it came',
  },
  {
    path: /^tools\[\d+\]\.(raw\.|name$)/,
    when: ({ request, steps }) => at(at(request['tools'], steps[1] ?? 0), 'shared') !== undefined,
    why: 'said by what several providers share of it',
  },
  {
    path: /^messages\[\d+\]\.content\[\d+\]\.(raw|shared)\./,
    when: (unsaid) => isTurnSaidTwice(unsaid),
    why: 'its own dialect says it as it came, another by what they share of it',
  },
  {
    path: /\.mediaType$/,
    when: (unsaid) => at(within(unsaid, 1)['source'], 'type') !== 'base64',
    why: 'of what lies at an address its server tells the type, and text is text',
  },
  {
    path: /\.mediaType$/,
    to: ['bedrock-converse'],
    when: (unsaid) => within(unsaid, 1)['kind'] === 'file',
    why: 'the ending of the name, or the default, says the same',
  },
  {
    path: /\.annotations\[\d+\]\.(start|end|url|title|citedText)$/,
    to: ['anthropic-messages', 'openai-responses'],
    when: (unsaid) => within(unsaid, 1)['raw'] !== undefined,
    why: 'said by the citation as it came',
  },
  {
    path: /\.cache$/,
    to: ['openai-chat', 'openai-responses'],
    when: (unsaid) => at(within(unsaid, 1)['rest'], 'fields') !== undefined,
    why: 'the mark goes back as it came',
  },
  {
    path: /\.content\[\d+\]\.content\[\d+\]\.text$/,
    to: ['gemini'],
    when: (unsaid) => at(within(unsaid, 3)['rest'], 'fields') !== undefined,
    why: 'the response goes back as it came',
  },
  {
    path: /\.form$/,
    to: ['cohere-chat', 'gemini', 'openai-responses'],
    why: 'thoughts are thoughts',
  },
  { path: /^output\.name$/, why: 'a label that only OpenAI’s dialects ask for' },
  {
    path: /^output\.strict$/,
    to: ['anthropic-messages', 'bedrock-converse', 'cohere-chat', 'gemini'],
    why: 'schemas are always kept to',
  },
  { path: /\.\$schema$/, why: 'which draft of JSON Schema it is' },
  { path: /^reasoning\.adaptive$/, why: 'the default wherever an effort is asked for, or nothing' },
  {
    path: /^reasoning\.enabled$/,
    when: ({ request }) => at(request['reasoning'], 'effort') !== undefined,
    why: 'an effort says so',
  },
  {
    path: /^reasoning\.visibility$/,
    to: ['cohere-chat', 'gemini', 'openai-responses'],
    why: 'shown as asked by default, or as the dialect’s own field says',
  },
  {
    path: /^tools\[\d+\]\./,
    to: ['anthropic-messages', 'bedrock-converse', 'cohere-chat'],
    when: isNotChosen,
    why: 'left out, as is told of the choice',
  },
  // On the way into the hub
  {
    path: /^messages\[\d+\]\.content\[\d+\]\.input$/,
    to: ['decode'],
    when: is({}),
    why: 'no arguments',
  },
  { path: /\.functionCall\.args$/, to: ['decode'], when: is({}), why: 'no arguments' },
  {
    path: /^messages\[\d+\]\.role$/,
    to: ['decode'],
    when: (unsaid) => JSON.stringify(within(unsaid, 1)).includes('tool_result'),
    why: 'results say themselves that they are results',
  },
  {
    path: /^contents\[\d+\]\.role$/,
    to: ['decode'],
    when: is('function', 'tool', 'user'),
    why: 'results say themselves that they are results',
  },
  { path: /^systemInstruction\.role$/, to: ['decode'], why: 'ignored by the API' },
  {
    path: /thinkingBudget$/,
    to: ['decode'],
    when: is(0, -1),
    why: 'words of the hub: off, adaptive',
  },
  { path: /^version$/, to: ['decode'], why: 'of the hub’s schema' },
  { path: /reasoning_details\[\d+\]\.index$/, to: ['decode'], why: 'its place says it' },
  { path: /^stream_options\.include_/, to: ['decode'], why: 'the face writes the stream' },
  { path: /^input\[\d+\]\.(id|status)$/, to: ['decode'], why: 'of what the provider keeps' },
  { path: /^top_logprobs$/, to: ['decode'], when: is(0), why: 'the default' },
];

const RAW: readonly JsonValue[] = ['opaque', 'server-tool', 'reasoning', 'media'];

function saysNothing(message: JsonObject): boolean {
  const content = message['content'];
  if (!Array.isArray(content)) return false;
  return content.every((part: JsonValue) => {
    const text = at(part, 'text');
    const isBlank = typeof text === 'string' && text.trim() === '';
    return isBlank || RAW.includes(at(part, 'type') ?? null);
  });
}

/** The exception that allows this, if one does. */
export const structural = (unsaid: Unsaid): Exception | undefined =>
  STRUCTURAL.find(
    ({ path, to, when }) =>
      path.test(unsaid.path) &&
      (to === undefined || to.includes(unsaid.to)) &&
      (when === undefined || when(unsaid)),
  );
