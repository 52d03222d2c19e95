import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChatReply,
  type ChatRequest,
  type ContentPart,
  collect,
  isTerminal,
  replay,
  type StreamEvent,
  type Tool,
} from '../src/chat/index.ts';
import type { ClientWords } from '../src/dialects/client-words.ts';
import type { Answering, Dialect, Target } from '../src/dialects/dialect.ts';
import { isJsonObject, type JsonValue } from '../src/json/index.ts';
import { createSseParser, renderSse, type SseEvent } from '../src/sse/index.ts';
import {
  arbitraryReply,
  arbitraryRequest,
  type ReplyWords,
  type RequestWords,
} from './arbitraries.ts';

/** What the contract is shown of a dialect: real replies, and what it has words for. */
export interface DialectSamples {
  /** Recorded streams, framed as their provider framed them. */
  readonly streams: readonly { readonly name: string; readonly text: string }[];
  /** Recorded whole replies. */
  readonly bodies: readonly { readonly name: string; readonly body: JsonValue }[];
  readonly reply: ReplyWords;
  readonly request: RequestWords;
  /** Names of fields and values that stand on this wire: what nonsense is made of. */
  readonly vocabulary: readonly string[];
  /** Throws where a stream that the dialect encoded breaks the grammar of its wire. */
  readonly checkGrammar: (events: readonly SseEvent[]) => void;
}

export const TARGET: Target = {
  provider: 'p',
  model: 'm',
  ability: {},
  quirks: {},
  origin: { provider: 'p' },
};

export const ANSWERING: Answering = {
  replyId: 'reply_1',
  created: 1_700_000_000,
  model: 'm',
  includeUsage: true,
};

/** Bytes of a stream through framing and decoder, in pieces of `size` bytes. */
export function decodeStream(dialect: Dialect, text: string, size: number): readonly StreamEvent[] {
  const bytes = new TextEncoder().encode(text);
  const parser = createSseParser();
  const decoder = dialect.createStreamDecoder(TARGET);
  const events: StreamEvent[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const parsed = parser.push(bytes.subarray(at, at + size));
    if (!parsed.ok) throw new Error('the framing overflowed');
    for (const event of parsed.value) events.push(...decoder.push(event));
  }
  return [...events, ...decoder.end()];
}

export function encodeStream(
  dialect: Dialect,
  events: readonly StreamEvent[],
): readonly SseEvent[] {
  const encoder = dialect.createStreamEncoder(ANSWERING);
  return [...events.flatMap((event) => encoder.push(event)), ...encoder.end()];
}

/** Every dialect must satisfy this, as client face and as provider adapter. */
export function describeDialect(name: string, dialect: Dialect, samples: DialectSamples): void {
  describe(`${name}, recorded`, () => describeRecorded(dialect, samples));
  describe(`${name}, generated`, () => describeGenerated(dialect, samples));
  describe(`${name}, given nonsense`, () => describeNonsense(dialect, samples));
}

const WHOLE = Number.MAX_SAFE_INTEGER;

function standsIn(body: JsonValue, path: string): boolean {
  let value: unknown = body;
  for (const [, name, index] of path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)) {
    if (typeof value !== 'object' || value === null) return false;
    value = Object.entries(value).find(([field]) => field === (name ?? index))?.[1];
  }
  return value !== undefined;
}

function describeRecorded(dialect: Dialect, { streams, bodies }: DialectSamples): void {
  it.each(streams)('ends $name with exactly one terminal event, an end', ({ text }) => {
    const events = decodeStream(dialect, text, WHOLE);

    expect(events.filter(isTerminal)).toEqual([{ type: 'end' }]);
    expect(events.at(-1)).toEqual({ type: 'end' });
    expect(collect(events).ok).toBe(true);
  });

  it.each(streams)('gives the same events for $name whatever the chunking', ({ text }) => {
    const whole = decodeStream(dialect, text, WHOLE);

    for (const size of [1, 7, 64]) expect(decodeStream(dialect, text, size)).toEqual(whole);
  });

  it.each(streams)('reports $name as truncated when it is cut in half', ({ text }) => {
    const frames = text.split('\n\n');
    const half = frames.slice(0, frames.length >> 1).map((frame) => `${frame}\n\n`);

    const events = decodeStream(dialect, half.join(''), 64);

    expect(events.filter(isTerminal)).toEqual([events.at(-1)]);
    expect(events.at(-1)).toMatchObject({ error: { kind: 'provider_truncated', provider: 'p' } });
  });

  it.each(streams)('says the same again after encoding $name itself', ({ text }) => {
    const first = collect(decodeStream(dialect, text, WHOLE));
    if (!first.ok) throw new Error(first.error.kind);

    const again = encodeStream(dialect, replay(first.value)).map(renderSse).join('');

    expect(meaningOf(collect(decodeStream(dialect, again, 64)))).toEqual(meaningOf(first));
  });

  it.each(bodies)('reads the whole reply $name, and says the same again', ({ body }) => {
    const reply = dialect.decodeReply(body, TARGET);
    if (!reply.ok) throw new Error(reply.error.kind);

    const again = dialect.encodeReply(reply.value, ANSWERING).value;

    expect(meaningOf(dialect.decodeReply(again, TARGET))).toEqual(meaningOf(reply));
  });
}

function describeGenerated(dialect: Dialect, samples: DialectSamples): void {
  it('says the same in a stream as in a whole reply', () => {
    fc.assert(
      fc.property(arbitraryReply(samples.reply), fc.constantFrom(1, 5, 64), (reply, size) => {
        const whole = dialect.encodeReply(reply, ANSWERING).value;
        const text = encodeStream(dialect, replay(reply)).map(renderSse).join('');

        const streamed = collect(decodeStream(dialect, text, size));

        expect(meaningOf(streamed)).toEqual(meaningOf(dialect.decodeReply(whole, TARGET)));
      }),
    );
  });

  it('loses nothing of a reply that it has words for', () => {
    fc.assert(
      fc.property(arbitraryReply(samples.reply), (reply) => {
        const { value, losses } = dialect.encodeReply(reply, ANSWERING);

        expect(losses).toEqual([]);
        expect(spokenIn(dialect.decodeReply(value, TARGET))).toEqual(
          spokenIn({ ok: true, value: reply }),
        );
      }),
    );
  });

  it('keeps the grammar of its stream', () => {
    fc.assert(
      fc.property(arbitraryReply(samples.reply), (reply) => {
        samples.checkGrammar(encodeStream(dialect, replay(reply)));
      }),
    );
  });

  it('reports a stream of its own as truncated wherever it is cut', () => {
    fc.assert(
      fc.property(arbitraryReply(samples.reply), fc.nat(), (reply, at) => {
        const frames = encodeStream(
          dialect,
          replay({ ...reply, choices: reply.choices.slice(0, 1) }),
        );
        // Where a stream may end without its last marks is the dialect's own business: cut earlier.
        const text = frames
          .slice(0, at % Math.max(1, frames.length - 3))
          .map(renderSse)
          .join('');

        const events = decodeStream(dialect, text, 64);

        expect(events.filter(isTerminal)).toEqual([events.at(-1)]);
        expect(events.at(-1)).toMatchObject({ error: { kind: 'provider_truncated' } });
      }),
    );
  });

  const { clientWords } = dialect;
  if (clientWords !== undefined) describeClientWords(dialect, clientWords, samples);

  it('decodes the request that it encoded', () => {
    fc.assert(
      fc.property(arbitraryRequest(samples.request), (request) => {
        const encoded = dialect.encodeRequest(request, { ...TARGET, model: request.model });
        if (!encoded.ok) throw new Error(encoded.error.kind);
        expect(encoded.value.losses).toEqual([]);

        const decoded = dialect.decodeRequest(encoded.value.value);

        if (!decoded.ok) throw new Error(JSON.stringify(decoded.error));
        expect(normalRequest(decoded.value.request)).toEqual(normalRequest(request));
      }),
    );
  });
}

/** Of a dialect that clients speak: where a loss is told of, there is something in their body. */
function describeClientWords(dialect: Dialect, words: ClientWords, samples: DialectSamples): void {
  it('finds each message, part and tool of a request in the body that a client sent', () => {
    fc.assert(
      fc.property(arbitraryRequest(samples.request), (request) => {
        const encoded = dialect.encodeRequest(request, { ...TARGET, model: request.model });
        if (!encoded.ok) throw new Error(encoded.error.kind);
        const body = encoded.value.value;
        const decoded = dialect.decodeRequest(body);
        if (!decoded.ok) throw new Error(decoded.error.kind);
        const { messages, tools = [] } = decoded.value.request;

        const places = words.places(body);
        const toolPlaces = words.tools(body);

        expect(places.map(({ parts }) => parts.length)).toEqual(
          messages.map(({ content }) => content.length),
        );
        expect(toolPlaces).toHaveLength(tools.length);
        for (const { path, parts } of places) {
          for (const at of [path, ...parts]) expect(standsIn(body, at), at).toBe(true);
        }
        for (const { path, inner } of toolPlaces) {
          for (const at of [path, inner]) expect(standsIn(body, at), at).toBe(true);
        }
      }),
    );
  });
}

function describeNonsense(dialect: Dialect, { vocabulary, streams }: DialectSamples): void {
  const nonsense = wireLike(vocabulary);

  it('never throws, and still ends every stream exactly once', () => {
    fc.assert(
      fc.property(fc.array(nonsense, { maxLength: 8 }), (values) => {
        const decoder = dialect.createStreamDecoder(TARGET);
        const tap = dialect.passage.createTap({ provider: 'p', quirks: {}, dropUsageChunk: true });
        const events: StreamEvent[] = [];
        for (const value of values) {
          dialect.decodeReply(value, TARGET);
          dialect.passage.readReply(value, { provider: 'p', quirks: {} });
          dialect.passage.outputText(value);
          if (isJsonObject(value)) {
            dialect.decodeRequest(value);
            dialect.passage.envelope(value);
            dialect.passage.inputText(value);
          }
          tap.push({ data: JSON.stringify(value) });
          events.push(...decoder.push({ data: JSON.stringify(value) }));
        }
        events.push(...decoder.end());

        expect(events.filter(isTerminal)).toEqual([events.at(-1)]);
      }),
      { numRuns: 500 },
    );
  });

  it('never throws for a request that is nearly right', () => {
    fc.assert(
      fc.property(fc.array(nonsense, { maxLength: 3 }), nonsense, (messages, value) => {
        const decoded = dialect.decodeRequest({
          model: 'm',
          max_tokens: 9,
          messages,
          tools: value,
        });

        if (decoded.ok) dialect.encodeRequest(decoded.value.request, TARGET);
        else expect(decoded.error.kind).toBe('invalid_request');
      }),
      { numRuns: 500 },
    );
  });

  it.each(streams.slice(0, 3))('tells of HTML in the middle of $name', ({ text }) => {
    const frames = text.split('\n\n');
    const broken = [...frames.slice(0, 2), 'data: <html>', ...frames.slice(2)].join('\n\n');

    const events = decodeStream(dialect, broken, WHOLE);

    expect(events.filter(isTerminal)).toEqual([events.at(-1)]);
    expect(events.at(-1)).toMatchObject({ error: { kind: 'provider_invalid_reply' } });
  });
}

/** Objects that look like the wire at first sight: its own names in the wrong places. */
function wireLike(vocabulary: readonly string[]): fc.Arbitrary<JsonValue> {
  const word = fc.constantFrom(...vocabulary);
  const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.oneof(word, fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null)),
      fc.dictionary(fc.oneof(word, fc.constant('__proto__')), tie('value'), {
        maxKeys: 5,
        noNullPrototype: true,
      }),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
  }));
  return value.map((drawn) => JSON.parse(JSON.stringify(drawn)));
}

/** A reply without what dialects may differ in: ids, times, the spacing of arguments. */
export function meaningOf(reply: ReturnType<typeof collect>): unknown {
  if (!reply.ok) return reply;
  const { id: _id, created: _created, ...rest } = reply.value;
  return { ...rest, choices: normalChoices(reply.value) };
}

const normalChoices = (reply: ChatReply): unknown =>
  reply.choices.map((choice) => ({ ...choice, content: choice.content.map(normalPart) }));

/** What was said and why it stopped, for comparing with the reply before any dialect saw it. */
function spokenIn(reply: ReturnType<typeof collect>): unknown {
  if (!reply.ok) return reply;
  return reply.value.choices.map(({ content, stopReason }) => ({
    content: content.map(normalPart),
    stopReason,
  }));
}

function normalPart(part: ContentPart): unknown {
  const state = part.state?.map(({ kind, data }) => ({ kind, data }));
  const normal = { ...part, ...(state === undefined ? {} : { state }) };
  return part.type === 'tool-call'
    ? { ...normal, argumentsJson: JSON.parse(part.argumentsJson) }
    : normal;
}

/** A blank description says nothing: some dialects have no word for it. */
const normalTool = (tool: Tool): unknown => {
  if (tool.type !== 'function' || tool.description?.trim() !== '') return tool;
  const { description: _blank, ...others } = tool;
  return others;
};

const normalRequest = (request: ChatRequest): unknown => ({
  ...request,
  ...(request.tools === undefined ? {} : { tools: request.tools.map(normalTool) }),
  messages: request.messages.map((message) => ({
    ...message,
    content: message.content.map(normalPart),
  })),
});
