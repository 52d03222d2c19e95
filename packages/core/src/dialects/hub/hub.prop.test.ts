import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  annotatedTextPart,
  anyUsage,
  arbitraryReply,
  arbitraryRequest,
  jsonObject,
  mediaPart,
  opaquePart,
  reasoningPart,
  refusalPart,
  serverToolPart,
  textPart,
  toolCallPart,
  withState,
} from '../../../test/arbitraries.ts';
import { replay } from '../../chat/replay.ts';
import type { ChatRequest } from '../../chat/request.ts';
import {
  decodeHubEvent,
  decodeHubReply,
  decodeHubRequest,
  encodeHubEvent,
  encodeHubReply,
  encodeHubRequest,
} from './index.ts';

const parts = [
  annotatedTextPart,
  textPart,
  reasoningPart,
  refusalPart,
  mediaPart,
  serverToolPart('d'),
  opaquePart('d'),
  withState(textPart, 'encrypted'),
];

const overWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Every setting that the hub has, so that one which the schema forgets is refused here. */
const everySetting = {
  maxOutputTokens: 1,
  temperature: 0.5,
  topP: 0.5,
  topK: 5,
  minP: 0.1,
  frequencyPenalty: -1,
  presencePenalty: 1,
  repetitionPenalty: 1,
  stopSequences: ['a'],
  n: 2,
  seed: -3,
  logprobs: { top: 2 },
  logitBias: { '5': -1 },
  reasoning: { enabled: true, effort: 'low', budgetTokens: 5, adaptive: false, visibility: 'full' },
  output: { type: 'json-schema', name: 'n', description: 'd', schema: {}, strict: true },
  verbosity: 'low',
  modalities: ['text', 'audio'],
  audio: { voice: 'v', format: 'wav' },
  toolChoice: { type: 'allowed', mode: 'auto', names: ['f'] },
  parallelToolCalls: false,
  serviceTier: 'flex',
  metadata: { a: 'b' },
  endUser: 'u',
  cacheKey: 'k',
  store: false,
  rest: { dialect: 'd', fields: { a: 1 } },
} as const satisfies Required<Omit<ChatRequest, 'model' | 'messages' | 'stream' | 'tools'>>;

describe('the hub on the wire', () => {
  it('carries every request unharmed', () => {
    const requests = arbitraryRequest({
      userParts: parts,
      assistantParts: parts,
      settings: fc.constant(everySetting),
    });
    fc.assert(
      fc.property(requests, (request) => {
        expect(decodeHubRequest(overWire(encodeHubRequest(request)))).toEqual({
          ok: true,
          value: overWire(request),
        });
      }),
    );
  });

  it('carries every reply and every event of its stream unharmed', () => {
    const replies = arbitraryReply({
      parts: [...parts, toolCallPart],
      stops: [{ stopReason: 'pause', rawReason: 'p' }, { stopReason: 'stop' }],
      maxChoices: 3,
      usage: anyUsage,
    });
    fc.assert(
      fc.property(replies, (reply) => {
        expect(decodeHubReply(overWire(encodeHubReply(reply)), 'far')).toEqual({
          ok: true,
          value: overWire(reply),
        });
        for (const event of replay(reply)) {
          expect(decodeHubEvent(overWire(encodeHubEvent(event)), 'far')).toEqual({
            ok: true,
            value: overWire(event),
          });
        }
      }),
    );
  });

  it('never throws for JSON of any kind', () => {
    fc.assert(
      fc.property(fc.oneof(jsonObject, fc.jsonValue()), (value) => {
        expect(decodeHubRequest(value).ok).toBe(false);
        expect(decodeHubReply(value, 'far').ok).toBe(false);
        expect(decodeHubEvent(value, 'far').ok).toBe(false);
      }),
    );
  });
});
