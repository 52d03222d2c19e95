import { isDeepStrictEqual } from 'node:util';

/** What a reply says, in the words in which every reader of it can be compared. */
export interface Reading {
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly ToolCall[];
  readonly finish: Finish;
  readonly usage: Usage;
  /** Why there is no answer, or no whole one. */
  readonly failure?: string;
  /** Where it was refused with one. */
  readonly status?: number | undefined;
}

export interface ToolCall {
  readonly name: string;
  /** The arguments as JSON; as text where they are none. */
  readonly input: unknown;
}

export type Finish = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'error' | 'other';

/** Tokens. Input includes what came from the cache and what went into it; output includes reasoning. */
export interface Usage {
  readonly input?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly output?: number | undefined;
  readonly reasoning?: number | undefined;
}

export const USAGE_FIELDS = ['input', 'cacheRead', 'cacheWrite', 'output', 'reasoning'] as const;
type UsageAspect = `usage.${(typeof USAGE_FIELDS)[number]}`;
export type Aspect = 'text' | 'reasoning' | 'toolCalls' | 'finish' | UsageAspect | 'failure';

export interface Difference {
  readonly aspect: Aspect;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Refusals that are the client's to understand keep their class. */
const KEPT: ReadonlySet<number> = new Set([400, 404, 413, 429]);

/**
 * Of a failure only that it is one, and its class: whether it comes as a status or within a stream
 * depends on when it came. What the oracle doesn't count it makes no claim about.
 */
export function differences(expected: Reading, actual: Reading): Difference[] {
  const [before, after] = [failureOf(expected), failureOf(actual)];
  if (before !== undefined && after !== undefined) {
    const { status } = expected;
    const isKept = status === undefined || actual.status === undefined || !KEPT.has(status);
    return isKept || status === actual.status
      ? []
      : [{ aspect: 'failure', expected: status, actual: actual.status }];
  }
  if (before !== after) return [{ aspect: 'failure', expected: before, actual: after }];
  // Dialects without a word for it say by the calls that the reply waits for them.
  const isWaiting = expected.finish === 'stop' && expected.toolCalls.length > 0;
  const spoken = [
    'text',
    'reasoning',
    'toolCalls',
    ...(isWaiting ? [] : ['finish' as const]),
  ] as const;
  const said = spoken.map((aspect) => ({
    aspect,
    expected: expected[aspect],
    actual: actual[aspect],
  }));
  const counted = USAGE_FIELDS.filter((field) => expected.usage[field] !== undefined).map(
    (field) => ({
      aspect: `usage.${field}` as const,
      expected: expected.usage[field],
      actual: actual.usage[field] ?? 0,
    }),
  );
  return [...said, ...counted].filter((one) => !isDeepStrictEqual(one.expected, one.actual));
}

const failureOf = ({ failure, finish }: Reading): string | undefined =>
  failure ?? (finish === 'error' ? 'finish: error' : undefined);

/** Nothing was said; with the reason. */
export const failed = (failure: string, status?: number): Reading => ({
  text: '',
  reasoning: '',
  toolCalls: [],
  finish: 'error',
  usage: {},
  failure,
  status,
});

/** OpenAI's own tools that wait for their client; the AI SDK renames fields of their calls. */
const BUILT_IN: ReadonlySet<string> = new Set([
  'apply_patch',
  'local_shell',
  'shell',
  'tool_search',
]);

/**
 * The input of a custom tool by itself, which most dialects can only say within an object. Of a
 * built-in tool's call without its id, which stands beside the arguments or among them, and
 * in the wire's own names.
 */
export function toolCall(name: string, input: unknown): ToolCall {
  if (isFreeText(input)) return { name, input: input.input };
  if (!BUILT_IN.has(name) || typeof input !== 'object' || input === null) return { name, input };
  const { callId: _ours, call_id: _theirs, ...fields }: { [field: string]: unknown } = { ...input };
  return { name, input: withWireNames(fields) };
}

const isFreeText = (input: unknown): input is { readonly input: string } =>
  typeof input === 'object' &&
  input !== null &&
  Object.keys(input).length === 1 &&
  'input' in input &&
  typeof input.input === 'string';

function withWireNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withWireNames);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([name, field]) => [
        name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        withWireNames(field),
      ]),
  );
}

/** Arguments as JSON, whoever wrote the blanks in them; without any, none. */
export function parsedInput(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
