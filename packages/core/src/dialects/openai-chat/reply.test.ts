import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../json/json-value.ts';
import type { Answering, Target } from '../dialect.ts';
import { decodeReply, encodeReply } from './reply.ts';

const target: Target = {
  provider: 'p',
  model: 'm',
  ability: {},
  quirks: {},
  origin: { provider: 'p' },
};
const answering: Answering = { replyId: 'own', created: 7, model: 'asked', includeUsage: false };

describe('reading a whole reply', () => {
  it('takes one with the least that a reply can have', () => {
    expect(decodeReply({ choices: [{ message: { content: 'Hi' } }] }, target)).toEqual({
      ok: true,
      value: {
        id: '',
        model: 'm',
        choices: [
          { content: [{ type: 'text', text: 'Hi' }], stopReason: 'stop', rawReason: 'stop' },
        ],
      },
    });
  });

  it('reads the message, not the empty delta that may stand beside it', () => {
    const reply = decodeReply(
      { choices: [{ message: { content: 'Hi' }, delta: { role: 'assistant', content: '' } }] },
      target,
    );

    expect(reply.ok && reply.value.choices[0]?.content).toEqual([{ type: 'text', text: 'Hi' }]);
  });

  it.each(['error', 'insufficient_system_resource', 'network_error'])(
    'takes %s for the failure that it is, not for an end',
    (reason) => {
      const choice = { message: { content: 'Half' }, finish_reason: reason };

      expect(decodeReply({ choices: [choice] }, target)).toMatchObject({
        ok: false,
        error: { kind: 'provider_failed' },
      });
    },
  );

  it('reads a call whose arguments were left out', () => {
    const call = { id: 'a', type: 'function', function: { name: 'now' } };
    const reply = decodeReply({ choices: [{ message: { tool_calls: [call] } }] }, target);

    expect(reply.ok && reply.value.choices[0]?.content).toEqual([
      { type: 'tool-call', id: 'a', name: 'now', argumentsJson: '' },
    ]);
  });

  it('reads reasoning, images, audio and citations where look-alikes put them', () => {
    const reply = decodeReply(
      {
        choices: [
          {
            message: {
              reasoning_details: [{ type: 'reasoning.text', text: 'hm' }],
              content: 'See [1]',
              annotations: [
                { type: 'url_citation', url_citation: { url: 'u', start_index: 4, end_index: 7 } },
              ],
              images: [{ image_url: { url: 'data:image/png;base64,AA==' } }],
              audio: { id: 'a', data: 'BB==', transcript: 'said' },
            },
            finish_reason: 'length',
          },
        ],
      },
      target,
    );

    expect(reply.ok && reply.value.choices[0]?.content).toEqual([
      { type: 'reasoning', text: 'hm' },
      {
        type: 'text',
        text: 'See [1]',
        annotations: [{ kind: 'url-citation', url: 'u', start: 4, end: 7 }],
      },
      {
        type: 'media',
        kind: 'audio',
        source: { type: 'base64', data: 'BB==' },
        transcript: 'said',
      },
      {
        type: 'media',
        kind: 'image',
        source: { type: 'base64', data: 'AA==' },
        mediaType: 'image/png',
      },
    ]);
  });

  it.each([
    ['with one id for all', 'same'],
    ['without ids', undefined],
    ['with one index for all', 'same', 0],
  ])('keeps calls apart that come %s', (_how, id, index?: number) => {
    const call = (name: string) => ({
      id,
      index,
      function: { name, arguments: `{"of":"${name}"}` },
    });
    const message = { role: 'assistant', tool_calls: [call('a'), call('b')] };

    const read = decodeReply(JSON.parse(JSON.stringify({ choices: [{ message }] })), target);

    const content = read.ok ? read.value.choices[0]?.content : [];
    expect(content).toMatchObject([
      { type: 'tool-call', name: 'a', argumentsJson: '{"of":"a"}' },
      { type: 'tool-call', name: 'b', argumentsJson: '{"of":"b"}' },
    ]);
    const ids = content?.map((part) => (part.type === 'tool-call' ? part.id : ''));
    expect(new Set(ids).size).toBe(2);
  });

  it.each<[string, JsonValue, string]>([
    ['HTML', '<html>', 'provider_invalid_reply'],
    ['nothing', null, 'provider_invalid_reply'],
    ['no choices', { choices: [] }, 'provider_invalid_reply'],
    ['choices without a message', { choices: [{ text: 'a' }] }, 'provider_invalid_reply'],
    ['a message of another dialect', { type: 'message', content: [] }, 'provider_invalid_reply'],
    ['an error within a 200', { error: { message: 'x', code: 502 } }, 'provider_failed'],
  ])('is an error for %s', (_name, body, kind) => {
    expect(decodeReply(body, target)).toMatchObject({ ok: false, error: { kind, provider: 'p' } });
  });
});

describe('writing a whole reply', () => {
  it('is complete, with nulls where the official one has them', () => {
    const { value, losses } = encodeReply(
      {
        id: '',
        model: '',
        choices: [
          {
            content: [{ type: 'tool-call', id: 'c', name: 'f', argumentsJson: '' }],
            stopReason: 'tool-calls',
          },
        ],
      },
      answering,
    );

    expect(value).toEqual({
      id: 'own',
      object: 'chat.completion',
      created: 7,
      model: 'asked',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: null,
            refusal: null,
            tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
          },
          logprobs: null,
          finish_reason: 'tool_calls',
        },
      ],
    });
    expect(losses).toEqual([]);
  });

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['tool-calls', 'tool_calls'],
    ['content-filter', 'content_filter'],
    ['refusal', 'content_filter'],
    ['pause', 'stop'],
    ['other', 'stop'],
  ] as const)('says why it stopped: %s as %s', (stopReason, finish) => {
    const { value } = encodeReply(
      { id: 'i', model: 'm', choices: [{ content: [{ type: 'text', text: 'a' }], stopReason }] },
      answering,
    );

    expect(value['choices']).toMatchObject([{ finish_reason: finish }]);
  });
});
