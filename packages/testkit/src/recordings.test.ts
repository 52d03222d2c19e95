import { describe, expect, it } from 'vitest';
import {
  frameRecording,
  listRecordings,
  listSyntheticReplies,
  readRecording,
} from './recordings.ts';

describe('recordings', () => {
  it('lists every recording once, each with a body, a stream or both', () => {
    const all = listRecordings();

    expect(all.length).toBeGreaterThan(90);
    expect(new Set(all.map(({ provider, name }) => `${provider}/${name}`)).size).toBe(all.length);
    expect(
      all.filter(({ body, payloads }) => body === undefined && payloads === undefined),
    ).toEqual([]);
  });

  it('gives each payload as one line of JSON', () => {
    const payloads = listRecordings().flatMap((recording) => recording.payloads ?? []);

    expect(payloads.length).toBeGreaterThan(1_000);
    expect(() => payloads.map((payload) => JSON.parse(payload))).not.toThrow();
  });

  it('knows the family by what was recorded, not only by the folder', () => {
    for (const { name, family, payloads = [] } of listRecordings()) {
      const first = payloads[0] ?? '';
      if (first.includes('"chat.completion.chunk"'))
        expect([name, family]).toEqual([name, 'openai-chat']);
      if (first.includes('"message_start"'))
        expect([name, family]).toEqual([name, 'anthropic-messages']);
      if (first.includes('"response.created"'))
        expect([name, family]).toEqual([name, 'openai-responses']);
    }
  });

  it('keeps apart what nobody recorded, and says so in its name', () => {
    const synthetic = listSyntheticReplies();

    expect(synthetic.length).toBeGreaterThan(50);
    expect(synthetic.filter(({ name }) => !/(^|\/)synthetic-/.test(name))).toEqual([]);
    expect(synthetic.filter(({ family }) => family === 'other')).toEqual([]);
    expect(listRecordings().filter(({ name }) => name.includes('synthetic-'))).toEqual([]);
  });

  it('finds a recording by the last part of its name, and says what there is otherwise', () => {
    expect(readRecording('deepseek', 'deepseek-text').name).toBe('chat/deepseek-text');
    expect(() => readRecording('groq', 'nothing')).toThrow('there are: groq-text, groq-tool-call');
  });

  it('frames Chat Completions with [DONE], and Anthropic with named events', () => {
    const chat = frameRecording(readRecording('groq', 'groq-text'));
    const anthropic = frameRecording(readRecording('anthropic', 'anthropic-json-tool.1'));

    expect(chat.startsWith('data: {')).toBe(true);
    expect(chat.endsWith('\n\ndata: [DONE]\n\n')).toBe(true);
    expect(anthropic.startsWith('event: message_start\ndata: {')).toBe(true);
    expect(anthropic).not.toContain('[DONE]');
  });

  it('refuses to frame what was never streamed or is not framed as text', () => {
    expect(() => frameRecording(readRecording('moonshotai', 'moonshotai-text'))).toThrow('whole');
    expect(() =>
      frameRecording(readRecording('amazon-bedrock', 'amazon-bedrock-reasoning')),
    ).toThrow('binary');
  });
});
