import { frameRecording, listRecordings } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { inputTokens, outputTokens } from '../chat/usage.ts';
import { openAiEmbeddingsPassage } from '../embeddings/openai-passage.ts';
import type { JsonObject } from '../json/json-value.ts';
import type { Quirks } from '../providers/quirks.ts';
import { createSseParser } from '../sse/sse-parser.ts';
import { openAiChat } from './openai-chat/index.ts';
import { openAiCompletionsPassage } from './openai-completions/passage.ts';
import { openAiResponses } from './openai-responses/index.ts';
import type { Passage, TapOptions } from './passage.ts';

const chat = openAiChat.passage;
const plain: TapOptions = { provider: 'p', quirks: {}, dropUsageChunk: false };

function tapped(passage: Passage, data: readonly (JsonObject | string)[], options = plain) {
  const tap = passage.createTap(options);
  const verdicts = data.map((piece) =>
    tap.push({ data: typeof piece === 'string' ? piece : JSON.stringify(piece) }),
  );
  return { tap, verdicts, types: verdicts.map(({ type }) => type) };
}

const editsOf = (body: JsonObject, quirks: Quirks = {}) => {
  const envelope = chat.envelope(body);
  if (!envelope.ok) throw new Error(envelope.error.kind);
  return chat.edits(body, envelope.value, quirks);
};

describe('what is checked of a body that passes', () => {
  it.each<[Passage, JsonObject, object]>([
    [chat, { model: 'm' }, { model: 'm', stream: false, includeUsage: false }],
    [
      chat,
      { model: 'm', stream: true, stream_options: { include_usage: true }, max_tokens: 4 },
      { model: 'm', stream: true, includeUsage: true, maxOutputTokens: 4 },
    ],
    [chat, { model: 'm', messages: 'the provider’s to refuse', stream: null }, { stream: false }],
    [chat, { model: 'm', max_tokens: 4, max_completion_tokens: 5 }, { maxOutputTokens: 5 }],
    [chat, { model: 'm', max_tokens: 9, max_completion_tokens: 1 }, { maxOutputTokens: 9 }],
    [chat, { model: 'm', n: '8' }, { choices: 8 }],
    [chat, { model: 'm', max_tokens: 9, max_output_tokens: 1 }, { maxOutputTokens: 9 }],
    [
      openAiCompletionsPassage,
      { model: 'm', max_tokens: 9, max_completion_tokens: 1 },
      { maxOutputTokens: 9 },
    ],
    [openAiResponses.passage, { model: 'm', max_output_tokens: 7 }, { maxOutputTokens: 7 }],
    [
      openAiResponses.passage,
      { model: 'm', max_output_tokens: 7, max_completion_tokens: 1 },
      { maxOutputTokens: 7 },
    ],
  ])('is the model, the stream and the limit: %#', (passage, body, expected) => {
    expect(passage.envelope(body)).toMatchObject({ ok: true, value: expected });
  });

  it.each<[Passage, JsonObject, string]>([
    [chat, {}, 'model'],
    [chat, { model: 7 }, 'model'],
    [chat, { model: '' }, 'model'],
    [chat, { model: 'm', stream: 'yes' }, 'stream'],
    [chat, { model: 'm', max_tokens: -1 }, 'max_tokens'],
    [chat, { model: 'm', max_completion_tokens: 1.5 }, 'max_completion_tokens'],
    [openAiResponses.passage, { model: 'm', max_output_tokens: 'a' }, 'max_output_tokens'],
    [openAiEmbeddingsPassage, { model: 'm', stream: true }, 'stream'],
  ])('is refused by its path: %#', (passage, body, path) => {
    expect(passage.envelope(body)).toMatchObject({
      ok: false,
      error: { kind: 'invalid_request', path },
    });
  });
});

describe('edits of a body that passes', () => {
  it.each<[string, JsonObject, Quirks, object]>([
    [
      'switch usage on in streams',
      { stream: true },
      {},
      { stream_options: { include_usage: true } },
    ],
    [
      'keep the other stream options',
      { stream: true, stream_options: { include_obfuscation: false } },
      {},
      { stream_options: { include_obfuscation: false, include_usage: true } },
    ],
    ['change nothing without a stream', { stream_options: {} }, {}, {}],
    [
      'change nothing that is asked for',
      { stream: true, stream_options: { include_usage: true } },
      {},
      {},
    ],
    ['leave options alone that are none', { stream: true, stream_options: 'x' }, {}, {}],
    ['switch nothing on that would be refused', { stream: true }, { noStreamOptions: true }, {}],
    [
      'mend the limit that is not known',
      { max_completion_tokens: 5 },
      { maxTokensField: 'max_tokens' },
      { max_tokens: 5, max_completion_tokens: undefined },
    ],
    ['leave the limit that is known', { max_tokens: 5 }, { maxTokensField: 'max_tokens' }, {}],
    [
      'mend the role that is not known',
      {
        messages: [
          { role: 'developer', content: 'a' },
          { role: 'user', content: 'b' },
        ],
      },
      { noDeveloperRole: true },
      {
        messages: [
          { role: 'system', content: 'a' },
          { role: 'user', content: 'b' },
        ],
      },
    ],
  ])('%s', (_name, body, quirks, expected) => {
    expect(editsOf({ model: 'm', ...body }, quirks)).toStrictEqual(expected);
  });
});

const content = {
  model: 'gpt',
  choices: [{ delta: { content: '"usage":{}' }, finish_reason: null }],
};
const finish = { model: 'gpt', choices: [{ delta: {}, finish_reason: 'stop' }], usage: null };
const counted = { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } };

describe('the tap on a Chat stream', () => {
  it('reads model, usage and end, and passes everything', () => {
    const { tap, types } = tapped(chat, [content, finish, counted, '[DONE]']);

    expect(types).toEqual(['pass', 'pass', 'pass', 'last']);
    expect(tap.model()).toBe('gpt');
    expect(tap.usage()).toMatchObject({ input: { uncached: 3 }, output: { text: 2 } });
    expect(tap.hasEnded()).toBe(true);
  });

  it('takes out only the chunk that we asked for', () => {
    const beside = { ...finish, usage: counted.usage };
    const options = { ...plain, dropUsageChunk: true };

    expect(tapped(chat, [content, finish, counted, '[DONE]'], options).types).toEqual([
      'pass',
      'pass',
      'drop',
      'last',
    ]);
    expect(tapped(chat, [content, beside, '[DONE]'], options).types).toEqual([
      'pass',
      'pass',
      'last',
    ]);
  });

  it('has not ended before a finish came', () => {
    expect(tapped(chat, [content, content]).tap.hasEnded()).toBe(false);
    expect(tapped(chat, [content, finish]).tap.hasEnded()).toBe(true);
  });

  it('of several choices has ended when the last of them has', () => {
    const several = { ...plain, severalChoices: true };
    const piece = (index: number, finish_reason: string | null = null) => ({
      model: 'gpt',
      choices: [{ index, delta: {}, finish_reason }],
    });
    const begun = [piece(0), piece(1), piece(0, 'stop')];

    expect(tapped(chat, begun, several).tap.hasEnded()).toBe(false);
    expect(tapped(chat, [...begun, piece(1, 'length')], several).tap.hasEnded()).toBe(true);
    expect(tapped(chat, [...begun, '[DONE]'], several).tap.hasEnded()).toBe(true);
  });

  it.each<[Passage, JsonObject, boolean | undefined]>([
    [chat, { model: 'm', n: 2 }, true],
    [chat, { model: 'm', n: 1 }, undefined],
    [openAiCompletionsPassage, { model: 'm', prompt: ['a', 'b'] }, true],
    [openAiCompletionsPassage, { model: 'm', prompt: 'a' }, undefined],
  ])('knows that several choices were asked for: %#', (passage, body, expected) => {
    const read = passage.envelope(body);
    expect(read.ok && read.value.severalChoices).toBe(expected);
  });

  it('counts usage that stands in a choice', () => {
    const within = {
      choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage: counted.usage }],
    };
    for (const quirks of [{}, { usageIn: 'choices' }]) {
      expect(tapped(chat, [content, within], { ...plain, quirks }).tap.usage()).toMatchObject({
        input: { uncached: 3 },
        output: { text: 2 },
      });
    }
  });

  it.each<[string, JsonObject | string, string]>([
    ['an error', { error: { message: 'x' } }, 'provider_failed'],
    ['HTML', '<html></html>', 'provider_invalid_reply'],
    ['broken JSON', '{"error":}', 'provider_invalid_reply'],
  ])('fails for %s', (_name, piece, kind) => {
    const { verdicts } = tapped(chat, [content, piece]);

    expect(verdicts).toEqual([
      { type: 'pass' },
      { type: 'fail', error: expect.objectContaining({ kind, provider: 'p' }) },
    ]);
  });

  it.each(
    listRecordings().filter(
      ({ family, payloads }) => family === 'openai-chat' && payloads !== undefined,
    ),
  )('counts what the decoder counts in $name', (recording) => {
    const parsed = createSseParser().push(new TextEncoder().encode(frameRecording(recording)));
    if (!parsed.ok) throw new Error('overflow');
    const tap = chat.createTap(plain);
    const decoder = openAiChat.createStreamDecoder({
      provider: 'p',
      model: 'm',
      ability: {},
      quirks: {},
      origin: { provider: 'p' },
    });

    const types = parsed.value.map((event) => tap.push(event).type);

    expect(types.slice(0, -1).every((type) => type === 'pass')).toBe(true);
    expect(types.at(-1)).toBe('last');

    const usages = parsed.value
      .flatMap((event) => decoder.push(event))
      .flatMap((event) => (event.type === 'usage' ? [event.usage] : []));
    expect(tap.usage()).toEqual(usages.at(-1));
    expect(tap.hasEnded()).toBe(true);
  });
});

describe('the tap on a Responses stream', () => {
  const streams = listRecordings().filter(
    ({ family, payloads }) => family === 'openai-responses' && payloads !== undefined,
  );

  it.each(streams)('ends with usage for $name, or tells how it failed', (recording) => {
    const parsed = createSseParser().push(new TextEncoder().encode(frameRecording(recording)));
    if (!parsed.ok) throw new Error('overflow');
    const tap = openAiResponses.passage.createTap(plain);

    const verdicts = parsed.value.map((event) => tap.push(event));

    if (recording.name.includes('error')) {
      expect(verdicts.filter(({ type }) => type === 'fail').length).toBeGreaterThan(0);
      return;
    }
    // Some recordings hold the replies of several turns.
    expect(verdicts.every(({ type }) => type === 'pass' || type === 'last')).toBe(true);
    expect(verdicts.at(-1)).toEqual({ type: 'last' });
    expect(tap.hasEnded()).toBe(true);
    expect(tap.model()).toBeDefined();
    const usage = tap.usage();
    expect(usage === undefined ? 0 : inputTokens(usage)).toBeGreaterThan(0);
  });

  it('finds the end by its type where events have no names', () => {
    const { tap } = tapped(openAiResponses.passage, [
      { type: 'response.created', response: { model: 'gpt' } },
      { type: 'response.output_text.delta', delta: 'response.completed' },
      {
        type: 'response.incomplete',
        response: {
          usage: {
            input_tokens: 9,
            input_tokens_details: { cached_tokens: 4 },
            output_tokens: 5,
            output_tokens_details: { reasoning_tokens: 3 },
          },
        },
      },
    ]);

    expect(tap.hasEnded()).toBe(true);
    expect(tap.usage()).toEqual({
      input: { uncached: 5, cacheRead: 4 },
      output: { text: 2, reasoning: 3 },
      provenance: 'provider',
    });
  });

  it.each<[JsonObject, string]>([
    [
      {
        type: 'response.failed',
        response: { error: { code: 'rate_limit_exceeded', message: 'x' } },
      },
      'provider_rate_limited',
    ],
    [{ type: 'error', code: 'server_error', message: 'x' }, 'provider_failed'],
    [{ type: 'error', error: { type: 'invalid_request_error', message: 'x' } }, 'provider_refused'],
  ])('fails with what went wrong: %#', (event, kind) => {
    const { verdicts } = tapped(openAiResponses.passage, [
      { type: 'response.created', response: { model: 'gpt' } },
      event,
    ]);

    expect(verdicts[1]).toMatchObject({ type: 'fail', error: { kind } });
  });
});

describe('a whole reply that passes', () => {
  it.each(
    listRecordings().filter(
      ({ family, body }) => family === 'openai-responses' && body !== undefined,
    ),
  )('is read for the meter: $name', ({ name, body }) => {
    const read = openAiResponses.passage.readReply(JSON.parse(JSON.stringify(body)), {
      provider: 'p',
      quirks: {},
    });

    expect(read.ok).toBe(!name.includes('error'));
    if (read.ok && read.value.usage) expect(outputTokens(read.value.usage)).toBeGreaterThan(0);
  });

  it.each<[Passage, string]>([
    [chat, 'choices'],
    [openAiCompletionsPassage, 'choices'],
    [openAiEmbeddingsPassage, 'data'],
    [openAiResponses.passage, 'output'],
  ])('is one only with the list that it is made of: %#', (passage, list) => {
    const options = { provider: 'p', quirks: {} };

    expect(passage.readReply({ model: 'm', [list]: [] }, options)).toEqual({
      ok: true,
      value: { model: 'm' },
    });
    expect(passage.readReply({ model: 'm' }, options)).toMatchObject({
      error: { kind: 'provider_invalid_reply' },
    });
    expect(passage.readReply('<html>', options)).toMatchObject({
      error: { kind: 'provider_invalid_reply' },
    });
    expect(passage.readReply({ error: { message: 'x' } }, options)).toMatchObject({
      error: { kind: 'provider_failed' },
    });
  });
});

describe('text for an estimate', () => {
  it('is what was said and what tools are described as, without images', () => {
    const text = chat.inputText({
      model: 'm',
      messages: [
        { role: 'system', content: 'one' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'two' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          ],
        },
        { role: 'assistant', tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{3}' } }] },
      ],
      tools: [{ type: 'function', function: { name: 'four' } }],
    });

    expect(text).toBe('one\ntwo\nf\n{3}\n[{"type":"function","function":{"name":"four"}}]');
  });

  it('is what was answered, in a chunk as in a whole reply', () => {
    expect(chat.outputText({ choices: [{ delta: { content: 'a' } }] })).toBe('a');
    expect(
      chat.outputText({ choices: [{ message: { reasoning_content: 'a', content: 'b' } }] }),
    ).toBe('a\nb');
    expect(openAiCompletionsPassage.outputText({ choices: [{ text: 'a' }] })).toBe('a');
    expect(openAiCompletionsPassage.inputText({ model: 'm', prompt: ['a', 'b'] })).toBe('a\nb');
    expect(
      openAiResponses.passage.outputText({ type: 'response.output_text.delta', delta: 'a' }),
    ).toBe('a');
    expect(openAiResponses.passage.outputText({ type: 'response.completed', delta: 1 })).toBe('');
    expect(
      openAiResponses.passage.outputText({
        output: [{ content: [{ type: 'output_text', text: 'a' }] }],
      }),
    ).toBe('a');
    expect(openAiResponses.passage.inputText({ instructions: 'a', input: 'b' })).toBe('b\na');
    expect(openAiEmbeddingsPassage.inputText({ input: ['a', 'b'] })).toBe('a\nb');
  });
});
