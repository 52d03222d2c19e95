import { frameRecording, listRecordings } from '@tollgate/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ContentPart, collect, replay } from '../src/chat/index.ts';
import { openAiChat } from '../src/dialects/openai-chat/index.ts';
import type { JsonValue } from '../src/json/index.ts';
import { renderSse } from '../src/sse/index.ts';
import * as arbitrary from './arbitraries.ts';
import {
  ANSWERING,
  decodeStream,
  describeDialect,
  encodeStream,
  meaningOf,
  TARGET,
} from './codec-contract.ts';
import { checkChatGrammar } from './grammars.ts';

const recordings = listRecordings().filter(({ family }) => family === 'openai-chat');

const image = fc.constantFrom(
  {
    type: 'media' as const,
    kind: 'image' as const,
    source: { type: 'base64' as const, data: 'iVBORw0KGgo=' },
    mediaType: 'image/png',
    detail: 'low',
  },
  {
    type: 'media' as const,
    kind: 'image' as const,
    source: { type: 'url' as const, url: 'https://example.com/a.png' },
  },
  {
    type: 'media' as const,
    kind: 'audio' as const,
    source: { type: 'base64' as const, data: 'UklGRg==' },
    mediaType: 'audio/mpeg',
  },
  {
    type: 'media' as const,
    kind: 'file' as const,
    source: { type: 'base64' as const, data: 'JVBERi0=' },
    mediaType: 'application/pdf',
    name: 'a.pdf',
  },
  {
    type: 'media' as const,
    kind: 'file' as const,
    source: { type: 'provider-file' as const, id: 'file-1', dialect: 'openai-chat' },
  },
  { type: 'opaque' as const, dialect: 'openai-chat', raw: { type: 'video_url', video_url: {} } },
);

/** One text, one thought, one refusal at most, then the calls: a message has a field for each. */
function arrange(content: readonly ContentPart[]): readonly ContentPart[] {
  const first = (type: ContentPart['type']): readonly ContentPart[] =>
    content.filter((part) => part.type === type).slice(0, 1);
  const calls = content.filter((part) => part.type === 'tool-call');
  return [
    ...first('reasoning'),
    ...first('text'),
    ...first('refusal'),
    ...calls.map((call, index) => ({ ...call, id: `call_${index}` })),
  ];
}

/** Citations have both ends here, and each token its list of others. */
const citedText = fc.webUrl().map(
  (url): ContentPart => ({
    type: 'text',
    text: 'said',
    annotations: [{ kind: 'url-citation', url, title: 't', start: 0, end: 4 }],
    logprobs: [
      {
        token: 'said',
        logprob: -0.5,
        bytes: [115],
        top: [{ token: 'x', logprob: -3, bytes: null }],
      },
    ],
  }),
);

const loose = {
  parts: [
    arbitrary.spokenTextPart,
    citedText,
    arbitrary.plainReasoningPart,
    arbitrary.refusalPart,
    arbitrary.toolCallPart,
  ],
  stops: [
    { stopReason: 'length' as const },
    { stopReason: 'tool-calls' as const, rawReason: 'tool_calls' },
    { stopReason: 'content-filter' as const },
  ],
  maxChoices: 3,
  usage: arbitrary.anyUsage,
};

describeDialect('openai-chat', openAiChat, {
  streams: recordings
    .filter(({ payloads }) => payloads !== undefined)
    .map((recording) => ({ name: recording.name, text: frameRecording(recording) })),
  bodies: recordings.flatMap(({ name, body }) =>
    body === undefined ? [] : [{ name, body: body as JsonValue }],
  ),
  reply: { ...loose, arrange },
  request: {
    userParts: [image],
    assistantParts: [arbitrary.spokenTextPart],
    settings: fc.record(
      {
        maxOutputTokens: fc.integer({ min: 1, max: 100_000 }),
        temperature: fc.constantFrom(0, 0.5, 2),
        topP: fc.constantFrom(0.1, 1),
        frequencyPenalty: fc.constantFrom(-2, 0, 2),
        presencePenalty: fc.constantFrom(-2, 0, 2),
        stopSequences: fc.constantFrom(['END'], ['a', 'b']),
        n: fc.integer({ min: 1, max: 4 }),
        seed: fc.integer(),
        logprobs: fc.constantFrom({}, { top: 3 }),
        logitBias: fc.constant({ '50256': -100 }),
        reasoning: fc.constantFrom({ effort: 'low' }, { effort: 'none' }),
        verbosity: fc.constant('low'),
        modalities: fc.constant(['text' as const, 'audio' as const]),
        audio: fc.constantFrom(
          { voice: 'ash', format: 'wav' },
          { voice: { id: 'v' }, format: 'wav' },
        ),
        output: fc.constantFrom(
          { type: 'text' as const },
          { type: 'json' as const },
          { type: 'json-schema' as const, name: 'n', schema: { type: 'object' }, strict: true },
        ),
        serviceTier: fc.constant('flex'),
        metadata: fc.constant({ team: 'a' }),
        endUser: fc.constant('u1'),
        cacheKey: fc.constant('k'),
        store: fc.boolean(),
        rest: fc.constant({ dialect: 'openai-chat', fields: { prediction: { type: 'content' } } }),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  },
  vocabulary: [
    'model',
    'messages',
    'choices',
    'index',
    'delta',
    'message',
    'content',
    'role',
    'user',
    'assistant',
    'tool',
    'function',
    'text',
    'type',
    'image_url',
    'url',
    'data:image/png;base64,AA==',
    'tool_calls',
    'tool_call_id',
    'function_call',
    'custom',
    'id',
    'name',
    'arguments',
    'reasoning_content',
    'thinking',
    'audio',
    'images',
    'annotations',
    'url_citation',
    'logprobs',
    'finish_reason',
    'stop',
    'usage',
    'prompt_tokens',
    'completion_tokens',
    'error',
    'code',
    'response_format',
    'json_schema',
    'tool_choice',
  ],
  checkGrammar: checkChatGrammar,
});

describe('openai-chat, replies in an order that a message has no word for', () => {
  it('say the same in a stream as in a whole reply, once both are whole', () => {
    fc.assert(
      fc.property(arbitrary.arbitraryReply(loose), (reply) => {
        const whole = openAiChat.encodeReply(reply, ANSWERING).value;
        const encoded = encodeStream(openAiChat, replay(reply));
        checkChatGrammar(encoded);
        const streamed = collect(decodeStream(openAiChat, encoded.map(renderSse).join(''), 64));
        if (!streamed.ok) throw new Error(streamed.error.kind);

        const again = openAiChat.encodeReply(streamed.value, ANSWERING).value;

        expect(meaningOf(openAiChat.decodeReply(again, TARGET))).toEqual(
          meaningOf(openAiChat.decodeReply(whole, TARGET)),
        );
      }),
    );
  });

  it('tell of the same losses in a stream as in a whole reply', () => {
    const words = {
      ...loose,
      parts: [
        ...loose.parts,
        arbitrary.mediaPart,
        arbitrary.serverToolPart('anthropic-messages'),
        arbitrary.opaquePart('anthropic-messages'),
        arbitrary.withState(arbitrary.plainReasoningPart, 'signature'),
      ],
    };
    fc.assert(
      fc.property(arbitrary.arbitraryReply(words), (reply) => {
        const encoder = openAiChat.createStreamEncoder(ANSWERING);
        checkChatGrammar(replay(reply).flatMap((event) => encoder.push(event)));

        expect(encoder.losses()).toEqual(openAiChat.encodeReply(reply, ANSWERING).losses);
      }),
    );
  });
});
