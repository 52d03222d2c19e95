import fc from 'fast-check';
import type {
  ChatReply,
  ChatRequest,
  Choice,
  ContentPart,
  Message,
  SharedTurn,
  StopReason,
  Tool,
  ToolCallPart,
  Usage,
} from '../src/chat/index.ts';

/**
 * Generators of hub values, put together by what a dialect can say: a suite passes only the parts,
 * reasons and usage classes that its dialect has words for, and expects them back unchanged.
 */

const token = fc.stringMatching(/^[a-zA-Z0-9_-]{1,24}$/);
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
export const count = fc.nat({ max: 1_000_000 });

/** Leaves keys out rather than setting them undefined, as `exactOptionalPropertyTypes` asks. */
const some = <T, K extends keyof T>(model: { [P in keyof T]: fc.Arbitrary<T[P]> }, required: K[]) =>
  fc.record(model, { requiredKeys: required, noNullPrototype: true });

export const jsonObject = fc
  .dictionary(token, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4, noNullPrototype: true })
  // -0 and lone surrogates don't survive JSON; neither is what these suites are about.
  .map((value) => JSON.parse(JSON.stringify(value)));

/** Arguments as models write them: mostly an object's JSON, its spacing their own. */
export const argumentsJson = fc
  .tuple(jsonObject, fc.constantFrom(0, 1))
  .map(([value, indent]) => JSON.stringify(value, null, indent));

export const textPart: fc.Arbitrary<ContentPart> = text.map((value) => ({
  type: 'text',
  text: value,
}));

/** Text that isn't empty: some dialects have no word for an empty part. */
export const spokenTextPart: fc.Arbitrary<ContentPart> = text.map((value) => ({
  type: 'text',
  text: `.${value}`,
}));

export const annotatedTextPart: fc.Arbitrary<ContentPart> = fc.record({
  type: fc.constant('text' as const),
  text,
  annotations: fc.array(
    fc.record({
      kind: fc.constant('url-citation' as const),
      url: fc.webUrl(),
      title: text,
      start: fc.nat(20),
      end: fc.nat(40),
    }),
    { minLength: 1, maxLength: 2 },
  ),
  logprobs: fc.array(
    fc.record({ token: text, logprob: fc.double({ noNaN: true, max: 0, min: -50 }) }),
    { minLength: 1, maxLength: 3 },
  ),
});

export const reasoningPart: fc.Arbitrary<ContentPart> = some(
  {
    type: fc.constant('reasoning' as const),
    text,
    form: fc.constantFrom('full' as const, 'summary' as const),
  },
  ['type'],
);

export const plainReasoningPart: fc.Arbitrary<ContentPart> = text.map((value) => ({
  type: 'reasoning',
  text: `.${value}`,
}));

export const refusalPart: fc.Arbitrary<ContentPart> = text.map((value) => ({
  type: 'refusal',
  text: `.${value}`,
}));

export const toolCallPart: fc.Arbitrary<ToolCallPart> = fc.record({
  type: fc.constant('tool-call' as const),
  id: token,
  name: token,
  argumentsJson,
});

export const mediaPart: fc.Arbitrary<ContentPart> = fc.record({
  type: fc.constant('media' as const),
  kind: fc.constantFrom('image' as const, 'audio' as const, 'file' as const),
  mediaType: fc.constantFrom('image/png', 'audio/wav'),
  source: fc.oneof(
    fc.webUrl().map((url) => ({ type: 'url' as const, url })),
    fc.base64String({ maxLength: 64 }).map((data) => ({ type: 'base64' as const, data })),
    token.map((id) => ({ type: 'provider-file' as const, id })),
    text.map((value) => ({ type: 'text' as const, text: value })),
  ),
});

export const serverToolPart = (dialect: string): fc.Arbitrary<ContentPart> =>
  fc.record({
    type: fc.constant('server-tool' as const),
    role: fc.constantFrom('call' as const, 'result' as const),
    id: token,
    name: token,
    dialect: fc.constant(dialect),
    raw: jsonObject,
  });

/** A call on an MCP server with what came of it, or a result alone, as another dialect told them. */
export const mcpTurn = (dialect: string): fc.Arbitrary<ContentPart> => {
  const outcome = some({ text: token, isError: fc.constant(true as const) }, ['text']);
  const shared: fc.Arbitrary<SharedTurn> = fc.oneof(
    some(
      {
        kind: fc.constant('mcp-call' as const),
        server: token,
        tool: token,
        argumentsJson,
        outcome,
      },
      ['kind', 'server', 'tool', 'argumentsJson'],
    ),
    fc.record({ kind: fc.constant('mcp-result' as const), outcome }),
  );
  return fc.record({
    type: fc.constant('server-tool' as const),
    role: fc.constant('call' as const),
    id: token,
    name: token,
    dialect: fc.constant(dialect),
    raw: jsonObject,
    shared,
  });
};

export const opaquePart = (dialect: string): fc.Arbitrary<ContentPart> =>
  jsonObject.map((raw) => ({ type: 'opaque', dialect, raw }));

/** Any of these parts, with provider state on it. */
export const withState = (
  part: fc.Arbitrary<ContentPart>,
  kind: 'signature' | 'encrypted',
): fc.Arbitrary<ContentPart> =>
  fc.tuple(part, token).map(([value, data]) => ({
    ...value,
    state: [{ origin: { provider: 'p' }, kind, data }],
  }));

export const anyUsage: fc.Arbitrary<Usage> = fc.record({
  input: some({ uncached: count, cacheRead: count, cacheWrite5m: count, cacheWrite1h: count }, []),
  output: some({ text: count, reasoning: count }, []),
  provenance: fc.constant('provider' as const),
});

export interface ReplyWords {
  readonly parts: readonly fc.Arbitrary<ContentPart>[];
  readonly stops: readonly { readonly stopReason: StopReason; readonly rawReason?: string }[];
  readonly maxChoices: number;
  readonly usage: fc.Arbitrary<Usage>;
  /** Puts parts in the order and number that the dialect knows; absent: it knows any. */
  readonly arrange?: (content: readonly ContentPart[]) => readonly ContentPart[];
}

/** Replies made of what a dialect can say. `created` is always set. */
export function arbitraryReply(words: ReplyWords): fc.Arbitrary<ChatReply> {
  const choice: fc.Arbitrary<Choice> = fc
    .tuple(fc.array(fc.oneof(...words.parts), { maxLength: 5 }), fc.constantFrom(...words.stops))
    .map(([content, stop]) => ({ content: words.arrange?.(content) ?? content, ...stop }));
  return fc.record({
    id: token,
    model: token,
    created: fc.integer({ min: 1_600_000_000, max: 2_000_000_000 }),
    choices: fc.array(choice, { minLength: 1, maxLength: words.maxChoices }),
    usage: words.usage,
  });
}

export interface RequestWords {
  /** Parts of a user's message besides text. */
  readonly userParts: readonly fc.Arbitrary<ContentPart>[];
  /** Parts of an assistant's message besides text and tool calls. */
  readonly assistantParts: readonly fc.Arbitrary<ContentPart>[];
  /** Settings besides model, messages, stream and tools; absent ones are left out. */
  readonly settings: fc.Arbitrary<Partial<ChatRequest>>;
}

const functionTool: fc.Arbitrary<Tool> = some(
  {
    type: fc.constant('function' as const),
    name: token,
    description: text,
    parameters: fc.constantFrom(
      { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      { type: 'object', properties: {}, additionalProperties: false },
    ),
  },
  ['type', 'name', 'parameters'],
);

/** A call, its result and the answer: results always follow their calls, ids are unique by index. */
function toolRound(index: number, words: RequestWords): fc.Arbitrary<readonly Message[]> {
  return fc
    .tuple(
      fc.array(toolCallPart, { minLength: 1, maxLength: 3 }),
      fc.array(spokenTextPart, { minLength: 1, maxLength: 2 }),
      fc.oneof(...words.assistantParts, spokenTextPart),
    )
    .map(([drawn, result, before]) => {
      const calls = drawn.map((call, at) => ({ ...call, id: `call_${index}_${at}` }));
      return [
        { role: 'assistant', content: [before, ...calls] },
        ...calls.map(
          (call): Message => ({
            role: 'tool',
            content: [
              {
                type: 'tool-result',
                callId: call.id,
                content: result.flatMap((part) => (part.type === 'text' ? [part] : [])),
              },
            ],
          }),
        ),
      ];
    });
}

/** Whole conversations: system first, user and assistant in turn, tool rounds in between. */
export function arbitraryRequest(words: RequestWords): fc.Arbitrary<ChatRequest> {
  const system: fc.Arbitrary<readonly Message[]> = fc.array(
    spokenTextPart.map((part): Message => ({ role: 'system', content: [part] })),
    { maxLength: 1 },
  );
  const user: fc.Arbitrary<Message> = fc
    .array(fc.oneof(spokenTextPart, ...words.userParts), { minLength: 1, maxLength: 3 })
    .map((content) => ({ role: 'user', content }));
  const turn = (index: number): fc.Arbitrary<readonly Message[]> =>
    fc
      .tuple(user, fc.option(toolRound(index, words), { nil: undefined }), spokenTextPart)
      .map(([asked, round, answer]) => [
        asked,
        ...(round ?? []),
        { role: 'assistant', content: [answer] },
      ]);
  return fc
    .tuple(
      token,
      system,
      fc
        .array(fc.nat(), { maxLength: 3 })
        .chain((turns) => fc.tuple(...turns.map((_, at) => turn(at)))),
      user,
      fc.boolean(),
      fc.uniqueArray(functionTool, { selector: (tool) => tool.name, maxLength: 3 }),
      words.settings,
    )
    .map(([model, first, turns, last, stream, tools, settings]) => ({
      ...settings,
      model,
      messages: [...first, ...turns.flat(), last],
      stream,
      ...(tools.length === 0 ? {} : { tools }),
    }));
}
