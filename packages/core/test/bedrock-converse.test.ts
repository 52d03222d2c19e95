import { listRecordings } from '@tollgate/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChatReply, type ContentPart, collect } from '../src/chat/index.ts';
import { bedrockConverse } from '../src/dialects/bedrock-converse/index.ts';
import { anthropicMessages, openAiChat } from '../src/dialects/index.ts';
import type { JsonValue } from '../src/json/index.ts';
import { renderSse, type SseEvent } from '../src/sse/index.ts';
import * as arbitrary from './arbitraries.ts';
import { ANSWERING, decodeStream, describeDialect } from './codec-contract.ts';

const recordings = listRecordings('amazon-bedrock').filter(
  ({ family }) => family === 'bedrock-converse',
);

/** The frames' payloads as the official client shows them, each within its event's name. */
const streams = recordings.flatMap(({ name, payloads }) =>
  payloads === undefined
    ? []
    : [{ name, text: payloads.map((payload) => `data: ${payload}\n\n`).join('') }],
);

const signedThought = arbitrary.withState(arbitrary.plainReasoningPart, 'signature');
const redactedThought = arbitrary.withState(
  fc.constant({ type: 'reasoning' as const }),
  'encrypted',
);

const citedText = fc.tuple(fc.webUrl(), arbitrary.jsonObject).map(([url, fields]): ContentPart => {
  const value = { ...fields, title: 't', location: { web: { url } }, sourceContent: [] };
  return {
    type: 'text',
    text: 'said',
    annotations: [
      { kind: 'url-citation', url, title: 't', raw: { dialect: 'bedrock-converse', value } },
    ],
  };
});

/** A tool that the provider ran, as it stands on the wire. */
const serverCall = arbitrary.jsonObject.map((input) => ({
  type: 'server-tool' as const,
  role: 'call' as const,
  id: 's1',
  name: 'nova_grounding',
  dialect: 'bedrock-converse',
  raw: { toolUse: { toolUseId: 's1', name: 'nova_grounding', type: 'server_tool_use', input } },
}));

const serverResult = arbitrary.jsonObject.map((json) => ({
  type: 'server-tool' as const,
  role: 'result' as const,
  id: 's1',
  name: 'nova_grounding_result',
  dialect: 'bedrock-converse',
  raw: {
    toolResult: {
      toolUseId: 's1',
      type: 'nova_grounding_result',
      status: 'success',
      content: [{ json }, { text: 'found' }],
    },
  },
}));

const picture = fc.base64String({ minLength: 4, maxLength: 64 }).map((data) => ({
  type: 'media' as const,
  kind: 'image' as const,
  source: { type: 'base64' as const, data },
  mediaType: 'image/png',
}));

const media: fc.Arbitrary<ContentPart> = fc.constantFrom<ContentPart>(
  {
    type: 'media',
    kind: 'image',
    source: { type: 'base64', data: 'iVBORw0KGgo=' },
    mediaType: 'image/png',
    cache: { lifetime: '1h' },
  },
  {
    type: 'media',
    kind: 'file',
    source: { type: 'base64', data: 'JVBERi0=' },
    mediaType: 'application/pdf',
    name: 'A report (2)',
  },
  {
    type: 'media',
    kind: 'file',
    source: { type: 'text', text: 'words' },
    name: 'notes',
    cache: {},
  },
  {
    type: 'media',
    kind: 'video',
    source: { type: 'provider-file', id: 's3://bucket/a.mp4', dialect: 'bedrock-converse' },
    mediaType: 'video/mp4',
  },
);

const replyParts = [
  arbitrary.spokenTextPart,
  citedText,
  arbitrary.plainReasoningPart,
  signedThought,
  redactedThought,
  arbitrary.toolCallPart,
  serverCall,
  serverResult,
  picture,
];

describeDialect('bedrock-converse', bedrockConverse, {
  streams,
  bodies: recordings.flatMap(({ name, body }) =>
    body === undefined ? [] : [{ name, body: body as JsonValue }],
  ),
  reply: {
    parts: replyParts,
    stops: [
      { stopReason: 'stop' },
      { stopReason: 'length', rawReason: 'model_context_window_exceeded' },
      { stopReason: 'tool-calls', rawReason: 'tool_use' },
      { stopReason: 'content-filter', rawReason: 'guardrail_intervened' },
    ],
    maxChoices: 1,
    usage: arbitrary.anyUsage,
  },
  request: {
    userParts: [media],
    assistantParts: [signedThought, redactedThought, citedText, serverCall],
    settings: fc.record(
      {
        maxOutputTokens: fc.integer({ min: 1, max: 100_000 }),
        temperature: fc.constantFrom(0, 0.5, 1),
        topP: fc.constantFrom(0.1, 1),
        stopSequences: fc.constant(['END']),
        metadata: fc.constant({ team: 'a' }),
        serviceTier: fc.constant('flex'),
        reasoning: fc.constant({ effort: 'high' }),
        output: fc.constantFrom(
          { type: 'json-schema' as const, schema: { type: 'object', additionalProperties: false } },
          { type: 'json-schema' as const, name: 'n', description: 'd', schema: {} },
        ),
        rest: fc.constant({
          dialect: 'bedrock-converse',
          fields: { guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' } },
        }),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  },
  vocabulary: [
    'messageStart',
    'contentBlockStart',
    'contentBlockDelta',
    'contentBlockStop',
    'messageStop',
    'metadata',
    'throttlingException',
    'contentBlockIndex',
    'start',
    'delta',
    'text',
    'toolUse',
    'toolUseId',
    'toolResult',
    'name',
    'input',
    'type',
    'reasoningContent',
    'reasoningText',
    'redactedContent',
    'signature',
    'citation',
    'citationsContent',
    'image',
    'document',
    'source',
    'bytes',
    'format',
    'png',
    'cachePoint',
    'stopReason',
    'end_turn',
    'usage',
    'inputTokens',
    'cacheDetails',
    'ttl',
    'output',
    'message',
    'content',
    'role',
    'user',
    'assistant',
    'toolConfig',
    'inferenceConfig',
  ],
  checkGrammar,
});

/** messageStart; blocks one after another, counted up; messageStop; metadata, last. */
function checkGrammar(events: readonly SseEvent[]): void {
  const frames = events.map(({ event, data }) => ({ name: event ?? '', ...JSON.parse(data) }));
  expect(frames[0]).toEqual({ name: 'messageStart', role: 'assistant' });
  expect(frames.slice(-2).map(({ name }) => name)).toEqual(['messageStop', 'metadata']);
  let open: number | undefined;
  let next = 0;
  for (const { name, contentBlockIndex: index } of frames.slice(1, -2)) {
    expect(['contentBlockStart', 'contentBlockDelta', 'contentBlockStop']).toContain(name);
    if (open === undefined) {
      // Words have no beginning of their own.
      expect(name).not.toBe('contentBlockStop');
      expect(index).toBe(next);
      open = index;
      next += 1;
    } else {
      expect(name).not.toBe('contentBlockStart');
      expect(index).toBe(open);
      if (name === 'contentBlockStop') open = undefined;
    }
  }
  expect(open).toBeUndefined();
}

const gist = (reply: ChatReply): unknown =>
  reply.choices.map(({ content, stopReason }) => ({
    stopReason,
    text: content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(''),
    thoughts: content.flatMap((part) => (part.type === 'reasoning' ? [part.text] : [])),
    calls: content.flatMap((part) =>
      part.type === 'tool-call' ? [[part.id, part.name, JSON.parse(part.argumentsJson)]] : [],
    ),
  }));

describe.each([
  ['openai-chat', openAiChat],
  ['anthropic-messages', anthropicMessages],
] as const)('from bedrock-converse to a client of %s', (_name, face) => {
  it.each(streams)('keeps the gist of $name', ({ text }) => {
    const events = decodeStream(bedrockConverse, text, Number.MAX_SAFE_INTEGER);
    const encoder = face.createStreamEncoder(ANSWERING);
    const wire = [...events.flatMap((event) => encoder.push(event)), ...encoder.end()];

    const seen = collect(decodeStream(face, wire.map(renderSse).join(''), 64));
    const told = collect(events);

    if (!seen.ok || !told.ok) throw new Error('no reply');
    expect(gist(seen.value)).toEqual(gist(told.value));
  });
});
