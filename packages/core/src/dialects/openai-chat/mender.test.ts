import { describe, expect, it } from 'vitest';
import type { Quirks } from '../../providers/quirks.ts';
import { createMender } from './mender.ts';
import { restoreMessages } from './restore-message.ts';

const mended = (quirks: Quirks, chunks: readonly string[], includeUsage = true) => {
  const mender = createMender(quirks, { includeUsage });
  return chunks.map((data) => (mender === undefined ? data : mender.event({ data })));
};
const whole = (quirks: Quirks, text: string) =>
  createMender(quirks, { includeUsage: true })?.reply(text, JSON.parse(text));

const chunk = (delta: string, rest = ''): string =>
  `{"object":"chat.completion.chunk","big":12345678901234567890,"choices":[ {"index":0, "delta":${delta}} ]${rest}}`;

describe('a mender', () => {
  it('is none for a provider whose replies need nothing', () => {
    const quirks: Quirks = { maxTokensField: 'max_tokens', reasoningField: 'reasoning' };
    expect(createMender(quirks, { includeUsage: true })).toBeUndefined();
  });

  it.each<[string, Quirks, string, string]>([
    [
      'usage from another field',
      { usageIn: 'x_groq' },
      chunk('{}', ',"x_groq":{"id":"r","usage":{"prompt_tokens":3,"completion_tokens":2}}'),
      chunk(
        '{}',
        ',"x_groq":{"id":"r","usage":{"prompt_tokens":3,"completion_tokens":2}},"usage":{"prompt_tokens":3,"completion_tokens":2}',
      ),
    ],
    [
      'usage from a choice',
      { usageIn: 'choices' },
      '{"choices":[{"index":0,"delta":{},"usage":{"prompt_tokens":3,"completion_tokens":2}}]}',
      '{"choices":[{"index":0,"delta":{},"usage":{"prompt_tokens":3,"completion_tokens":2}}],"usage":{"prompt_tokens":3,"completion_tokens":2}}',
    ],
    [
      'output counted without reasoning',
      { completionExcludesReasoning: true },
      '{"choices":[],"usage":{"cost":0.10,"prompt_tokens":5,"completion_tokens":1,"total_tokens":10,"completion_tokens_details":{"reasoning_tokens":4}}}',
      '{"choices":[],"usage":{"cost":0.10,"prompt_tokens":5,"completion_tokens":5,"total_tokens":10,"completion_tokens_details":{"reasoning_tokens":4}}}',
    ],
    [
      'input counted without what was cached',
      { promptExcludesCached: true },
      '{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6,"prompt_tokens_details":{"cached_tokens":9}}}',
      '{"choices":[],"usage":{"prompt_tokens":14,"completion_tokens":1,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":9}}}',
    ],
    [
      'cached tokens beside the sums',
      { flatUsage: true },
      '{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":1,"prompt_cache_hit_tokens":4,"later":1.0}}',
      '{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":1,"prompt_cache_hit_tokens":4,"later":1.0,"prompt_tokens_details":{"cached_tokens":4}}}',
    ],
    [
      'reasoning beside the sums and without them',
      { flatUsage: true, completionExcludesReasoning: true },
      '{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6,"reasoning_tokens":4}}',
      '{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":5,"total_tokens":10,"reasoning_tokens":4,"completion_tokens_details":{"reasoning_tokens":4}}}',
    ],
    [
      'reasoning under another name',
      { reasoningIn: 'reasoning' },
      chunk('{"reasoning":"h\\u006dm", "x":1.0}'),
      chunk('{"reasoning":"h\\u006dm", "x":1.0,"reasoning_content":"hmm"}'),
    ],
    [
      'reasoning among the content',
      { reasoningIn: 'content' },
      chunk(
        '{"content":[{"type":"thinking","thinking":[{"type":"text","text":"2+2"}]},{"type":"text","text":"4"},{"type":"reference","reference_ids":[1]}]}',
      ),
      chunk(
        '{"content":"4","reasoning_content":"2+2","content_parts":[{"type":"reference","reference_ids":[1]}]}',
      ),
    ],
    [
      'the kind of a chunk',
      { omits: ['object'] },
      '{"id":"x","choices":[]}',
      '{"id":"x","choices":[],"object":"chat.completion.chunk"}',
    ],
    [
      'the list of choices',
      { omits: ['choices'] },
      '{"id":"x","usage":{}}',
      '{"id":"x","usage":{},"choices":[]}',
    ],
    [
      'the position of a choice',
      { omits: ['index'] },
      '{"choices":[{"delta":{"tool_calls":[{"index":0}]}},{"index":7}]}',
      '{"choices":[{"delta":{"tool_calls":[{"index":0}]},"index":0},{"index":7}]}',
    ],
  ])('puts right %s, and leaves the rest', (_name, quirks, before, after) => {
    expect(mended(quirks, [before])).toEqual([after]);
    // Sums that include reasoning can't be told from sums that don't.
    if (quirks.completionExcludesReasoning !== true) {
      expect(mended(quirks, [after])).toEqual([after]);
    }
  });

  it('gives usage only to a client that asked for it', () => {
    const data = '{"choices":[],"x_groq":{"usage":{"prompt_tokens":3,"completion_tokens":2}}}';
    expect(mended({ usageIn: 'x_groq' }, [data], false)).toEqual([data]);
  });

  it('names the author of each choice once', () => {
    const [first, second, other] = mended({ omits: ['role'] }, [
      chunk('{"content":"a"}'),
      chunk('{"content":"b"}'),
      chunk('{"content":"c"}').replace('"index":0', '"index":1'),
    ]);
    expect(first).toBe(chunk('{"content":"a","role":"assistant"}'));
    expect(second).toBe(chunk('{"content":"b"}'));
    expect(other).toContain('"role":"assistant"');
  });

  it.each([
    ['without indexes', ['{"id":"a",N}', '{A}', '{"id":"b",N}', '{A}'], [0, 0, 1, 1]],
    ['with one index for all', ['{"id":"a","index":0,N}', '{"id":"b","index":0,N}'], [0, 1]],
    ['with `null` for an id', ['{"id":"a","index":0,N}', '{"id":"null","index":0,A}'], [0, 0]],
    ['with neither ids nor indexes', ['{N}', '{A}', '{N}'], [0, 0, 1]],
    [
      'numbered well',
      ['{"id":"a","index":0,N}', '{"index":0,A}', '{"id":"b","index":1,N}'],
      [0, 0, 1],
    ],
  ])('numbers tool calls that come %s', (_name, calls, expected) => {
    const deltas = calls.map((call) =>
      chunk(
        `{"tool_calls":[${call
          .replace('N', '"function":{"name":"f","arguments":""}')
          .replace('A', '"function":{"name":"","arguments":"{"}')}]}`,
      ),
    );
    const indexes = mended({ omits: ['tool_call_index'] }, deltas).map(
      (data) => JSON.parse(data ?? '').choices[0].delta.tool_calls[0].index,
    );
    expect(indexes).toEqual(expected);
  });

  it('says the type of each call where it begins', () => {
    const deltas = mended({ omits: ['tool_call_type'] }, [
      chunk('{"tool_calls":[{"id":"a","function":{"name":"f","arguments":""}}]}'),
      chunk('{"tool_calls":[{"function":{"arguments":"{}"}}]}'),
    ]);

    expect(deltas).toEqual([
      chunk('{"tool_calls":[{"id":"a","function":{"name":"f","arguments":""},"type":"function"}]}'),
      chunk('{"tool_calls":[{"function":{"arguments":"{}"}}]}'),
    ]);
  });

  it('numbers no call of a whole reply', () => {
    const text = '{"choices":[{"message":{"tool_calls":[{"id":"a"}]}}]}';
    expect(whole({ omits: ['tool_call_index'] }, text)).toBe(text);
  });

  it('mends a whole reply by the same rules', () => {
    const text =
      ' {"choices":[{"index":0,"message":{"role":"assistant","content":[{"type":"thinking","thinking":"t"},{"type":"text","text":"a"}]}}],"usage":{"prompt_tokens":2,"completion_tokens":1,"num_cached_tokens":1}, "n":1.0}';
    expect(whole({ reasoningIn: 'content', flatUsage: true }, text)).toBe(
      ' {"choices":[{"index":0,"message":{"role":"assistant","content":"a","reasoning_content":"t"}}],"usage":{"prompt_tokens":2,"completion_tokens":1,"num_cached_tokens":1,"prompt_tokens_details":{"cached_tokens":1}}, "n":1.0}',
    );
  });

  it.each(['[DONE]', '', 'null', '{"choices":[null,3]}', '{"choices":{}}', '{"usage":[]}'])(
    'leaves %j as it is',
    (data) => {
      const quirks: Quirks = {
        usageIn: 'x',
        flatUsage: true,
        reasoningIn: 'content',
        omits: ['role', 'index', 'tool_call_index'],
      };
      expect(mended(quirks, [data])).toEqual([data]);
    },
  );
});

describe('what is given back', () => {
  const restored = (quirks: Quirks, text: string) =>
    restoreMessages(text, JSON.parse(text), quirks);

  it('stands under the provider’s own name again', () => {
    expect(
      restored(
        { reasoningIn: 'reasoning' },
        '{"messages":[ {"role":"user","content":"q", "n":1.0}, {"role":"assistant","reasoning_content":"t","content":"a"} ]}',
      ),
    ).toBe(
      '{"messages":[ {"role":"user","content":"q", "n":1.0}, {"role":"assistant","content":"a","reasoning":"t"} ]}',
    );
  });

  it('stands among the content again', () => {
    const text =
      '{"messages":[{"role":"assistant","content":"a","reasoning_content":"t","content_parts":[{"type":"reference"}]}]}';
    expect(JSON.parse(restored({ reasoningIn: 'content' }, text))).toEqual({
      messages: [
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 't' }] },
            { type: 'text', text: 'a' },
            { type: 'reference' },
          ],
        },
      ],
    });
  });

  it('goes on as it came to a provider that said it so, and from anybody else’s message', () => {
    const text = '{"messages":[{"role":"user","reasoning_content":"t"},{"role":"assistant"}]}';
    expect(restored({ reasoningIn: 'content' }, text)).toBe(text);
    const own = '{"messages":[{"role":"assistant","reasoning_content":"t"}]}';
    expect(restored({}, own)).toBe(own);
  });
});
