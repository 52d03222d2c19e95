import { readRecording } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { type ChatReply, collect, replay } from '../../chat/index.ts';
import type { JsonValue } from '../../json/json-value.ts';
import { decodeReply, encodeReply } from './reply.ts';
import { createStreamDecoder } from './stream-decoder.ts';
import { createStreamEncoder } from './stream-encoder.ts';

const TARGET = {
  provider: 'p',
  model: 'm',
  ability: {},
  quirks: {},
  origin: { provider: 'p' },
};
const ANSWERING = { replyId: 'r', created: 1, model: 'm', includeUsage: true };

const stream = (...pieces: JsonValue[]) => {
  const decoder = createStreamDecoder(TARGET);
  const events = pieces.flatMap((piece) => decoder.push({ data: JSON.stringify(piece) }));
  return [...events, ...decoder.end()];
};

const whole = (body: JsonValue): ChatReply => {
  const reply = decodeReply(body, TARGET);
  if (!reply.ok) throw new Error(reply.error.kind);
  return reply.value;
};

const candidate = (parts: JsonValue, fields: { [name: string]: JsonValue } = {}): JsonValue => ({
  candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', ...fields }],
  responseId: 'id-1',
});

const piece = (parts: JsonValue): JsonValue => ({ candidates: [{ content: { parts } }] });
const finish = (reason: string): JsonValue => ({ candidates: [{ finishReason: reason }] });

describe('why it stopped', () => {
  const reasonOf = (reply: ChatReply): JsonValue | undefined => {
    const { candidates } = encodeReply(reply, ANSWERING).value;
    const [first] = Array.isArray(candidates) ? candidates : [];
    return first?.finishReason;
  };
  const stopped = (
    stopReason: 'stop' | 'pause',
    type: 'text' | 'refusal',
    rawReason: string,
  ): ChatReply => ({
    id: 'r',
    model: 'm',
    choices: [{ content: [{ type, text: 'No.' }], stopReason, rawReason }],
  });

  it('is a limit where a long answer would go on in another request', () => {
    expect(
      whole(candidate([{ text: 'a' }], { finishReason: 'CONTINUATION' })).choices,
    ).toMatchObject([{ stopReason: 'length' }]);
  });

  it('is a filter where a model of another provider refused', () => {
    expect(reasonOf(stopped('stop', 'refusal', 'stop'))).toBe('SAFETY');
    expect(reasonOf(stopped('stop', 'text', 'stop'))).toBe('STOP');
  });

  it('is a stop where another provider’s turn paused', () => {
    expect(reasonOf(stopped('pause', 'text', 'pause_turn'))).toBe('STOP');
  });
});

describe('parts', () => {
  it('of one kind join with nothing between them, until a signature ends one', () => {
    const { choices } = whole(
      candidate([
        { text: 'Hm', thought: true },
        { text: ', yes', thought: true },
        { text: 'A' },
        { text: 'B', thoughtSignature: 's' },
        { text: 'C' },
      ]),
    );

    expect(choices[0]?.content).toMatchObject([
      { type: 'reasoning', form: 'summary', text: 'Hm, yes' },
      { type: 'text', text: 'AB', state: [{ kind: 'thought-signature', data: 's' }] },
      { type: 'text', text: 'C' },
    ]);
  });

  it('keep a signature without words as thoughts that are not shown', () => {
    const call = { functionCall: { name: 'f', args: {} } };
    const body = candidate([call, { text: '', thoughtSignature: 's' }, { text: '' }]);

    expect(whole(body).choices[0]?.content).toMatchObject([
      { type: 'tool-call', name: 'f' },
      { type: 'reasoning', state: [{ data: 's' }] },
    ]);
  });

  it('that nobody knows stay at their place, those that the provider ran as what they are', () => {
    const { choices } = whole(
      candidate([
        { executableCode: { language: 'PYTHON', code: '1' } },
        { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
        { partOfTomorrow: { x: 1 } },
        { inlineData: { mimeType: 'image/png', data: 'AA==' } },
      ]),
    );

    expect(choices[0]).toMatchObject({
      stopReason: 'stop',
      content: [
        { type: 'server-tool', role: 'call', name: 'code_execution' },
        { type: 'server-tool', role: 'result', name: 'code_execution' },
        { type: 'opaque', dialect: 'gemini', raw: { partOfTomorrow: { x: 1 } } },
        { type: 'media', kind: 'image', mediaType: 'image/png', source: { data: 'AA==' } },
      ],
    });
  });
});

describe('calls', () => {
  it('are given ids that differ within a reply and between replies', () => {
    const calls = [{ functionCall: { name: 'f' } }, { functionCall: { name: 'f', args: {} } }];

    const ids = (body: JsonValue) =>
      whole(body).choices.flatMap(({ content }) =>
        content.flatMap((part) => (part.type === 'tool-call' ? [part.id] : [])),
      );

    expect(ids(candidate(calls))).toEqual(['tgcall_id-1_0', 'tgcall_id-1_1']);
    expect(whole(candidate(calls)).choices[0]?.stopReason).toBe('tool-calls');
    expect(ids(candidate([{ functionCall: { id: 'own', name: 'f' } }]))).toEqual(['own']);
  });

  it('gather arguments that come piece by piece, each at its path', () => {
    const more = (...partialArgs: JsonValue[]): JsonValue =>
      piece([{ functionCall: { partialArgs, willContinue: true } }]);
    const events = stream(
      piece([{ functionCall: { name: 'f', willContinue: true }, thoughtSignature: 's' }]),
      more({ jsonPath: '$.to[0].name', stringValue: 'An', willContinue: true }),
      more({ jsonPath: '$.to[0].name', stringValue: 'na' }),
      more({ jsonPath: '$.to[1].name', stringValue: 'Bo' }, { jsonPath: '$.n', numberValue: 2 }),
      more(
        { jsonPath: "$['a b']", boolValue: false },
        { jsonPath: '$.x', nullValue: 'NULL_VALUE' },
      ),
      more({ jsonPath: '$.__proto__.y', numberValue: 1 }),
      piece([{ functionCall: {} }]),
      piece([{ functionCall: { name: 'g', args: { z: 1 } } }]),
      finish('STOP'),
    );

    const reply = collect(events);
    expect(reply).toMatchObject({
      ok: true,
      value: {
        choices: [
          {
            stopReason: 'tool-calls',
            content: [
              { name: 'f', state: [{ data: 's' }] },
              { name: 'g', argumentsJson: '{"z":1}' },
            ],
          },
        ],
      },
    });
    const [first] = reply.ok ? (reply.value.choices[0]?.content ?? []) : [];
    expect(first?.type === 'tool-call' ? first.argumentsJson : '').toBe(
      '{"to":[{"name":"Anna"},{"name":"Bo"}],"n":2,"a b":false,"x":null,"__proto__":{"y":1}}',
    );
  });

  it('that a provider streamed in pieces are the calls that it made', () => {
    const { payloads = [] } = readRecording('google', 'google-stream-tool-call-arguments');
    const reply = collect(stream(...payloads.map((payload) => JSON.parse(payload))));

    expect(reply).toMatchObject({
      ok: true,
      value: {
        choices: [
          {
            content: [
              { name: 'getWeather', argumentsJson: '{"location":"Boston"}' },
              { name: 'getWeather', argumentsJson: '{"location":"San Francisco"}' },
            ],
          },
        ],
        usage: { input: { uncached: 26 }, output: { text: 23, reasoning: 132 } },
      },
    });
  });

  it('with arguments that are no object are wrapped in one, and told', () => {
    const reply = whole(candidate([{ functionCall: { name: 'f', args: {} } }]));
    const call = { type: 'tool-call', id: 'c', name: 'f', argumentsJson: '[1]' } as const;
    const choices = reply.choices.map((choice) => ({ ...choice, content: [call] }));

    const { value, losses } = encodeReply({ ...reply, choices }, ANSWERING);

    expect(Object(value['candidates'])[0].content.parts).toEqual([
      { functionCall: { id: 'c', name: 'f', args: { arguments: '[1]' } } },
    ]);
    expect(losses).toMatchObject([{ path: 'choices[0].content[0].argumentsJson' }]);
  });
});

describe('the end', () => {
  it.each([
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'content-filter'],
    ['RECITATION', 'content-filter'],
    ['BLOCKLIST', 'content-filter'],
    ['PROHIBITED_CONTENT', 'content-filter'],
    ['SPII', 'content-filter'],
    ['TOO_MANY_TOOL_CALLS', 'other'],
    ['toString', 'other'],
  ])('by %s is %s, and keeps its own word', (finishReason, stopReason) => {
    const reply = whole(candidate([{ text: 'x' }], { finishReason }));

    expect(reply.choices[0]).toMatchObject({ stopReason, rawReason: finishReason });
    const known = finishReason === 'toString' ? 'OTHER' : finishReason;
    expect(encodeReply(reply, ANSWERING).value).toMatchObject({
      candidates: [{ finishReason: known }],
    });
  });

  it('of a refused prompt is a filter with nothing said', () => {
    const body = {
      promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
      usageMetadata: { promptTokenCount: 3, totalTokenCount: 3 },
    };
    const reply = whole(body);

    expect(reply).toMatchObject({
      choices: [{ content: [], stopReason: 'content-filter', rawReason: 'PROHIBITED_CONTENT' }],
      usage: { input: { uncached: 3 }, output: { text: 0 } },
    });
    expect(encodeReply(reply, ANSWERING).value).toMatchObject({
      promptFeedback: body.promptFeedback,
      candidates: [{ finishReason: 'PROHIBITED_CONTENT' }],
    });
  });

  it('waits for counts that come after the reason to stop', () => {
    const events = stream(piece([{ text: 'a' }]), finish('STOP'), {
      usageMetadata: { promptTokenCount: 2, candidatesTokenCount: 1 },
    });

    expect(collect(events)).toMatchObject({
      ok: true,
      value: { usage: { input: { uncached: 2 }, output: { text: 1 } } },
    });
  });

  it('that a whole reply does not explain is one all the same', () => {
    const silent = { candidates: [{ content: { parts: [{ text: 'a' }] } }] };

    expect(whole(silent).choices).toEqual([
      { content: [{ type: 'text', text: 'a' }], stopReason: 'other' },
    ]);
    expect(decodeReply({ usageMetadata: { promptTokenCount: 1 } }, TARGET)).toMatchObject({
      error: { kind: 'provider_invalid_reply' },
    });
    expect(stream(silent).at(-1)).toMatchObject({ error: { kind: 'provider_truncated' } });
  });

  it('that one of two candidates never reached is a cut', () => {
    const both = {
      candidates: [
        { index: 0, content: { parts: [{ text: 'a' }] }, finishReason: 'STOP' },
        { index: 1, content: { parts: [{ text: 'b' }] } },
      ],
    };

    expect(stream(both).at(-1)).toMatchObject({ error: { kind: 'provider_truncated' } });
  });

  it('by an error inside the stream is that error, in the face’s words too', () => {
    const error = { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } };
    const events = stream(piece([{ text: 'a' }]), error, finish('STOP'));

    expect(events.at(-1)).toEqual({
      type: 'error',
      error: { kind: 'provider_failed', provider: 'p', status: 503, overloaded: true },
    });
    const encoder = createStreamEncoder(ANSWERING);
    const [last] = events.flatMap((event) => encoder.push(event)).slice(-1);
    expect(JSON.parse(last?.data ?? '')).toMatchObject({
      error: { code: 503, status: 'UNAVAILABLE' },
    });
  });
});

describe('sources', () => {
  const groundingMetadata = {
    webSearchQueries: ['q'],
    groundingChunks: [
      { web: { uri: 'https://a.example', title: 'A' } },
      { web: { uri: 'https://b' } },
    ],
    groundingSupports: [
      { segment: { startIndex: 5, endIndex: 9, text: 'best' }, groundingChunkIndices: [0] },
    ],
  };
  const body = candidate([{ text: 'ö€best' }], { groundingMetadata });

  it('point into the text by its letters, where the wire counts bytes', () => {
    const [part] = whole(body).choices[0]?.content ?? [];

    expect(part).toMatchObject({
      text: 'ö€best',
      annotations: [
        { kind: 'url-citation', url: 'https://a.example', title: 'A', start: 2, end: 6 },
        { kind: 'url-citation', url: 'https://b' },
      ],
    });
  });

  it('stand on the same wire as they came', () => {
    expect(encodeReply(whole(body), ANSWERING).value).toMatchObject({
      candidates: [{ groundingMetadata }],
    });
  });

  it('of another provider are told in this dialect’s words', () => {
    const text = {
      type: 'text' as const,
      text: 'ö€best',
      annotations: [{ kind: 'url-citation' as const, url: 'https://c', start: 2, end: 6 }],
    };
    const reply = {
      id: 'i',
      model: 'm',
      choices: [{ content: [text], stopReason: 'stop' as const }],
    };
    const encoder = createStreamEncoder(ANSWERING);
    const last = replay(reply)
      .flatMap((event) => encoder.push(event))
      .at(-1);

    expect(JSON.parse(last?.data ?? '').candidates[0].groundingMetadata).toEqual({
      groundingChunks: [{ web: { uri: 'https://c' } }],
      groundingSupports: [
        {
          segment: { partIndex: 0, startIndex: 5, endIndex: 9, text: 'best' },
          groundingChunkIndices: [0],
        },
      ],
    });
  });
});
