import { readRecording } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { geminiPassage } from './passage.ts';

const options = { provider: 'p', quirks: {}, dropUsageChunk: false };

describe('a body that passes', () => {
  it('is checked for the model and whether to stream, which the face adds, and its limit', () => {
    const body = { model: 'm', stream: true, generation_config: { max_output_tokens: 5 } };

    expect(geminiPassage.envelope(body)).toEqual({
      ok: true,
      value: { model: 'm', stream: true, maxOutputTokens: 5, includeUsage: true },
    });
    expect(geminiPassage.envelope({ contents: [] })).toMatchObject({ error: { path: 'model' } });
    expect(geminiPassage.edits(body, { model: 'm', stream: true, includeUsage: true }, {})).toEqual(
      {},
    );
  });

  it('is taken for as many replies as it asks for, by number or by text', () => {
    const choicesOf = (candidateCount: number | string) => {
      const read = geminiPassage.envelope({ model: 'm', generationConfig: { candidateCount } });
      return read.ok ? read.value.choices : read.error;
    };

    expect([8, '8', 1, '1', 1e308, 'many'].map(choicesOf)).toEqual([
      8,
      8,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is read for its words, and nothing else', () => {
    const body = {
      systemInstruction: { parts: [{ text: 'Be terse.' }] },
      contents: [
        {
          role: 'user',
          parts: [{ text: 'Hi' }, { inlineData: { data: 'AAAA', mimeType: 'x/y' } }],
        },
        { role: 'model', parts: [{ functionCall: { name: 'f', args: { a: 1 } } }] },
      ],
      tools: [{ functionDeclarations: [{ name: 'f', description: 'Does it.' }] }],
    };

    const words = geminiPassage.inputText(body);
    for (const word of ['Be terse.', 'Hi', '{"a":1}', 'Does it.']) expect(words).toContain(word);
    expect(words).not.toMatch(/AAAA|x\/y|user/);
    expect(geminiPassage.messageCount?.(body)).toBe(3);
  });
});

describe('a stream that passes', () => {
  const { payloads = [] } = readRecording('google', 'google-text');

  it('is counted by its last piece, and ends with a reason to stop', () => {
    const tap = geminiPassage.createTap(options);
    const ends = payloads.map((data) => {
      expect(tap.push({ data })).toEqual({ type: 'pass' });
      return tap.hasEnded();
    });

    expect(ends).toEqual([false, false, true]);
    expect(tap.model()).toBe('gemini-3-pro-preview');
    expect(tap.usage()).toMatchObject({
      input: { uncached: 9 },
      output: { text: 23, reasoning: 185 },
    });
  });

  it('of several candidates ends with the last of them', () => {
    const tap = geminiPassage.createTap({ ...options, severalChoices: true });
    const push = (...candidates: object[]) => tap.push({ data: JSON.stringify({ candidates }) });

    push({ index: 0, finishReason: 'STOP' }, { index: 1 });
    expect(tap.hasEnded()).toBe(false);
    push({ index: 1, finishReason: 'STOP' });
    expect(tap.hasEnded()).toBe(true);
    const asked = geminiPassage.envelope({ model: 'm', generationConfig: { candidateCount: 2 } });
    expect(asked).toMatchObject({ value: { severalChoices: true } });
  });

  it.each([
    ['<html>', 'provider_invalid_reply'],
    ['{"error":{"code":503,"message":"busy"}}', 'provider_failed'],
  ])('fails at %s', (data, kind) => {
    expect(geminiPassage.createTap(options).push({ data })).toMatchObject({
      type: 'fail',
      error: { kind },
    });
  });

  it('passes words that speak of errors and ends', () => {
    const tap = geminiPassage.createTap(options);
    const data = JSON.stringify({
      candidates: [{ content: { parts: [{ text: '"error": {"finishReason": "STOP"}' }] } }],
    });

    expect(tap.push({ data })).toEqual({ type: 'pass' });
    expect(tap.hasEnded()).toBe(false);
  });
});

describe('the tier of service', () => {
  const reply = {
    candidates: [{ content: { parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, serviceTier: 'standard' },
  };

  it('is read of what was asked for, in either spelling', () => {
    for (const asked of [{ serviceTier: 'priority' }, { service_tier: 'priority' }]) {
      expect(geminiPassage.envelope({ model: 'm', ...asked })).toMatchObject({
        value: { serviceTier: 'priority' },
      });
    }
  });

  it('is read of what served, whole or streamed', () => {
    const tap = geminiPassage.createTap(options);
    tap.push({ data: JSON.stringify(reply) });

    expect(geminiPassage.readReply(reply, options)).toMatchObject({
      value: { serviceTier: 'standard' },
    });
    expect(tap.serviceTier?.()).toBe('standard');
  });
});
