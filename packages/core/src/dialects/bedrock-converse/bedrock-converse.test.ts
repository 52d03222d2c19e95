import { describe, expect, it } from 'vitest';
import { type ChatRequest, collect, type StreamEvent, type TextPart } from '../../chat/index.ts';
import type { JsonObject, JsonValue } from '../../json/index.ts';
import type { Ability } from '../../providers/ability.ts';
import type { Target } from '../dialect.ts';
import { bedrockConverse, decodeBedrockError } from './index.ts';

const CLAUDE = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0';

const target = (model = CLAUDE, ability: Ability = {}): Target => ({
  provider: 'p',
  model,
  ability,
  quirks: {},
  origin: { provider: 'p' },
});

function encoded(
  fields: Partial<ChatRequest>,
  at: Target = target(),
): { body: JsonObject; losses: string[] } {
  const request: ChatRequest = {
    model: 'm',
    messages: [{ role: 'user', content: [text('hi')] }],
    stream: false,
    ...fields,
  };
  const result = bedrockConverse.encodeRequest(request, at);
  if (!result.ok) throw new Error(result.error.kind);
  const losses = result.value.losses.map((one) => `${one.path} ${one.action} ${one.weight}`);
  return { body: result.value.value, losses };
}

const text = (value: string): TextPart => ({ type: 'text', text: value });

function events(...payloads: JsonValue[]): readonly StreamEvent[] {
  const decoder = bedrockConverse.createStreamDecoder(target());
  return [
    ...payloads.flatMap((payload) => decoder.push({ data: JSON.stringify(payload) })),
    ...decoder.end(),
  ];
}

describe('a tool loop sent to Bedrock', () => {
  it('is turns of user and assistant, with marks and signatures at their places', () => {
    const state = [{ origin: { provider: 'p' }, kind: 'signature' as const, data: 'sig' }];
    const { body, losses } = encoded({
      messages: [
        { role: 'system', content: [{ ...text('Be brief.'), cache: {} }] },
        { role: 'user', content: [text('Weather?')] },
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: 'Hm.', state },
            text(' '),
            { type: 'tool-call', id: 'call:1', name: 'w', argumentsJson: '{"city":"Bern"}' },
            { type: 'tool-call', id: 'call.1', name: 'w', argumentsJson: '' },
          ],
        },
        {
          role: 'tool',
          content: [
            { type: 'tool-result', callId: 'call:1', content: [text('rain')], isError: true },
          ],
        },
        {
          role: 'tool',
          content: [{ type: 'tool-result', callId: 'call.1', content: [], cache: {} }],
        },
        { role: 'user', content: [text('And?')] },
      ],
    });

    expect(losses).toEqual([]);
    expect(body).toEqual({
      model: CLAUDE,
      system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default' } }],
      messages: [
        { role: 'user', content: [{ text: 'Weather?' }] },
        {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'sig' } } },
            { toolUse: { toolUseId: 'call_1', name: 'w', input: { city: 'Bern' } } },
            { toolUse: { toolUseId: 'call_1_2', name: 'w', input: {} } },
          ],
        },
        {
          role: 'user',
          content: [
            { toolResult: { toolUseId: 'call_1', content: [{ text: 'rain' }], status: 'error' } },
            { toolResult: { toolUseId: 'call_1_2', content: [] } },
            { cachePoint: { type: 'default' } },
            { text: 'And?' },
          ],
        },
      ],
    });
  });

  it('leaves out thoughts that another provider signed, and tells of what it can not say', () => {
    const state = [{ origin: { provider: 'q' }, kind: 'signature' as const, data: 'sig' }];
    const { body, losses } = encoded({
      messages: [
        {
          role: 'user',
          content: [
            text('a'),
            { type: 'media', kind: 'image', source: { type: 'url', url: 'https://a.example/b' } },
          ],
        },
        { role: 'assistant', content: [{ type: 'reasoning', text: 'Hm.', state }, text('b')] },
        { role: 'developer', content: [text('c')] },
      ],
      n: 2,
      seed: 1,
      temperature: 1.5,
      serviceTier: 'scale',
      output: { type: 'json' },
    });

    expect(losses).toEqual([
      'messages[0].content[1] dropped meaning',
      'messages[1].content[0] dropped hint',
      'messages[2] moved hint',
      'temperature clamped hint',
      'output dropped hint',
      'seed dropped hint',
      'n dropped meaning',
      'serviceTier dropped hint',
    ]);
    expect(body).toMatchObject({ system: [{ text: 'c' }], inferenceConfig: { temperature: 1 } });
  });

  it('names every document, and tells formats by type or name', () => {
    const file = (name: string | undefined, mediaType: string | undefined, data: string) => ({
      type: 'media' as const,
      kind: 'file' as const,
      source: { type: 'base64' as const, data },
      ...(name === undefined ? {} : { name }),
      ...(mediaType === undefined ? {} : { mediaType }),
    });
    const { body, losses } = encoded({
      messages: [
        {
          role: 'user',
          content: [
            file(undefined, 'application/pdf', 'YQ=='),
            file('q3_report.xlsx', undefined, 'Yg=='),
            file('a.exe', 'application/x-msdownload', 'Yw=='),
          ],
        },
      ],
    });

    expect(losses).toEqual(['messages[0].content[2] dropped meaning']);
    expect(body['messages']).toEqual([
      {
        role: 'user',
        content: [
          { document: { format: 'pdf', name: 'document 1', source: { bytes: 'YQ==' } } },
          { document: { format: 'xlsx', name: 'q3-report-xlsx', source: { bytes: 'Yg==' } } },
        ],
      },
    ]);
  });
});

describe('tools and their choice at Bedrock', () => {
  const tools = [
    { type: 'function' as const, name: 'a', description: '', cache: {} },
    { type: 'function' as const, name: 'b', parameters: { type: 'object' }, strict: true },
  ];
  const spec = [
    { toolSpec: { name: 'a', inputSchema: { json: { type: 'object' } } } },
    { cachePoint: { type: 'default' } },
    { toolSpec: { name: 'b', inputSchema: { json: { type: 'object' } }, strict: true } },
  ];

  it.each([
    [{ type: 'auto' as const }, { tools: spec, toolChoice: { auto: {} } }, []],
    [{ type: 'required' as const }, { tools: spec, toolChoice: { any: {} } }, []],
    [{ type: 'one' as const, name: 'b' }, { tools: spec, toolChoice: { tool: { name: 'b' } } }, []],
    [
      { type: 'allowed' as const, mode: 'required' as const, names: ['b'] },
      { tools: spec.slice(2), toolChoice: { any: {} } },
      ['toolChoice emulated hint'],
    ],
    [{ type: 'none' as const }, undefined, ['toolChoice emulated hint']],
  ])('say %o in their own words', (toolChoice, toolConfig, told) => {
    const { body, losses } = encoded({ tools, toolChoice });

    expect(body['toolConfig']).toEqual(toolConfig);
    expect(losses).toEqual(told);
  });
});

describe('reasoning at Bedrock', () => {
  const budgeted = target(CLAUDE, { reasoningBy: 'budget' });

  it.each([
    [target(), { effort: 'none' }, { type: 'disabled' }, undefined, []],
    [target(), { effort: 'high' }, { type: 'adaptive' }, 'high', []],
    [target(), { budgetTokens: 4000 }, { type: 'enabled', budget_tokens: 4000 }, undefined, []],
    [
      budgeted,
      { effort: 'low' },
      { type: 'enabled', budget_tokens: 2048 },
      undefined,
      ['reasoning emulated hint'],
    ],
    [target('openai.gpt-oss-120b-1:0'), { effort: 'low' }, undefined, 'low', []],
    [
      target('amazon.nova-2-lite-v1:0'),
      { enabled: false },
      undefined,
      undefined,
      ['reasoning dropped hint'],
    ],
    [
      target('openai.gpt-oss-120b-1:0'),
      { effort: 'minimal' },
      undefined,
      'low',
      ['reasoning.effort clamped hint'],
    ],
  ])('of %o is told by %o', (at, reasoning, thinking, effort, told) => {
    const { body, losses } = encoded({ reasoning }, at);

    expect(body['additionalModelRequestFields']).toEqual(thinking && { thinking });
    expect(body['outputConfig']).toEqual(effort && { effort });
    expect(losses).toEqual(told);
  });
});

describe('a reply of Bedrock', () => {
  it('counts cache writes by their lifetime, and none of them as input', () => {
    const reply = bedrockConverse.decodeReply(
      {
        output: { message: { role: 'assistant', content: [{ text: 'a' }] } },
        stopReason: 'end_turn',
        usage: {
          inputTokens: 5,
          outputTokens: 3,
          totalTokens: 118,
          cacheReadInputTokens: 10,
          cacheWriteInputTokens: 100,
          cacheDetails: [
            { ttl: '1h', inputTokens: 60 },
            { ttl: '5m', inputTokens: 40 },
          ],
        },
        metrics: { latencyMs: 7 },
      },
      target(),
    );

    expect(reply).toMatchObject({
      ok: true,
      value: {
        model: CLAUDE,
        choices: [{ rest: { fields: { metrics: { latencyMs: 7 } } } }],
        usage: {
          input: { uncached: 5, cacheRead: 10, cacheWrite5m: 40, cacheWrite1h: 60 },
          output: { text: 3 },
        },
      },
    });
  });

  it('may be a stream whose frames have their names apart, ending without metadata', () => {
    const decoder = bedrockConverse.createStreamDecoder(target());
    const frames: [string, JsonObject][] = [
      ['messageStart', { role: 'assistant', p: 'abcd' }],
      ['contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hi' } }],
      ['contentBlockStop', { contentBlockIndex: 0 }],
      [
        'contentBlockStart',
        { contentBlockIndex: 1, start: { toolUse: { toolUseId: 't', name: 'now' } } },
      ],
      ['contentBlockStop', { contentBlockIndex: 1 }],
      ['invented', { tomorrow: true }],
      ['messageStop', { stopReason: 'tool_use', p: 'abc' }],
    ];

    const seen = collect([
      ...frames.flatMap(([event, data]) => decoder.push({ event, data: JSON.stringify(data) })),
      ...decoder.end(),
    ]);

    expect(seen).toEqual({
      ok: true,
      value: {
        id: '',
        model: CLAUDE,
        choices: [
          {
            content: [text('Hi'), { type: 'tool-call', id: 't', name: 'now', argumentsJson: '{}' }],
            stopReason: 'tool-calls',
            rawReason: 'tool_use',
          },
        ],
      },
    });
  });

  it.each([
    [
      { throttlingException: { message: 'Too many tokens' } },
      { kind: 'provider_rate_limited', detail: 'Too many tokens' },
    ],
    [{ validationException: { message: 'no' } }, { kind: 'provider_refused', status: 400 }],
    [{ modelStreamErrorException: {} }, { kind: 'provider_failed', status: 424 }],
    [{ serviceUnavailableException: {} }, { kind: 'provider_failed', overloaded: true }],
    [{ message: 'The security token is expired' }, { kind: 'provider_failed' }],
  ])('that fails with %o is an error', (payload, error) => {
    const failed = events({ messageStart: { role: 'assistant' } }, payload, {
      messageStop: { stopReason: 'end_turn' },
    });

    expect(failed).toHaveLength(2);
    expect(failed[1]).toMatchObject({ type: 'error', error: { provider: 'p', ...error } });
  });

  it('that passes is read for its usage and its end', () => {
    const tap = bedrockConverse.passage.createTap({
      provider: 'p',
      quirks: {},
      dropUsageChunk: false,
    });
    const push = (event: string, data: string) => tap.push({ event, data });

    expect(push('contentBlockDelta', '{"delta":{"text":"messageStop"}}')).toEqual({ type: 'pass' });
    expect(tap.hasEnded()).toBe(false);
    push('messageStop', '{"stopReason":"end_turn"}');
    push('metadata', '{"usage":{"inputTokens":3,"outputTokens":2}}');
    expect(tap.hasEnded()).toBe(true);
    expect(tap.usage()).toMatchObject({ input: { uncached: 3 }, output: { text: 2 } });
    expect(push('throttlingException', '{"message":"slow"}')).toMatchObject({
      error: { kind: 'provider_rate_limited' },
    });
  });
});

describe('decodeBedrockError', () => {
  it.each([
    [400, { kind: 'provider_refused', detail: 'said' }],
    [403, { kind: 'provider_auth', status: 403 }],
    [424, { kind: 'provider_failed', status: 424 }],
    [429, { kind: 'provider_rate_limited', detail: 'said' }],
    [503, { kind: 'provider_failed', overloaded: true }],
  ])('reads a reply of %i', (status, error) => {
    expect(decodeBedrockError(status, {}, '{"message":"said"}', 'p')).toMatchObject(error);
    expect(decodeBedrockError(status, {}, '<html>', 'p').kind).toBe(error.kind);
  });
});
