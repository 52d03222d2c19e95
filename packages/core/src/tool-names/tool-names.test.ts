import { describe, expect, it } from 'vitest';
import { TARGET } from '../../test/codec-contract.ts';
import type { ChatRequest, StreamEvent, Tool } from '../chat/index.ts';
import {
  anthropicMessages,
  type Dialect,
  gemini,
  openAiChat,
  openAiResponses,
} from '../dialects/index.ts';
import { encodeHeld } from '../output/index.ts';

const LONG = `mcp__files__${'x'.repeat(80)}`;
const tool = (name: string): Tool => ({ type: 'function', name });

function sent(dialect: Dialect, request: Partial<ChatRequest>) {
  const held = encodeHeld(
    dialect,
    {
      model: 'm',
      stream: false,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
      ...request,
    },
    TARGET,
  );
  if (!held.ok) throw new Error(held.error.kind);
  return held.value;
}

const namesIn = (body: unknown): readonly string[] =>
  [...JSON.stringify(body).matchAll(/"name":"([^"]*)"/g)].map(([, name]) => name ?? '');

describe('a tool whose name its target refuses', () => {
  it('has another one wherever it is named, made of its own', () => {
    const { body } = sent(openAiChat, {
      tools: [tool('mcp.files/list'), tool('mcp_files/list'), tool(LONG), tool('plain')],
      toolChoice: { type: 'one', name: 'mcp.files/list' },
      messages: [
        {
          role: 'assistant',
          content: [{ type: 'tool-call', id: 'c', name: 'mcp.files/list', argumentsJson: '{}' }],
        },
        { role: 'tool', content: [{ type: 'tool-result', callId: 'c', content: [] }] },
      ],
    });

    const names = namesIn(body);
    expect(names.every((name) => /^[a-zA-Z0-9_-]{1,64}$/.test(name))).toBe(true);
    // The call and the choice name the first; four tools are four names.
    expect(new Set(names).size).toBe(4);
    expect(names).toContain('plain');
  });

  it('keeps that name whatever other tools there are', () => {
    const alone = namesIn(sent(openAiChat, { tools: [tool(LONG)] }).body);
    const among = namesIn(sent(openAiChat, { tools: [tool('a.b'), tool(LONG)] }).body);

    expect(among).toContain(alone[0]);
  });

  it('is left as it is by a target that takes it', () => {
    expect(namesIn(sent(anthropicMessages, { tools: [tool(LONG)] }).body)).toEqual([LONG]);
    expect(namesIn(sent(gemini, { tools: [tool('a.b:c')] }).body)).toEqual(['a.b:c']);
  });

  it('is called by its own name in replies, whole and streamed', () => {
    const { body, dialect } = sent(openAiChat, { tools: [tool('mcp.list')] });
    const [name = ''] = namesIn(body);
    const call = { index: 0, id: 'c', type: 'function', function: { name, arguments: '{}' } };
    const message = { role: 'assistant', content: null, tool_calls: [call] };

    const whole = dialect.decodeReply(
      { id: 'r', model: 'm', choices: [{ index: 0, message, finish_reason: 'tool_calls' }] },
      TARGET,
    );
    const streamed = dialect.createStreamDecoder(TARGET).push({
      data: JSON.stringify({ id: 'r', model: 'm', choices: [{ index: 0, delta: message }] }),
    });

    expect(name).not.toBe('mcp.list');
    expect(whole).toMatchObject({ value: { choices: [{ content: [{ name: 'mcp.list' }] }] } });
    const starts = streamed.filter(
      (event): event is Extract<StreamEvent, { type: 'part-start' }> => event.type === 'part-start',
    );
    expect(starts).toMatchObject([{ start: { type: 'tool-call', name: 'mcp.list' } }]);
  });
});

describe('a function that is called as a tool of its provider’s own', () => {
  const search: Tool = {
    type: 'server',
    name: 'web_search_preview',
    dialect: 'openai-responses',
    raw: { type: 'web_search_preview' },
    shared: { kind: 'web-search' },
  };
  const runs = { ...TARGET, quirks: { serverTools: ['web-search'] as const } };
  const named = (dialect: Dialect, tools: readonly Tool[]): readonly string[] => {
    const held = encodeHeld(
      dialect,
      {
        model: 'm',
        stream: false,
        maxOutputTokens: 9,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
        tools,
      },
      runs,
    );
    if (!held.ok) throw new Error(held.error.kind);
    return namesIn(held.value.body);
  };

  it('has another name beside that tool, and its own where that is not asked for', () => {
    const own = tool('web_search');

    expect(named(anthropicMessages, [own, search])).toEqual([
      expect.stringMatching(/^web_search_[0-9a-f]{8}$/),
      'web_search',
    ]);
    expect(named(anthropicMessages, [own])).toEqual(['web_search']);
    expect(named(openAiResponses, [own, search])).toEqual(['web_search']);
  });
});
