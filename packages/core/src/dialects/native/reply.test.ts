import { describe, expect, it } from 'vitest';
import type { ContentPart } from '../../chat/content-part.ts';
import type { ChatReply, Choice } from '../../chat/reply.ts';
import type { JsonValue } from '../../json/json-value.ts';
import type { Answering, Target } from '../dialect.ts';
import { native } from './index.ts';

const answering: Answering = {
  replyId: 'chatcmpl-0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000',
  created: 1_700_000_000,
  model: 'asked',
  includeUsage: true,
};

const target: Target = {
  provider: 'far',
  model: 'm',
  ability: {},
  quirks: {},
  origin: { provider: 'far' },
};

const reply = (content: readonly ContentPart[], choice: Partial<Choice> = {}): ChatReply => ({
  id: 'provider-id',
  model: 'served',
  created: 1_600_000_000,
  choices: [{ content, stopReason: 'stop', ...choice }],
  usage: { input: { uncached: 3 }, output: { text: 4 }, provenance: 'provider' },
});

const call = (argumentsJson: string, id = 'x'): ContentPart => ({
  type: 'tool-call',
  id,
  name: 'get_weather',
  argumentsJson,
});

const encoded = (value: ChatReply) => native.encodeReply(value, answering);
const paths = (value: ChatReply) =>
  encoded(value).losses.map((loss) => `${loss.path}:${loss.action}`);

describe('a native reply', () => {
  it('carries what the contract names, with our own id and no field of null', () => {
    expect(encoded(reply([{ type: 'text', text: 'Hello' }]))).toEqual({
      value: {
        id: answering.replyId,
        object: 'chat.completion',
        created: 1_600_000_000,
        model: 'served',
        choices: [
          { index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' },
        ],
        usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
      },
      losses: [],
    });
  });

  it('takes time and model from the caller when the provider told neither', () => {
    const { created: _created, ...untold } = reply([]);
    expect(encoded({ ...untold, model: '' }).value).toMatchObject({
      created: 1_700_000_000,
      model: 'asked',
    });
  });

  it('gives tool calls fresh ids and their arguments as objects, in order', () => {
    const { value, losses } = encoded(
      reply([call('{"city":"Boston"}', 'toolu_1'), call(' { "city" : "Rome" } ', 'toolu_1')], {
        stopReason: 'tool-calls',
      }),
    );
    const fresh = 'call_0199aaaabbbb7ccc8dddeeeeffff0000';
    expect(losses).toEqual([]);
    expect(value['choices']).toEqual([
      {
        index: 0,
        message: {
          role: 'assistant',
          tool_calls: [
            {
              id: `${fresh}_0`,
              type: 'function',
              function: { name: 'get_weather', arguments: { city: 'Boston' } },
            },
            {
              id: `${fresh}_1`,
              type: 'function',
              function: { name: 'get_weather', arguments: { city: 'Rome' } },
            },
          ],
        },
        finish_reason: 'tool_calls',
      },
    ]);
    expect(`${fresh}_1`.length).toBeLessThanOrEqual(40);
  });

  it.each<[string, string, JsonValue, number]>([
    ['nothing', '', {}, 0],
    ['blanks', ' \n', {}, 0],
    ['broken JSON', '{"city":', '{"city":', 1],
    ['JSON of a text', '"Boston"', '"Boston"', 1],
    ['a list', '[1]', [1], 0],
    ['nested without end', '['.repeat(100_000), '['.repeat(100_000), 1],
  ])('never fails for arguments that are %s', (_, text, value, count) => {
    const { value: body, losses } = encoded(reply([call(text)]));
    expect(body).toMatchObject({
      choices: [{ message: { tool_calls: [{ function: { arguments: value } }] } }],
    });
    expect(losses).toHaveLength(count);
  });

  it.each<[Partial<Choice>, string | undefined]>([
    [{ stopReason: 'length', rawReason: 'max_tokens' }, 'length'],
    [{ stopReason: 'tool-calls' }, 'tool_calls'],
    [{ stopReason: 'content-filter' }, 'content_filter'],
    [{ stopReason: 'refusal' }, 'content_filter'],
    [{ stopReason: 'pause', rawReason: 'pause_turn' }, 'pause_turn'],
    [{ stopReason: 'other', rawReason: 'eos' }, 'eos'],
    [{ stopReason: 'other' }, undefined],
  ])('says %j as %s', (choice, finish) => {
    const [encodedChoice] = encoded(reply([], choice)).value['choices'] as readonly JsonValue[];
    expect(encodedChoice).toEqual({
      index: 0,
      message: { role: 'assistant' },
      ...(finish === undefined ? {} : { finish_reason: finish }),
    });
  });

  it('tells a refusal as text, and by its reason', () => {
    const value = reply([{ type: 'refusal', text: 'No.' }]);
    expect(encoded(value).value).toMatchObject({
      choices: [{ message: { content: 'No.' }, finish_reason: 'content_filter' }],
    });
    expect(paths(value)).toEqual(['choices[0].content[0]:emulated']);
  });

  it('says by path what the contract has no word for', () => {
    const value: ChatReply = {
      ...reply([
        { type: 'reasoning', text: 'hm' },
        {
          type: 'text',
          text: 'a',
          annotations: [{ kind: 'url-citation', url: 'https://x.test' }],
          logprobs: [{ token: 'a', logprob: -1 }],
        },
        { type: 'media', kind: 'audio', source: { type: 'base64', data: 'AA' } },
        { type: 'server-tool', role: 'call', name: 'web_search', dialect: 'd', raw: {} },
        { type: 'opaque', dialect: 'd', raw: {} },
        { type: 'text', text: 'b' },
      ]),
      usage: {
        input: { uncached: 1, cacheRead: 2, cacheWrite5m: 0 },
        output: { text: 3, reasoning: 4 },
        serverTools: { web_search: 1 },
        provenance: 'provider',
      },
    };
    expect(encoded(value).value).toMatchObject({
      choices: [{ message: { role: 'assistant', content: 'ab' } }],
      usage: { prompt_tokens: 3, completion_tokens: 7, total_tokens: 10 },
    });
    expect(paths(value)).toEqual([
      'choices[0].content[0]:dropped',
      'choices[0].content[1].annotations:dropped',
      'choices[0].content[1].logprobs:dropped',
      'choices[0].content[2]:dropped',
      'choices[0].content[3]:dropped',
      'choices[0].content[4]:dropped',
      'usage.input.cacheRead:dropped',
      'usage.output.reasoning:dropped',
      'usage.serverTools.web_search:dropped',
    ]);
  });

  it('has zeros where the provider counted nothing, and says that they are none of its', () => {
    const { usage: _usage, ...uncounted } = reply([]);
    expect(encoded(uncounted).value['usage']).toEqual({
      prompt_tokens: 0,
      completion_tokens: 0,
      total_tokens: 0,
    });
    expect(paths(uncounted)).toEqual(['usage:emulated']);
  });

  it.each<[string, JsonValue]>([
    ['no object', []],
    ['an error body', { error: { message: 'x' } }],
    ['a reply without usage', { ...encoded(reply([])).value, usage: null }],
    ['a reply with a null for its id', { ...encoded(reply([])).value, id: null }],
  ])('that is %s is an invalid reply of its provider', (_, value) => {
    expect(native.decodeReply(value, target)).toMatchObject({
      ok: false,
      error: { kind: 'provider_invalid_reply', provider: 'far' },
    });
  });
});
