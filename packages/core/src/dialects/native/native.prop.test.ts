import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arbitraryReply,
  arbitraryRequest,
  count,
  jsonObject,
  mediaPart,
  opaquePart,
  reasoningPart,
  refusalPart,
  serverToolPart,
  textPart,
  toolCallPart,
} from '../../../test/arbitraries.ts';
import { collect } from '../../chat/collect.ts';
import type { ContentPart } from '../../chat/content-part.ts';
import { replay } from '../../chat/replay.ts';
import type { ChatReply } from '../../chat/reply.ts';
import type { ChatRequest } from '../../chat/request.ts';
import { isTerminal, type StreamEvent } from '../../chat/stream-event.ts';
import type { Result } from '../../result.ts';
import type { Answering, Target } from '../dialect.ts';
import { native } from './index.ts';
import { decodeNativeRequest } from './request.ts';
import { NativeChatReply, NativeStreamChunk } from './wire.ts';

const answering: Answering = { replyId: 'chatcmpl-1', created: 1, model: 'm', includeUsage: true };
const target: Target = {
  provider: 'far',
  model: 'm',
  ability: {},
  quirks: {},
  origin: { provider: 'far' },
};

const said = arbitraryReply({
  parts: [textPart, toolCallPart],
  stops: [
    { stopReason: 'stop', rawReason: 'stop' },
    { stopReason: 'length', rawReason: 'length' },
    { stopReason: 'tool-calls', rawReason: 'tool_calls' },
    { stopReason: 'content-filter', rawReason: 'content_filter' },
  ],
  maxChoices: 2,
  usage: fc.record({
    input: fc.record({ uncached: count }),
    output: fc.record({ text: count }),
    provenance: fc.constant('provider' as const),
  }),
});

const anything = arbitraryReply({
  parts: [
    textPart,
    toolCallPart,
    mediaPart,
    reasoningPart,
    refusalPart,
    serverToolPart('d'),
    opaquePart('d'),
  ],
  stops: [{ stopReason: 'other' }, { stopReason: 'pause', rawReason: 'p' }, { stopReason: 'stop' }],
  maxChoices: 3,
  usage: fc.constant({ input: {}, output: {}, provenance: 'estimate' as const }),
});

const value = <T>(result: Result<T, unknown>): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

const streamed = (reply: ChatReply) => {
  const encoder = native.createStreamEncoder(answering);
  return replay(reply).flatMap((event) => encoder.push(event));
};

const readBack = (frames: readonly { readonly data: string }[]): readonly StreamEvent[] => {
  const decoder = native.createStreamDecoder(target);
  return [...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()];
};

/** The contract has one content, before the calls, and whole replies respell arguments. */
const normal = (reply: ChatReply): ChatReply => ({
  ...reply,
  choices: reply.choices.map((choice) => ({
    ...choice,
    content: [
      ...choice.content.filter((part) => part.type === 'text'),
      ...choice.content.filter((part) => part.type !== 'text').map(respelt),
    ],
  })),
});

const respelt = (part: ContentPart): ContentPart =>
  part.type === 'tool-call'
    ? { ...part, argumentsJson: JSON.stringify(JSON.parse(part.argumentsJson)) }
    : part;

describe('the native dialect', () => {
  it('gives the same reply whole and streamed, ids included', () => {
    fc.assert(
      fc.property(said, (reply) => {
        const whole = value(native.decodeReply(native.encodeReply(reply, answering).value, target));
        expect(normal(value(collect(readBack(streamed(reply)))))).toEqual(normal(whole));
      }),
    );
  });

  it('keeps text, calls, reasons and counts of every reply that it has words for', () => {
    fc.assert(
      fc.property(said, (reply) => {
        const { value: body, losses } = native.encodeReply(reply, answering);
        const back = value(native.decodeReply(body, target));
        const told = ({ choices, usage }: ChatReply) => ({
          usage,
          choices: normal({ ...reply, choices }).choices.map((choice) => ({
            reason: choice.stopReason,
            text: choice.content.map((part) => (part.type === 'text' ? part.text : '')).join(''),
            calls: choice.content.flatMap((part) =>
              part.type === 'tool-call' ? [[part.name, part.argumentsJson]] : [],
            ),
          })),
        });
        expect(told(back)).toEqual(told(reply));
        expect(losses).toEqual([]);
      }),
    );
  });

  it('writes any reply in the shape of its contract, whole and streamed', () => {
    fc.assert(
      fc.property(anything, (reply) => {
        expect(
          NativeChatReply.safeParse(native.encodeReply(reply, answering).value).error,
        ).toBeUndefined();
        const frames = streamed(reply).map((frame) => frame.data);
        expect(frames.at(-1)).toBe('[DONE]');
        for (const data of frames.slice(0, -1)) {
          expect(NativeStreamChunk.safeParse(JSON.parse(data)).error).toBeUndefined();
        }
      }),
    );
  });

  it('reports a stream that is cut anywhere as truncated, in exactly one terminal event', () => {
    fc.assert(
      fc.property(said, fc.nat(), (reply, at) => {
        const frames = streamed(reply);
        const events = readBack(frames.slice(0, at % frames.length));
        expect(events.filter(isTerminal)).toEqual([
          { type: 'error', error: { kind: 'provider_truncated', provider: 'far' } },
        ]);
      }),
    );
  });

  it('never throws, whatever JSON it is given to read', () => {
    const wireLike = fc.record(
      {
        model: fc.oneof(fc.constant('m'), fc.jsonValue()),
        messages: fc.array(
          fc.oneof(
            fc.jsonValue(),
            fc.record(
              {
                role: fc.oneof(
                  fc.constantFrom('system', 'user', 'assistant', 'tool'),
                  fc.jsonValue(),
                ),
                content: fc.oneof(fc.string(), fc.jsonValue()),
                tool_calls: fc.jsonValue(),
                tool_call_id: fc.jsonValue(),
              },
              { requiredKeys: [] },
            ),
          ),
        ),
        tools: fc.jsonValue(),
        tool_choice: fc.jsonValue(),
        stop: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(jsonObject, wireLike), (drawn) => {
        const body = JSON.parse(JSON.stringify(drawn));
        expect(typeof decodeNativeRequest(body).ok).toBe('boolean');
        expect(typeof native.decodeReply(body, target).ok).toBe('boolean');
        expect(readBack([{ data: JSON.stringify(body) }]).filter(isTerminal)).toHaveLength(1);
      }),
      { numRuns: 500 },
    );
  });

  it('reads back the meaning of every request that it can say', () => {
    const requests = arbitraryRequest({
      userParts: [
        fc.webUrl().map((url) => ({ type: 'media', kind: 'image', source: { type: 'url', url } })),
        fc.base64String({ minLength: 4 }).map((data) => ({
          type: 'media',
          kind: 'image',
          mediaType: 'image/png',
          source: { type: 'base64', data },
        })),
      ],
      assistantParts: [],
      settings: fc.record(
        {
          temperature: fc.double({ min: 0, max: 2, noNaN: true }),
          topP: fc.double({ min: 0, max: 1, noNaN: true }),
          maxOutputTokens: fc.nat(),
          stopSequences: fc.array(fc.string(), { minLength: 1 }),
        },
        { requiredKeys: [], noNullPrototype: true },
      ),
    }).map(sayable);
    fc.assert(
      fc.property(requests, (request) => {
        const encoded = value(native.encodeRequest(request, target));
        const wire = JSON.parse(JSON.stringify(encoded.value));
        const decoded = value(decodeNativeRequest(wire));
        expect(encoded.losses).toEqual([]);
        expect(decoded.losses).toEqual([]);
        expect(decoded.request).toEqual(JSON.parse(JSON.stringify({ ...request, model: 'm' })));
      }),
    );
  });
});

/** Of a drawn request what the contract can say: plain tool names, one text in a tool's result. */
function sayable(request: ChatRequest): ChatRequest {
  const names = new Map<string, string>();
  return {
    ...request,
    messages: request.messages.map((message) => ({
      ...message,
      content: message.content.map((part) => {
        if (part.type === 'tool-call') names.set(part.id, part.name);
        if (part.type !== 'tool-result') return part;
        const text = part.content.map((one) => (one.type === 'text' ? one.text : '')).join('');
        return { ...part, name: names.get(part.callId) ?? '', content: [{ type: 'text', text }] };
      }),
    })),
    ...(request.tools === undefined
      ? {}
      : {
          tools: request.tools.map((tool, index) => ({
            ...tool,
            name: `f_${index}`,
            description: 'does it',
          })),
        }),
  };
}
