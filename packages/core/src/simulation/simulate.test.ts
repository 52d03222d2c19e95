import { describe, expect, it } from 'vitest';
import { collect } from '../chat/collect.ts';
import type { ContentPart } from '../chat/content-part.ts';
import { replay } from '../chat/replay.ts';
import type { ChatRequest } from '../chat/request.ts';
import type { FunctionTool } from '../chat/tool.ts';
import { outputTokens } from '../chat/usage.ts';
import type { EmbeddingRequest, Vector } from '../embeddings/embedding.ts';
import { simulate } from './simulate.ts';
import { simulateEmbeddings } from './simulate-embeddings.ts';
import { streamInWords } from './stream-in-words.ts';

const user = (text: string) => ({ role: 'user', content: [{ type: 'text', text }] }) as const;
const ask = (text: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
  model: 'sim/echo',
  messages: [user(text)],
  stream: false,
  ...more,
});
const run = (request: ChatRequest, model = 'echo') =>
  simulate(request, { model, replyId: 'r1', created: 7, callId: (index) => `call_${index}` });
const contentOf = (request: ChatRequest, model?: string): readonly ContentPart[] =>
  run(request, model).reply.choices[0]?.content ?? [];

const weather: FunctionTool = {
  type: 'function',
  name: 'get_weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const time: FunctionTool = { type: 'function', name: 'get_time' };
const tools = [weather, time];
const answered = [
  user('What is the weather?'),
  {
    role: 'assistant',
    content: [{ type: 'tool-call', id: 'c1', name: 'get_weather', argumentsJson: '{}' }],
  },
  {
    role: 'tool',
    content: [{ type: 'tool-result', callId: 'c1', content: [{ type: 'text', text: 'sunny' }] }],
  },
] as const;

describe('simulate', () => {
  it('says back what the user said, with a count', () => {
    expect(run(ask('Hello there'))).toEqual({
      reply: {
        id: 'r1',
        model: 'echo',
        created: 7,
        choices: [
          { content: [{ type: 'text', text: 'You said: Hello there' }], stopReason: 'stop' },
        ],
        usage: { input: { uncached: 6 }, output: { text: 6 }, provenance: 'provider' },
      },
      paceMs: 10,
    });
  });

  it('calls the first tool with arguments that its schema accepts', () => {
    const { reply } = run(ask('What is the weather?', { tools }));

    expect(reply.choices[0]).toEqual({
      content: [
        { type: 'tool-call', id: 'call_0', name: 'get_weather', argumentsJson: '{"city":"city"}' },
      ],
      stopReason: 'tool-calls',
    });
  });

  it.each<[string, string, Partial<ChatRequest>, readonly string[]]>([
    ['every tool that is named', 'get_time and get_weather', {}, ['get_weather', 'get_time']],
    [
      'one at a time when told so',
      'get_time, get_weather',
      { parallelToolCalls: false },
      ['get_weather'],
    ],
    ['the tool it must', 'hi', { toolChoice: { type: 'one', name: 'get_time' } }, ['get_time']],
    ['none when told so', 'get_time', { toolChoice: { type: 'none' } }, []],
    [
      'only an allowed one',
      'get_weather',
      { toolChoice: { type: 'allowed', mode: 'auto', names: ['get_time'] } },
      ['get_time'],
    ],
    ['none once results came', '', { messages: answered }, []],
    [
      'again where a call is required',
      '',
      { messages: answered, toolChoice: { type: 'required' } },
      ['get_weather'],
    ],
  ])('calls %s', (_name, text, more, expected) => {
    const calls = contentOf(ask(text, { tools, ...more })).filter(
      (part) => part.type === 'tool-call',
    );

    expect(calls.map(({ name }) => name)).toEqual(expected);
  });

  it('tells what the tool answered', () => {
    expect(contentOf(ask('', { tools, messages: answered }))).toEqual([
      { type: 'text', text: 'The tool answered: sunny' },
    ]);
  });

  it('thinks before it speaks, unless told not to', () => {
    const [thought, text] = contentOf(ask('one two'), 'reason');

    expect(thought).toMatchObject({ type: 'reasoning' });
    expect(text).toEqual({ type: 'text', text: 'You said: one two' });
    expect(run(ask('one two'), 'reason').reply.usage?.output.reasoning).toBeGreaterThan(0);
    expect(contentOf(ask('x', { reasoning: { effort: 'none' } }), 'reason')).toHaveLength(1);
  });

  it('answers in the schema that was asked for', () => {
    const schema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] };

    expect(contentOf(ask('x', { output: { type: 'json-schema', schema } }))).toEqual([
      { type: 'text', text: '{"ok":true}' },
    ]);
  });

  it('keeps the output limit and stop sequences', () => {
    const cut = run(ask('a long sentence', { maxOutputTokens: 2 }));
    expect(cut.reply.choices[0]).toEqual({
      content: [{ type: 'text', text: 'You said' }],
      stopReason: 'length',
    });
    expect(cut.reply.usage && outputTokens(cut.reply.usage)).toBe(2);
    expect(run(ask('one two', { stopSequences: ['zzz', ' two'] })).reply.choices[0]).toEqual({
      content: [{ type: 'text', text: 'You said: one' }],
      stopReason: 'stop',
      stopSequence: ' two',
    });
    expect(run(ask('x'), 'length').reply.choices[0]?.stopReason).toBe('length');
  });

  it.each([
    ['error-429', { type: 'status', status: 429, retryAfterSeconds: 1 }],
    ['error-500', { type: 'status', status: 500 }],
    ['cut', { type: 'cut' }],
    ['gpt-4o', { type: 'status', status: 404 }],
    ['error-200', { type: 'status', status: 404 }],
  ])('fails as %s says', (model, fault) => {
    expect(run(ask('x'), model).fault).toEqual(fault);
  });

  it('has no fault and its own pace when slow', () => {
    const slow = run(ask('x'), 'slow');

    expect(slow.fault).toBeUndefined();
    expect(slow.paceMs).toBeGreaterThan(run(ask('x')).paceMs);
  });

  it('gives as many choices as asked for, within reason', () => {
    expect(run(ask('x', { n: 3 })).reply.choices).toHaveLength(3);
    expect(run(ask('x', { n: 1e9 })).reply.choices.length).toBeLessThan(100);
  });
});

describe('streamInWords', () => {
  it('says the same in more steps', () => {
    const { reply } = run(ask('say  this 🚀 to get_weather', { tools }), 'reason');
    const events = replay(reply);
    const stepped = streamInWords(events);

    expect(stepped.length).toBeGreaterThan(events.length + 3);
    expect(collect(stepped)).toEqual(collect(events));
  });
});

describe('simulateEmbeddings', () => {
  const embed = (input: EmbeddingRequest['input'], dimensions = 256) =>
    simulateEmbeddings({ model: 'sim/embed', input, dimensions }, 'embed');
  const numbers = (vector: Vector | undefined): readonly number[] =>
    vector === undefined || typeof vector === 'string' ? [] : vector;
  const dot = (a: Vector | undefined, b: Vector | undefined) =>
    numbers(a).reduce((sum, value, index) => sum + value * (numbers(b)[index] ?? 0), 0);

  it('gives unit vectors, the same for the same text', () => {
    const { vectors, usage } = embed(['a cat', 'a cat', '', [1, 2]], 32);

    expect(vectors.map((vector) => vector.length)).toEqual([32, 32, 32, 32]);
    for (const vector of vectors) expect(dot(vector, vector)).toBeCloseTo(1);
    expect(vectors[0]).toEqual(vectors[1]);
    expect(usage?.input).toEqual({ uncached: 6 });
  });

  it('puts texts that share words closer together', () => {
    const [cat, kitten, tax] = embed([
      'the cat sat on the mat',
      'the cat lay on the mat',
      'quarterly tax filings due',
    ]).vectors;

    expect(dot(cat, kitten)).toBeGreaterThan(dot(cat, tax) + 0.3);
  });
});
