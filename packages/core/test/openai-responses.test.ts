import { frameRecording, listRecordings, type Recording } from '@tollgate/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ContentPart, collect, replay } from '../src/chat/index.ts';
import { openAiResponses } from '../src/dialects/openai-responses/index.ts';
import type { JsonValue } from '../src/json/index.ts';
import type { SseEvent } from '../src/sse/index.ts';
import * as arbitrary from './arbitraries.ts';
import {
  ANSWERING,
  decodeStream,
  describeDialect,
  encodeStream,
  TARGET,
} from './codec-contract.ts';

const DIALECT = 'openai-responses';
const WHOLE = Number.MAX_SAFE_INTEGER;

const isError = ({ name }: Recording): boolean => name.includes('error');
const all = listRecordings().filter(({ family }) => family === DIALECT);
const recordings = all.filter((recording) => !isError(recording));

/** One recording may hold the streams of several calls in a row. */
function streamsOf(recording: Recording): { name: string; text: string }[] {
  const calls: string[][] = [[]];
  for (const payload of recording.payloads ?? []) {
    calls.at(-1)?.push(payload);
    if (/"type":\s*"response.completed"/.test(payload)) calls.push([]);
  }
  const name = `${recording.provider}/${recording.name}`;
  return calls
    .filter((payloads) => payloads.length > 0)
    .map((payloads, index) => ({
      name: index === 0 ? name : `${name} (${index + 1})`,
      text: frameRecording({ ...recording, payloads }),
    }));
}

const token = fc.stringMatching(/^[a-z0-9]{1,12}$/);

/** Parts of a message carry its id; those side by side with the same one stand in one message. */
const inMessage = (part: fc.Arbitrary<ContentPart>): fc.Arbitrary<ContentPart> =>
  fc.tuple(part, fc.constantFrom('msg_1', 'msg_2'), fc.boolean()).map(([value, id, hasPhase]) => ({
    ...value,
    rest: {
      dialect: DIALECT,
      fields: { item: { id, ...(hasPhase ? { phase: 'commentary' } : {}) } },
    },
  }));

const cited = fc.tuple(fc.webUrl(), fc.nat(9)).map(([url, start]): ContentPart => {
  const value = { type: 'url_citation', url, start_index: start, end_index: 9, title: 't' };
  const raw = { dialect: DIALECT, value };
  return {
    type: 'text',
    text: 'said so.',
    annotations: [{ kind: 'url-citation', url, start, end: 9, title: 't', raw }],
    logprobs: [
      {
        token: 'said',
        logprob: -0.5,
        bytes: [115],
        top: [{ token: 'x', logprob: -3, bytes: [120] }],
      },
    ],
  };
});

const call: fc.Arbitrary<ContentPart> = fc
  .tuple(arbitrary.toolCallPart, token)
  .map(([part, id]) => ({ ...part, rest: { dialect: DIALECT, fields: { id: `fc_${id}` } } }));

const origin = { provider: 'p' };

/** Thoughts of an item of their own: a summary, the thoughts themselves, or state alone. */
const thought: fc.Arbitrary<ContentPart> = fc
  .record({
    text: fc.constantFrom(
      {},
      { text: '.a', form: 'summary' as const },
      { text: '.b', form: 'full' as const },
    ),
    id: token,
    encrypted: fc.option(token, { nil: undefined }),
  })
  .map(({ text, id, encrypted }) => ({
    type: 'reasoning',
    ...text,
    state: [
      { origin, kind: 'item-id', data: `rs_${id}` },
      ...(encrypted === undefined ? [] : [{ origin, kind: 'encrypted' as const, data: encrypted }]),
    ],
  }));

const serverTool = arbitrary.jsonObject.map((action) => ({
  type: 'server-tool' as const,
  role: 'call' as const,
  id: 'ws_1',
  name: 'web_search',
  dialect: DIALECT,
  raw: { type: 'web_search_call', id: 'ws_1', status: 'completed', action },
}));

const clientItem = fc.constant({
  type: 'opaque' as const,
  dialect: DIALECT,
  raw: { type: 'mcp_approval_request', id: 'mcpr_1', name: 'n', arguments: '{}' },
});

const unknownPart = fc.constant({
  type: 'opaque' as const,
  dialect: DIALECT,
  raw: { type: 'output_hologram', voxels: [1] },
  rest: { dialect: DIALECT, fields: { item: { id: 'msg_1' } } },
});

const replyWords = {
  parts: [
    inMessage(arbitrary.spokenTextPart),
    inMessage(cited),
    inMessage(arbitrary.refusalPart),
    call,
    thought,
    serverTool,
    clientItem,
    unknownPart,
  ],
  stops: [
    { stopReason: 'length' as const },
    { stopReason: 'content-filter' as const },
    { stopReason: 'other' as const, rawReason: 'steered' },
  ],
  maxChoices: 1,
  usage: arbitrary.anyUsage,
  /** Ids of calls and of thoughts are their own. */
  arrange: (content: readonly ContentPart[]): readonly ContentPart[] =>
    content.map((part, index) => {
      if (part.type === 'tool-call') return { ...part, id: `${part.id}${index}` };
      if (part.type !== 'reasoning') return part;
      const state = (part.state ?? []).map((one) =>
        one.kind === 'item-id' ? { ...one, data: `${one.data}${index}` } : one,
      );
      return { ...part, state };
    }),
};

const media = fc.constantFrom<ContentPart>(
  {
    type: 'media',
    kind: 'image',
    source: { type: 'base64', data: 'iVBORw0KGgo=' },
    mediaType: 'image/png',
    detail: 'low',
  },
  { type: 'media', kind: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
  {
    type: 'media',
    kind: 'image',
    source: { type: 'provider-file', id: 'file-1', dialect: 'openai-responses' },
  },
  {
    type: 'media',
    kind: 'file',
    source: { type: 'base64', data: 'JVBERi0=' },
    mediaType: 'application/pdf',
    name: 'a.pdf',
  },
  { type: 'media', kind: 'file', source: { type: 'url', url: 'https://example.com/a.pdf' } },
);

const kept = fc.constantFrom<ContentPart>(
  {
    type: 'reasoning',
    text: 'so',
    form: 'summary',
    state: [
      { origin, kind: 'item-id', data: 'rs_1' },
      { origin, kind: 'encrypted', data: 'gAAA' },
    ],
  },
  { type: 'reasoning', state: [{ origin, kind: 'encrypted', data: 'gAAA' }] },
);

describeDialect(DIALECT, openAiResponses, {
  streams: recordings.flatMap(streamsOf),
  bodies: recordings.flatMap(({ provider, name, body }) =>
    body === undefined ? [] : [{ name: `${provider}/${name}`, body: body as JsonValue }],
  ),
  reply: replyWords,
  request: {
    userParts: [media],
    assistantParts: [kept, serverTool, clientItem, arbitrary.refusalPart],
    settings: fc
      .record(
        {
          maxOutputTokens: fc.integer({ min: 16, max: 100_000 }),
          temperature: fc.constantFrom(0, 0.5, 2),
          topP: fc.constantFrom(0.1, 1),
          logprobs: fc.constantFrom({}, { top: 3 }),
          reasoning: fc.constantFrom(
            { effort: 'low' },
            { effort: 'none', visibility: 'summary' as const },
          ),
          verbosity: fc.constant('low'),
          output: fc.constantFrom(
            { type: 'text' as const },
            { type: 'json' as const },
            { type: 'json-schema' as const, name: 'n', schema: { type: 'object' }, strict: true },
          ),
          serviceTier: fc.constant('flex'),
          metadata: fc.constant({ team: 'a' }),
          endUser: fc.constant('u1'),
          cacheKey: fc.constant('k'),
          store: fc.constant(true),
          rest: fc.constantFrom(
            {
              dialect: DIALECT,
              fields: { truncation: 'auto', include: ['file_search_call.results'] },
            },
            { dialect: DIALECT, fields: { reasoning: { mode: 'pro' } } },
            { dialect: DIALECT, fields: { text: { format: { type: 'grammar', syntax: 'lark' } } } },
          ),
        },
        { requiredKeys: [], noNullPrototype: true },
      )
      .map(({ rest, output, ...settings }) => {
        const hasFormat = rest !== undefined && 'text' in rest.fields;
        return {
          ...settings,
          ...(rest === undefined ? {} : { rest }),
          ...(output === undefined || hasFormat ? {} : { output }),
        };
      }),
  },
  vocabulary: [
    'type',
    'response',
    'response.created',
    'response.completed',
    'response.incomplete',
    'response.failed',
    'response.output_item.added',
    'response.output_item.done',
    'response.content_part.added',
    'response.content_part.done',
    'response.output_text.delta',
    'response.output_text.done',
    'response.function_call_arguments.delta',
    'response.function_call_arguments.done',
    'response.reasoning_summary_part.added',
    'response.reasoning_summary_text.delta',
    'response.output_text.annotation.added',
    'output_index',
    'content_index',
    'summary_index',
    'item_id',
    'item',
    'part',
    'delta',
    'annotation',
    'input',
    'output',
    'instructions',
    'message',
    'role',
    'user',
    'assistant',
    'content',
    'input_text',
    'output_text',
    'input_image',
    'image_url',
    'function_call',
    'function_call_output',
    'call_id',
    'name',
    'arguments',
    'reasoning',
    'summary',
    'encrypted_content',
    'id',
    'status',
    'usage',
    'error',
    'tool_choice',
    'text',
    'format',
  ],
  checkGrammar,
});

/**
 * Numbered from 0; created, in progress, and an end that holds what was told; each item and each of
 * its parts begun once and ended once, and what was told of it in pieces told whole at its end.
 */
function checkGrammar(events: readonly SseEvent[]): void {
  const told = events.map(({ event, data }, index) => {
    const body = JSON.parse(data);
    expect(body.type).toBe(event);
    expect(body.sequence_number).toBe(index);
    return body;
  });
  expect(told.slice(0, 2).map(({ type }) => type)).toEqual([
    'response.created',
    'response.in_progress',
  ]);
  const last = told.at(-1);
  expect(['response.completed', 'response.incomplete']).toContain(last.type);
  expect(last.type).toBe(`response.${last.response.status}`);
  const open = new Map<string, { id: string; parts: Map<string, string> }>();
  const items: unknown[] = [];
  for (const body of told.slice(2, -1)) {
    const at = String(body.output_index);
    if (body.type === 'response.output_item.added') {
      expect(body.output_index).toBe(items.length);
      items.push(undefined);
      open.set(at, { id: body.item.id, parts: new Map() });
      continue;
    }
    const item = open.get(at);
    if (item === undefined) throw new Error(`${body.type} of an item that is not open`);
    if (body.type === 'response.output_item.done') {
      expect(body.item.id).toBe(item.id);
      expect([...item.parts.values()]).toEqual([]);
      items[body.output_index] = body.item;
      open.delete(at);
      continue;
    }
    expect(body.item_id).toBe(item.id);
    checkPart(body, item.parts);
  }
  expect(open.size).toBe(0);
  expect(last.response.output).toEqual(items);
}

function checkPart(
  body: { type: string; [field: string]: unknown },
  parts: Map<string, string>,
): void {
  const key = `${body['summary_index'] ?? ''}/${body['content_index'] ?? ''}`;
  if (body.type.endsWith('_part.added')) {
    expect(parts.has(key)).toBe(false);
    parts.set(key, '');
  } else if (body.type.endsWith('_part.done')) {
    expect(parts.delete(key)).toBe(true);
  } else if (body.type.endsWith('.delta') && !body.type.includes('arguments')) {
    expect(parts.has(key)).toBe(true);
    parts.set(key, `${parts.get(key)}${body['delta']}`);
  } else if (body.type.endsWith('.done') && !body.type.includes('arguments')) {
    expect(body['text'] ?? body['refusal']).toBe(parts.get(key));
  }
}

describe('openai-responses, recorded failures', () => {
  const failed = all.filter(isError);

  it('are errors of the stream and of the body, not replies', () => {
    expect(failed.length).toBeGreaterThan(1);
    for (const { payloads, body } of failed) {
      if (payloads !== undefined) {
        const text = frameRecording({ ...failed[0], payloads } as Recording);
        const events = decodeStream(openAiResponses, text, WHOLE);
        expect(events.at(-1)).toMatchObject({ error: { kind: 'provider_rate_limited' } });
        expect(events.filter(({ type }) => type === 'error' || type === 'end')).toHaveLength(1);
      }
      expect(openAiResponses.decodeReply(body as JsonValue, TARGET).ok).toBe(false);
    }
  });
});

describe('openai-responses, what it can not say in a reply', () => {
  const words = {
    ...replyWords,
    maxChoices: 2,
    parts: [
      ...replyWords.parts,
      arbitrary.annotatedTextPart,
      arbitrary.reasoningPart,
      arbitrary.mediaPart,
      arbitrary.serverToolPart('anthropic-messages'),
      arbitrary.mcpTurn('anthropic-messages'),
      arbitrary.opaquePart('openai-chat'),
      arbitrary.withState(arbitrary.plainReasoningPart, 'signature'),
      arbitrary.withState(arbitrary.plainReasoningPart, 'encrypted'),
    ],
  };

  it('tells of the same losses in a stream as in a whole reply, and keeps the grammar', () => {
    fc.assert(
      fc.property(arbitrary.arbitraryReply(words), (reply) => {
        const encoder = openAiResponses.createStreamEncoder(ANSWERING);
        checkGrammar(replay(reply).flatMap((event) => encoder.push(event)));

        expect(encoder.losses()).toEqual(openAiResponses.encodeReply(reply, ANSWERING).losses);
      }),
    );
  });

  it('collects to the same reply all the same', () => {
    fc.assert(
      fc.property(arbitrary.arbitraryReply(words), (reply) => {
        expect(collect(replay(reply)).ok).toBe(true);
        expect(encodeStream(openAiResponses, replay(reply)).length).toBeGreaterThan(2);
      }),
    );
  });
});
