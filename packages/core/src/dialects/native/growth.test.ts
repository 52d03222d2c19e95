import { describe, expect, it } from 'vitest';
import { collect } from '../../chat/collect.ts';
import { replay } from '../../chat/replay.ts';
import type { ChatReply } from '../../chat/reply.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Answering, Target } from '../dialect.ts';
import { native } from './index.ts';
import { decodeNativeRequest } from './request.ts';

const answering: Answering = { replyId: 'chatcmpl-1', created: 7, model: 'm', includeUsage: true };
const asked: Answering = { ...answering, include: ['reasoning', 'usage_details'] };
const target: Target = {
  provider: 'far',
  model: 'm',
  ability: {},
  quirks: {},
  origin: { provider: 'far' },
};

const reply: ChatReply = {
  id: 'r',
  model: 'm',
  created: 7,
  choices: [
    {
      content: [
        { type: 'reasoning', text: 'Two and two.' },
        { type: 'text', text: 'Four.' },
      ],
      stopReason: 'stop',
    },
  ],
  usage: {
    input: { uncached: 1, cacheRead: 20, cacheWrite5m: 3 },
    output: { text: 4, reasoning: 5 },
    provenance: 'provider',
  },
};

const streamed = (how: Answering): readonly JsonObject[] => {
  const encoder = native.createStreamEncoder(how);
  return replay(reply)
    .flatMap((event) => encoder.push(event))
    .filter(({ data }) => data !== '[DONE]')
    .map(({ data }) => JSON.parse(data));
};

const DETAILS = {
  prompt_tokens: 24,
  completion_tokens: 9,
  total_tokens: 33,
  prompt_tokens_details: { cached_tokens: 20, cache_write_tokens: 3 },
  completion_tokens_details: { reasoning_tokens: 5 },
};

describe('a native reply', () => {
  it('tells reasoning and the classes of its tokens to who asked, and loses neither', () => {
    const { value, losses } = native.encodeReply(reply, asked);

    expect(value).toMatchObject({
      choices: [
        { message: { role: 'assistant', reasoning_content: 'Two and two.', content: 'Four.' } },
      ],
      usage: DETAILS,
    });
    expect(losses).toEqual([]);
  });

  it('has the predecessor’s fields and no other for who asked for nothing', () => {
    const { value, losses } = native.encodeReply(reply, answering);

    expect(value).toEqual({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 7,
      model: 'm',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'Four.' }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 24, completion_tokens: 9, total_tokens: 33 },
    });
    expect(losses.map(({ path }) => path)).toEqual([
      'choices[0].content[0]',
      'usage.input.cacheRead',
      'usage.input.cacheWrite5m',
      'usage.output.reasoning',
    ]);
  });

  it('says in a stream what it says whole', () => {
    const said = (how: Answering, field: string): string =>
      streamed(how)
        .flatMap(({ choices }) => (Array.isArray(choices) ? choices : []))
        .map(({ delta }) => delta[field] ?? '')
        .join('');

    expect(said(asked, 'reasoning_content')).toBe('Two and two.');
    expect(said(asked, 'content')).toBe('Four.');
    expect(streamed(asked).at(-1)?.['usage']).toEqual(DETAILS);
    expect(JSON.stringify(streamed(answering))).not.toMatch(/reasoning|details/);
  });

  it('is read back as what it was, whole and streamed', () => {
    const whole = native.decodeReply(native.encodeReply(reply, asked).value, target);
    const encoder = native.createStreamEncoder(asked);
    const decoder = native.createStreamDecoder(target);
    const events = replay(reply)
      .flatMap((event) => encoder.push(event))
      .flatMap((event) => decoder.push(event));

    expect(whole).toMatchObject({
      ok: true,
      value: { choices: reply.choices, usage: reply.usage },
    });
    expect(collect(events)).toMatchObject({
      ok: true,
      value: { choices: [{ content: reply.choices[0]?.content }], usage: reply.usage },
    });
  });
});

describe('a native request', () => {
  const decoded = (fields: JsonObject) => {
    const read = decodeNativeRequest({ model: 'm', messages: [], ...fields });
    if (!read.ok) throw new Error(JSON.stringify(read.error));
    return read.value;
  };

  it('may bring files, by address or whole', () => {
    const { request, losses } = decoded({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'file', file: { url: 'https://x.test/a.pdf' } },
            { type: 'file', file: { url: 'data:application/pdf;base64,AAAA', filename: 'b.pdf' } },
          ],
        },
      ],
    });

    expect(request.messages[0]?.content).toEqual([
      { type: 'media', kind: 'file', source: { type: 'url', url: 'https://x.test/a.pdf' } },
      {
        type: 'media',
        kind: 'file',
        source: { type: 'base64', data: 'AAAA' },
        mediaType: 'application/pdf',
        name: 'b.pdf',
      },
    ]);
    expect(losses).toEqual([]);
  });

  it('may bring earlier reasoning back, on an assistant’s message only', () => {
    const { request, losses } = decoded({
      messages: [
        { role: 'user', content: 'q', reasoning_content: 'mine' },
        { role: 'assistant', content: 'a', reasoning_content: 'hm' },
      ],
    });

    expect(request.messages[1]?.content).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'a' },
    ]);
    expect(losses.map(({ path }) => path)).toEqual(['messages[0].reasoning_content']);
  });

  it('may ask how much to think, and what to be told', () => {
    const { request, include } = decoded({ reasoning_effort: 'high', include: ['reasoning'] });

    expect(request.reasoning).toEqual({ effort: 'high' });
    expect(include).toEqual(['reasoning']);
  });

  it('can ask for nothing that nobody knows', () => {
    const read = decodeNativeRequest({ model: 'm', messages: [], include: ['logprobs'] });
    expect(read).toMatchObject({ ok: false, error: { path: 'include[0]' } });
  });
});
