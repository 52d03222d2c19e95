import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../json/index.ts';
import type { SseEvent } from '../../sse/index.ts';
import { anthropicPassage } from './passage.ts';

const event = (type: string, fields: JsonObject): SseEvent => ({
  event: type,
  data: JSON.stringify({ type, ...fields }),
});

const tap = () => anthropicPassage.createTap({ provider: 'p', quirks: {}, dropUsageChunk: false });

const start = event('message_start', {
  message: { model: 'served', content: [], usage: { input_tokens: 7, output_tokens: 1 } },
});

describe('the envelope', () => {
  it('is all that is checked of a body that passes', () => {
    expect(
      anthropicPassage.envelope({ model: 'm', stream: true, max_tokens: 5, messages: 'nonsense' }),
    ).toEqual({
      ok: true,
      value: { model: 'm', stream: true, maxOutputTokens: 5, includeUsage: true },
    });
  });

  it.each([
    [{ model: 5 }, 'model'],
    [{ model: 'm', stream: 'yes' }, 'stream'],
    [{ model: 'm', max_tokens: -1 }, 'max_tokens'],
  ])('refuses %o', (body, path) => {
    expect(anthropicPassage.envelope(body)).toMatchObject({ ok: false, error: { path } });
  });
});

describe('the tap', () => {
  it('knows the input as soon as the stream begins, and the output at its end', () => {
    const watching = tap();

    watching.push(start);
    expect(watching.usage()).toEqual({
      input: { uncached: 7 },
      output: {},
      provenance: 'provider',
    });
    watching.push(event('content_block_delta', { index: 0, delta: { type: 'text_delta' } }));
    watching.push(event('message_delta', { delta: {}, usage: { output_tokens: 12 } }));
    expect(watching.hasEnded()).toBe(false);
    watching.push(event('message_stop', {}));

    expect(watching.usage()).toMatchObject({ input: { uncached: 7 }, output: { text: 12 } });
    expect(watching.model()).toBe('served');
    expect(watching.hasEnded()).toBe(true);
  });

  it('counts the first message_start only, and understands events without a name', () => {
    const watching = tap();

    watching.push({ data: start.data });
    watching.push({ data: start.data.replace('7', '9') });

    expect(watching.usage()).toMatchObject({ input: { uncached: 7 } });
  });

  it('fails on an error inside the stream, in our words', () => {
    const error = { type: 'overloaded_error', message: 'Overloaded' };

    expect(tap().push(event('error', { error }))).toEqual({
      type: 'fail',
      error: { kind: 'provider_failed', provider: 'p', status: 529, overloaded: true },
    });
  });

  it.each([
    ['message_delta', '{"usage":'],
    ['content_block_delta', '{"type":"content_bl'],
    [undefined, '<html>'],
    [undefined, '7'],
  ])('fails on %s that is no JSON: %s', (name, data) => {
    const garbled = name === undefined ? { data } : { event: name, data };

    expect(tap().push(garbled)).toMatchObject({
      type: 'fail',
      error: { kind: 'provider_invalid_reply', provider: 'p' },
    });
  });

  it('passes events that it does not know', () => {
    expect(tap().push(event('later_invention', { index: 0 }))).toEqual({ type: 'pass' });
    expect(tap().push({ data: '{"of":"no type"}' })).toEqual({ type: 'pass' });
  });
});

describe('whole replies', () => {
  it('are read for the meter', () => {
    const body = { type: 'message', model: 'served', content: [], usage: { input_tokens: 1 } };

    expect(anthropicPassage.readReply(body, { provider: 'p', quirks: {} })).toMatchObject({
      ok: true,
      value: { model: 'served', usage: { input: { uncached: 1 } } },
    });
  });

  it('are refused when they are none', () => {
    expect(anthropicPassage.readReply({ ok: true }, { provider: 'p', quirks: {} })).toMatchObject({
      ok: false,
      error: { kind: 'provider_invalid_reply' },
    });
  });
});

describe('text for an estimate', () => {
  it('is what the model reads, not ids or bytes', () => {
    const text = anthropicPassage.inputText({
      model: 'unread',
      system: 'kind',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'look' },
            { type: 'image', source: { type: 'base64', data: 'AAAA' } },
          ],
        },
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 'unread', name: 'f', input: { a: 1 } }],
        },
      ],
    });

    for (const word of ['kind', 'look', 'f', '{"a":1}']) expect(text).toContain(word);
    for (const word of ['unread', 'AAAA']) expect(text).not.toContain(word);
  });

  it('is what the model wrote, in a reply or a delta', () => {
    expect(anthropicPassage.outputText({ content: [{ type: 'text', text: 'a' }] })).toBe('a');
    expect(anthropicPassage.outputText({ delta: { type: 'text_delta', text: 'b' } })).toBe('b');
  });
});
