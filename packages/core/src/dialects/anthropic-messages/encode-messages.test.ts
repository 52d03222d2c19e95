import { describe, expect, it } from 'vitest';
import type { ContentPart, Loss, Message, Role } from '../../chat/index.ts';
import type { Ability } from '../../providers/index.ts';
import { createCallIds } from '../call-ids.ts';
import { rulesOf } from './api-version.ts';
import { type EncodedMessages, encodeMessages } from './encode-messages.ts';

function encode(
  messages: readonly Message[],
  ability: Ability = {},
): EncodedMessages & { readonly losses: readonly Loss[] } {
  const losses: Loss[] = [];
  const origin = { provider: 'p', account: 'a', model: 'm' };
  return {
    ...encodeMessages(messages, {
      ability,
      origin,
      rules: rulesOf(undefined),
      ids: createCallIds(),
      servers: new Set<string>(),
      losses,
    }),
    losses,
  };
}

const told = (losses: readonly Loss[]): string[] =>
  losses.map(({ path, action, weight }) => `${path} ${action} ${weight}`);

const say = (role: Role, ...content: ContentPart[]): Message => ({ role, content });
const text = (value: string): ContentPart => ({ type: 'text', text: value });
const call = (id: string, argumentsJson = '{}'): ContentPart => ({
  type: 'tool-call',
  id,
  name: 'f',
  argumentsJson,
});
const result = (callId: string, value: string): ContentPart => ({
  type: 'tool-result',
  callId,
  content: [{ type: 'text', text: value }],
});
const block = (value: string) => ({ type: 'text', text: value });

it('leaves out text without a word in it, which is refused, and keeps its turn’s calls', () => {
  const encoded = encode([
    say('user', text('hi')),
    say('assistant', text('\n\n'), call('a')),
    say('tool', result('a', ' ')),
  ]);

  expect(encoded.messages.slice(1)).toEqual([
    { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a' }] },
  ]);
  expect(encoded.losses).toEqual([]);
});

describe('order and roles', () => {
  it('gathers instructions in front, and tells of those that it moved', () => {
    const encoded = encode([
      say('system', text('a')),
      say('developer', text('b')),
      say('user', text('hi')),
      say('system', text('c')),
      say('user', text('there')),
    ]);

    expect(encoded.system).toEqual([block('a'), block('b'), block('c')]);
    expect(encoded.messages).toEqual([{ role: 'user', content: [block('hi'), block('there')] }]);
    expect(told(encoded.losses)).toEqual(['messages[3] moved hint']);
  });

  it('puts the results of parallel calls first into one turn of the user', () => {
    const encoded = encode([
      say('user', text('hi')),
      say('assistant', call('a'), call('b')),
      say('tool', result('a', '1')),
      say('user', text('and?')),
      say('tool', result('b', '2')),
    ]);

    expect(encoded.messages.at(-1)).toEqual({
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'a', content: [block('1')] },
        { type: 'tool_result', tool_use_id: 'b', content: [block('2')] },
        block('and?'),
      ],
    });
  });

  it('leaves out empty text, and messages that have nothing else', () => {
    const encoded = encode([
      say('user', text('hi')),
      say('assistant', text('')),
      say('user', text('x')),
    ]);

    expect(encoded.messages).toEqual([{ role: 'user', content: [block('hi'), block('x')] }]);
  });

  it('leaves the beginning of an answer where it stands', () => {
    const encoded = encode([say('user', text('hi')), say('assistant', text('{"a": '))]);

    expect(encoded.messages.at(-1)).toEqual({ role: 'assistant', content: [block('{"a": ')] });
  });

  it('refuses instructions without a conversation', () => {
    expect(told(encode([say('system', text('a'))]).losses)).toEqual(['messages dropped meaning']);
  });
});

describe('calls', () => {
  it('makes ids that are taken, the same in call and result, each call its own', () => {
    const encoded = encode([
      say('user', text('hi')),
      say('assistant', call('a.b'), call('a_b')),
      say('tool', result('a.b', '1'), result('a_b', '2')),
      say('assistant', call('a.b')),
      say('tool', result('a.b', '3')),
    ]);

    const ids = encoded.messages.flatMap(({ content }) =>
      Array.isArray(content) ? content.map((one) => one.id ?? one.tool_use_id) : [],
    );
    expect(ids).toEqual([undefined, 'a_b', 'a_b_2', 'a_b', 'a_b_2', 'a_b_3', 'a_b_3']);
  });

  it.each([
    ['', {}, []],
    ['null', {}, []],
    ['{"x": 1e2}', { x: 100 }, []],
    ['{"x": ', { arguments: '{"x": ' }, ['messages[1].content[0].argumentsJson emulated hint']],
    ['[1]', { arguments: '[1]' }, ['messages[1].content[0].argumentsJson emulated hint']],
  ])('sends the arguments %s as an object', (json, input, losses) => {
    const encoded = encode([say('user', text('hi')), say('assistant', call('a', json))]);

    expect(encoded.messages[1]).toEqual({
      role: 'assistant',
      content: [{ type: 'tool_use', id: 'a', name: 'f', input }],
    });
    expect(told(encoded.losses)).toEqual(losses);
  });
});

describe('what providers want back', () => {
  const thought = (origin: { provider: string; account?: string }): ContentPart => ({
    type: 'reasoning',
    text: 'hm',
    state: [{ origin, kind: 'signature', data: 'sig' }],
  });
  const signed = { type: 'thinking', thinking: 'hm', signature: 'sig' };

  it.each([
    ['the same provider', { provider: 'p' }],
    ['the same account', { provider: 'p', account: 'a' }],
    ['a client of this dialect', { provider: 'anthropic-messages' }],
  ])('gives back thoughts of %s', (_title, origin) => {
    const encoded = encode([say('user', text('hi')), say('assistant', thought(origin), text('x'))]);

    expect(encoded.messages[1]).toEqual({ role: 'assistant', content: [signed, block('x')] });
    expect(encoded.losses).toEqual([]);
  });

  it.each([
    ['another provider', { provider: 'q' }],
    ['another account', { provider: 'p', account: 'b' }],
  ])('leaves out and tells of thoughts of %s', (_title, origin) => {
    const encoded = encode([say('user', text('hi')), say('assistant', thought(origin), text('x'))]);

    expect(encoded.messages[1]).toEqual({ role: 'assistant', content: [block('x')] });
    expect(told(encoded.losses)).toEqual(['messages[1].content[0] dropped hint']);
  });
});

describe('media', () => {
  const png = { type: 'base64', data: 'iVBORw0KGgoAAA' } as const;

  it.each<[string, ContentPart, object]>([
    [
      'an image by address',
      { type: 'media', kind: 'image', source: { type: 'url', url: 'https://a/b.png' } },
      { type: 'image', source: { type: 'url', url: 'https://a/b.png' } },
    ],
    [
      'an image whose type only its bytes tell',
      { type: 'media', kind: 'image', source: png },
      { type: 'image', source: { ...png, media_type: 'image/png' } },
    ],
    [
      'a PDF',
      {
        type: 'media',
        kind: 'file',
        mediaType: 'application/pdf',
        name: 'a.pdf',
        source: { type: 'base64', data: 'JVBE' },
        cache: {},
      },
      {
        type: 'document',
        title: 'a.pdf',
        source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' },
        cache_control: { type: 'ephemeral' },
      },
    ],
    [
      'a text',
      { type: 'media', kind: 'file', source: { type: 'text', text: 'words' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'words' } },
    ],
    [
      'bytes of a text as that text',
      {
        type: 'media',
        kind: 'file',
        mediaType: 'text/csv',
        source: { type: 'base64', data: 'YSxiCg==' },
      },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a,b\n' } },
    ],
  ])('sends %s', (_title, part, expected) => {
    expect(encode([say('user', part)]).messages).toEqual([{ role: 'user', content: [expected] }]);
  });

  it.each<[string, ContentPart, Ability]>([
    ['audio', { type: 'media', kind: 'audio', source: png }, {}],
    [
      'an image to a model that sees none',
      { type: 'media', kind: 'image', source: png },
      { images: false },
    ],
    [
      'a spreadsheet',
      { type: 'media', kind: 'file', mediaType: 'application/vnd.ms-excel', source: png },
      {},
    ],
    [
      'bytes that are said to be text, and are none',
      {
        type: 'media',
        kind: 'file',
        mediaType: 'text/csv',
        source: { type: 'base64', data: '/w==' },
      },
      {},
    ],
    ['what only another dialect knows', { type: 'opaque', dialect: 'openai-chat', raw: {} }, {}],
  ])('refuses %s', (_title, part, ability) => {
    expect(told(encode([say('user', text('hi'), part)], ability).losses)).toEqual([
      'messages[0].content[1] dropped meaning',
    ]);
  });
});
