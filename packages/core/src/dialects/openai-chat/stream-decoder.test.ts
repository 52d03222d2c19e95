import { describe, expect, it } from 'vitest';
import { collect, type StreamEvent } from '../../chat/index.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Quirks } from '../../providers/quirks.ts';
import { createStreamDecoder } from './stream.ts';

const DONE = '[DONE]';

function decode(
  data: readonly (string | JsonObject)[],
  quirks: Quirks = {},
): readonly StreamEvent[] {
  const decoder = createStreamDecoder({
    provider: 'p',
    model: 'm',
    ability: {},
    quirks,
    origin: { provider: 'p' },
  });
  const events = data.flatMap((piece) =>
    decoder.push({ data: typeof piece === 'string' ? piece : JSON.stringify(piece) }),
  );
  return [...events, ...decoder.end()];
}

function replyOf(data: readonly (string | JsonObject)[], quirks: Quirks = {}) {
  const reply = collect(decode(data, quirks));
  if (!reply.ok) throw new Error(JSON.stringify(reply.error));
  return reply.value;
}

const delta = (fields: JsonObject, finish: string | null = null): JsonObject => ({
  id: 'chatcmpl-1',
  model: 'gpt',
  choices: [{ index: 0, delta: fields, finish_reason: finish }],
});
const call = (fields: JsonObject): JsonObject => delta({ tool_calls: [fields] });
const stop = delta({}, 'stop');

describe('reading a stream', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['addresses', { citations: ['https://a.example'] }, { url: 'https://a.example' }],
    [
      'results, which tell more than addresses',
      {
        citations: ['https://a.example'],
        search_results: [{ url: 'https://a.example', title: 'A', date: null }],
      },
      { url: 'https://a.example', title: 'A' },
    ],
  ])('cites once what the whole reply rests on: %s', (_name, sources, cited) => {
    const { choices } = replyOf([
      { ...delta({ content: 'a[1]' }), ...sources },
      { ...stop, ...sources },
      DONE,
    ]);

    expect(choices[0]?.content).toEqual([
      { type: 'text', text: 'a[1]', annotations: [{ kind: 'url-citation', ...cited }] },
    ]);
  });

  it.each<[string, (index: number) => JsonObject]>([
    [
      'calls',
      (index) => call({ index, id: `c${index}`, function: { name: 'f', arguments: '{}' } }),
    ],
    [
      'choices',
      (index) => ({
        ...stop,
        choices: [{ index, delta: { content: 'a' }, finish_reason: 'stop' }],
      }),
    ],
  ])('ends with an error beyond as many %s as any model makes', (_name, piece) => {
    const pieces = (count: number) => Array.from({ length: count }, (_, index) => piece(index));

    expect(decode([...pieces(1_000), stop, DONE]).at(-1)?.type).toBe('end');
    expect(decode([...pieces(20_000), stop, DONE]).at(-1)).toMatchObject({
      type: 'error',
      error: { kind: 'provider_invalid_reply' },
    });
  });

  it('takes `null` as text for no id', () => {
    const { choices } = replyOf([
      call({ index: 0, id: 'a', function: { name: 'f', arguments: '' } }),
      call({ index: 0, id: 'null', function: { name: '', arguments: '{"a":' } }),
      call({ index: 0, id: 'null', function: { name: '', arguments: '1}' } }),
      stop,
      DONE,
    ]);

    expect(choices[0]?.content).toEqual([
      { type: 'tool-call', id: 'a', name: 'f', argumentsJson: '{"a":1}' },
    ]);
  });

  it('puts what speaks in turn into parts in turn', () => {
    const { choices } = replyOf([
      delta({ role: 'assistant', content: '' }),
      delta({ reasoning: 'hm' }),
      delta({ content: 'a' }),
      delta({ content: 'b', reasoning: null }),
      delta({ reasoning_content: 'wait' }),
      delta({ content: 'c' }),
      stop,
      DONE,
    ]);

    expect(choices[0]?.content).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'ab' },
      { type: 'reasoning', text: 'wait' },
      { type: 'text', text: 'c' },
    ]);
  });

  it.each<[string, readonly JsonObject[], readonly string[]]>([
    [
      'interleaved by index',
      [
        call({ index: 0, id: 'a', function: { name: 'f', arguments: '{"x"' } }),
        call({ index: 1, id: 'b', function: { name: 'g', arguments: '{' } }),
        call({ index: 0, function: { arguments: ':1}' } }),
        call({ index: 1, function: { arguments: '}' } }),
      ],
      ['a f {"x":1}', 'b g {}'],
    ],
    [
      'without index, by id',
      [
        call({ id: 'a', function: { name: 'f', arguments: '{' } }),
        call({ id: 'a', function: { arguments: '}' } }),
        call({ id: 'b', function: { name: 'f', arguments: '{}' } }),
      ],
      ['a f {}', 'b f {}'],
    ],
    [
      'without index or id, each whole',
      [
        call({ function: { name: 'f', arguments: { x: 1 } } }),
        call({ function: { name: 'f', arguments: '{}' } }),
      ],
      ['call_chatcmpl1_0_0 f {"x":1}', 'call_chatcmpl1_0_1 f {}'],
    ],
    [
      'all of one index, each whole',
      [
        call({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }),
        call({ index: 0, id: 'b', function: { name: 'f', arguments: '{}' } }),
      ],
      ['a f {}', 'b f {}'],
    ],
    [
      'of one id',
      [
        call({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }),
        call({ index: 1, id: 'a', function: { name: 'f', arguments: '{}' } }),
      ],
      ['a f {}', 'call_chatcmpl1_0_1 f {}'],
    ],
    [
      'whose name comes late and is repeated',
      [
        call({ index: 0, id: 'a', function: { arguments: '{' } }),
        call({ index: 0, id: '', function: { name: 'f', arguments: '' } }),
        call({ index: 0, function: { name: '', arguments: '}' } }),
      ],
      ['a f {}'],
    ],
  ])('keeps tool calls apart that come %s', (_name, chunks, expected) => {
    const { choices } = replyOf([...chunks, stop, DONE]);

    const calls = choices[0]?.content.map((part) =>
      part.type === 'tool-call' ? `${part.id} ${part.name} ${part.argumentsJson}` : part.type,
    );
    expect(calls).toEqual(expected);
    expect(choices[0]).toMatchObject({ stopReason: 'tool-calls', rawReason: 'stop' });
  });

  it('reads the old single call, and a custom one with its free text in an object', () => {
    const { choices } = replyOf([
      delta({ function_call: { name: 'f', arguments: '{' } }),
      delta({ function_call: { arguments: '}' } }),
      call({ index: 1, id: 'c', type: 'custom', custom: { name: 'g', input: 'a' } }),
      call({ index: 1, custom: { input: 'b' } }),
      delta({}, 'function_call'),
      DONE,
    ]);

    expect(choices[0]?.content).toEqual([
      { type: 'tool-call', id: 'call_chatcmpl1_0_0', name: 'f', argumentsJson: '{}' },
      { type: 'tool-call', id: 'c', name: 'g', argumentsJson: '{"input":"ab"}', isCustom: true },
    ]);
  });

  it('goes on after a finish that came too early', () => {
    const { choices } = replyOf([delta({ content: 'a' }, 'stop'), delta({ content: 'b' }), DONE]);

    expect(choices[0]?.content).toEqual([{ type: 'text', text: 'ab' }]);
  });

  it('waits for a chunk with choices before it begins', () => {
    const events = decode([
      { id: '', model: '', choices: [], prompt_filter_results: [] },
      delta({ content: 'a' }),
      stop,
      DONE,
    ]);

    expect(events[0]).toEqual({ type: 'start', id: 'chatcmpl-1', model: 'gpt' });
  });

  it.each<[string, readonly JsonObject[], Quirks]>([
    [
      'in a last chunk without choices',
      [stop, { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }],
      {},
    ],
    ['beside the finish', [{ ...stop, usage: { prompt_tokens: 3, completion_tokens: 2 } }], {}],
    [
      'in a field of its own',
      [{ ...stop, x_p: { id: 'r', usage: { prompt_tokens: 3, completion_tokens: 2 } } }],
      { usageIn: 'x_p' },
    ],
    [
      'in every chunk, the last one right',
      [
        { ...delta({ content: 'a' }), usage: { prompt_tokens: 3, completion_tokens: 1 } },
        { ...stop, usage: { prompt_tokens: 3, completion_tokens: 2 } },
      ],
      {},
    ],
  ])('takes usage %s', (_name, chunks, quirks) => {
    expect(replyOf([delta({ content: 'x' }), ...chunks, DONE], quirks).usage).toEqual({
      input: { uncached: 3 },
      output: { text: 2 },
      provenance: 'provider',
    });
  });

  it('takes a clean end after a finish for the end', () => {
    expect(decode([delta({ content: 'a' }), stop]).at(-1)).toEqual({ type: 'end' });
  });

  it.each<[string, readonly (string | JsonObject)[]]>([
    ['before anything came', []],
    ['before any finish', [delta({ content: 'a' })]],
    ['with [DONE] but without any finish', [delta({ content: 'a' }), DONE]],
    [
      'before every choice has finished',
      [stop, { choices: [{ index: 1, delta: { content: 'a' } }] }],
    ],
  ])('is truncated when it stops %s', (_name, data) => {
    const terminal = decode(data).filter(({ type }) => type === 'end' || type === 'error');

    expect(terminal).toEqual([
      { type: 'error', error: { kind: 'provider_truncated', provider: 'p' } },
    ]);
  });

  it.each<[string, readonly (string | JsonObject)[], JsonObject]>([
    ['HTML', ['<html>'], { kind: 'provider_invalid_reply' }],
    ['a list', ['[1]'], { kind: 'provider_invalid_reply' }],
    ['choices that are no list', [{ choices: 'a' }], { kind: 'provider_invalid_reply' }],
    ['an error object', [{ error: { message: 'x' } }], { kind: 'provider_failed' }],
    ['an error text', [{ error: 'x' }], { kind: 'provider_failed' }],
    [
      'a look-alike’s error',
      [{ object: 'error', message: 'slow down', code: 429 }],
      { kind: 'provider_rate_limited', detail: 'slow down' },
    ],
    [
      'an error with a code',
      [{ error: { message: 'too long', code: 'context_length_exceeded' } }],
      { kind: 'provider_refused', status: 400, code: 'context_length_exceeded' },
    ],
    [
      'an error about keys',
      [{ error: { message: 'bad key', code: 'invalid_api_key' } }],
      { kind: 'provider_auth' },
    ],
  ])('ends at once with an error for %s', (_name, data, error) => {
    const events = decode([delta({ content: 'x' }), ...data, stop, DONE]);
    const terminal = events.filter(({ type }) => type === 'end' || type === 'error');

    expect(terminal).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { provider: 'p', ...error } });
  });
});
