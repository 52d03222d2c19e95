import { frameRecording, listRecordings } from '@tollgate/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ContentPart, collect, replay } from '../src/chat/index.ts';
import { gemini } from '../src/dialects/gemini/index.ts';
import type { JsonValue } from '../src/json/index.ts';
import { renderSse, type SseEvent } from '../src/sse/index.ts';
import * as arbitrary from './arbitraries.ts';
import {
  ANSWERING,
  decodeStream,
  describeDialect,
  encodeStream,
  meaningOf,
  TARGET,
} from './codec-contract.ts';

const recordings = listRecordings('google').filter(({ family }) => family === 'gemini');

const signed = (part: fc.Arbitrary<ContentPart>): fc.Arbitrary<ContentPart> =>
  fc.stringMatching(/^[a-zA-Z0-9_-]{1,24}$/).chain((data) =>
    part.map((value) => ({
      ...value,
      state: [{ origin: { provider: 'p' }, kind: 'thought-signature' as const, data }],
    })),
  );

const thought = arbitrary.plainReasoningPart.map(
  (part): ContentPart => ({ ...part, type: 'reasoning', form: 'summary' }) as ContentPart,
);

const image: fc.Arbitrary<ContentPart> = fc.constantFrom(
  {
    type: 'media' as const,
    kind: 'image' as const,
    source: { type: 'base64' as const, data: 'iVBORw0KGgo=' },
    mediaType: 'image/png',
  },
  {
    type: 'media' as const,
    kind: 'file' as const,
    source: { type: 'url' as const, url: 'https://example.com/a.pdf' },
    mediaType: 'application/pdf',
  },
  {
    type: 'media' as const,
    kind: 'video' as const,
    source: { type: 'provider-file' as const, id: 'gs://bucket/a.mp4', dialect: 'gemini' },
    mediaType: 'video/mp4',
  },
  {
    type: 'media' as const,
    kind: 'audio' as const,
    source: { type: 'base64' as const, data: 'UklGRg==' },
    mediaType: 'audio/wav',
  },
);

/** A reply's file is its provider's by its making. */
const answered = image.map((part) =>
  part.type === 'media' && part.source.type === 'provider-file'
    ? { ...part, source: { type: part.source.type, id: part.source.id } }
    : part,
);

const executed: fc.Arbitrary<ContentPart> = fc.constantFrom(
  {
    type: 'server-tool' as const,
    role: 'call' as const,
    name: 'code_execution',
    dialect: 'gemini',
    raw: { executableCode: { language: 'PYTHON', code: 'print(1)' } },
  },
  {
    type: 'server-tool' as const,
    role: 'result' as const,
    name: 'code_execution',
    dialect: 'gemini',
    raw: { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
  },
);

/** Unsigned words of one kind join with nothing between them: one after another they are one part. */
function arrange(content: readonly ContentPart[]): readonly ContentPart[] {
  const kept: ContentPart[] = [];
  for (const part of content) {
    const last = kept.at(-1);
    const joins = part.type === 'text' || part.type === 'reasoning';
    if (joins && last?.type === part.type && last.state === undefined) continue;
    kept.push(part);
  }
  return kept.map((part, index) =>
    part.type === 'tool-call' ? { ...part, id: `call_${index}` } : part,
  );
}

const words = {
  parts: [
    arbitrary.spokenTextPart,
    signed(arbitrary.spokenTextPart),
    thought,
    signed(thought),
    arbitrary.toolCallPart,
    signed(arbitrary.toolCallPart),
    answered,
    executed,
  ],
  stops: [
    { stopReason: 'length' as const },
    { stopReason: 'content-filter' as const, rawReason: 'RECITATION' },
    { stopReason: 'content-filter' as const },
    { stopReason: 'other' as const, rawReason: 'MALFORMED_FUNCTION_CALL' },
  ],
  maxChoices: 3,
  usage: arbitrary.anyUsage,
};

describeDialect('gemini', gemini, {
  streams: recordings
    .filter(({ payloads }) => payloads !== undefined)
    .map((recording) => ({ name: recording.name, text: frameRecording(recording) })),
  bodies: recordings.flatMap(({ name, body }) =>
    body === undefined || name.includes('429') ? [] : [{ name, body: body as JsonValue }],
  ),
  reply: { ...words, arrange },
  request: {
    userParts: [image],
    assistantParts: [signed(thought), executed, signed(arbitrary.spokenTextPart)],
    settings: fc.record(
      {
        maxOutputTokens: fc.integer({ min: 1, max: 100_000 }),
        temperature: fc.constantFrom(0, 0.5, 2),
        topP: fc.constantFrom(0.1, 1),
        topK: fc.integer({ min: 1, max: 40 }),
        frequencyPenalty: fc.constantFrom(-1.5, 1),
        presencePenalty: fc.constantFrom(-1.5, 1),
        stopSequences: fc.constantFrom(['END'], ['a', 'b']),
        n: fc.integer({ min: 1, max: 8 }),
        seed: fc.integer(),
        logprobs: fc.constantFrom({}, { top: 3 }),
        reasoning: fc.constantFrom(
          { effort: 'low' },
          { effort: 'high', visibility: 'summary' as const },
          { enabled: true, budgetTokens: 1024, visibility: 'summary' as const },
          { visibility: 'hidden' as const },
        ),
        modalities: fc.constant(['text' as const, 'image' as const]),
        audio: fc.constant({ voice: 'Kore', format: 'pcm16' }),
        output: fc.constantFrom(
          { type: 'text' as const },
          { type: 'json' as const },
          { type: 'json-schema' as const, schema: { type: 'object', properties: {} } },
        ),
        serviceTier: fc.constant('flex'),
        store: fc.boolean(),
        rest: fc.constant({
          dialect: 'gemini',
          fields: {
            safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
            cachedContent: 'cachedContents/1',
            generationConfig: { mediaResolution: 'MEDIA_RESOLUTION_LOW' },
          },
        }),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  },
  vocabulary: [
    'candidates',
    'content',
    'contents',
    'parts',
    'role',
    'model',
    'user',
    'index',
    'text',
    'thought',
    'thoughtSignature',
    'functionCall',
    'functionResponse',
    'name',
    'args',
    'id',
    'partialArgs',
    'jsonPath',
    '$.a[0].b',
    'stringValue',
    'willContinue',
    'response',
    'inlineData',
    'fileData',
    'fileUri',
    'mimeType',
    'data',
    'executableCode',
    'finishReason',
    'STOP',
    'promptFeedback',
    'blockReason',
    'usageMetadata',
    'promptTokenCount',
    'candidatesTokenCount',
    'groundingMetadata',
    'groundingChunks',
    'groundingSupports',
    'citationMetadata',
    'citations',
    'logprobsResult',
    'chosenCandidates',
    'error',
    'code',
    'tools',
    'generationConfig',
    'systemInstruction',
  ],
  checkGrammar,
});

/** Pieces that name their reply; each candidate finishes once, in the last, which has the usage. */
function checkGrammar(events: readonly SseEvent[]): void {
  const pieces = events.map(({ event, data }) => {
    expect(event).toBeUndefined();
    return JSON.parse(data);
  });
  for (const [at, piece] of pieces.entries()) {
    expect(piece).toMatchObject({
      candidates: expect.any(Array),
      modelVersion: expect.any(String),
      responseId: expect.any(String),
    });
    const isLast = at === pieces.length - 1;
    for (const candidate of piece.candidates) {
      expect(Number.isInteger(candidate.index)).toBe(true);
      expect(candidate.finishReason !== undefined).toBe(isLast);
    }
    expect(piece.usageMetadata !== undefined).toBe(isLast);
  }
}

describe('gemini, replies in an order that its words have no gaps for', () => {
  it('say the same in a stream as in a whole reply', () => {
    fc.assert(
      fc.property(arbitrary.arbitraryReply(words), (reply) => {
        const whole = gemini.encodeReply(reply, ANSWERING).value;
        const encoded = encodeStream(gemini, replay(reply));
        checkGrammar(encoded);

        const streamed = collect(decodeStream(gemini, encoded.map(renderSse).join(''), 64));

        expect(meaningOf(streamed)).toEqual(meaningOf(gemini.decodeReply(whole, TARGET)));
      }),
    );
  });

  it('tell of the same losses in a stream as in a whole reply', () => {
    const more = {
      ...words,
      parts: [
        ...words.parts,
        arbitrary.annotatedTextPart,
        arbitrary.refusalPart,
        arbitrary.serverToolPart('anthropic-messages'),
        arbitrary.opaquePart('openai-chat'),
        arbitrary.withState(arbitrary.toolCallPart, 'encrypted'),
      ],
    };
    fc.assert(
      fc.property(arbitrary.arbitraryReply(more), (reply) => {
        const encoder = gemini.createStreamEncoder(ANSWERING);
        checkGrammar(replay(reply).flatMap((event) => encoder.push(event)));

        expect(encoder.losses()).toEqual(gemini.encodeReply(reply, ANSWERING).losses);
      }),
    );
  });
});

describe('gemini, given a history that is nearly right', () => {
  const fields = [
    'text',
    'thought',
    'thoughtSignature',
    'inlineData',
    'fileData',
    'functionCall',
    'function_response',
    'executableCode',
    'x',
  ];
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom({ name: 'f' }, { name: 'f', args: {} }, { data: 'AA==' }, { fileUri: 'u' }),
  );
  const part = fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 3 });
  const content = fc.record({
    role: fc.constantFrom('user', 'model', 'function', 'system', null),
    parts: fc.oneof(fc.array(part, { maxLength: 4 }), part, value),
  });

  it('decodes it or names what is wrong, and encodes what it decoded', () => {
    fc.assert(
      fc.property(fc.array(content, { maxLength: 4 }), value, (contents, tools) => {
        const body = JSON.parse(JSON.stringify({ model: 'm', contents, tools }));
        const decoded = gemini.decodeRequest(body);

        if (!decoded.ok) expect(decoded.error).toMatchObject({ path: expect.any(String) });
        else expect(gemini.encodeRequest(decoded.value.request, TARGET).ok).toBe(true);
        gemini.passage.inputText(body);
      }),
      { numRuns: 500 },
    );
  });
});
