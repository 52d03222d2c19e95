import { frameRecording, readRecording } from '@tollgate/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChatReply,
  type ChatRequest,
  type ContentPart,
  collect,
  replay,
  type StreamEvent,
  type ToolCallPart,
} from '../src/chat/index.ts';
import { bedrockConverse } from '../src/dialects/bedrock-converse/index.ts';
import { anthropicMessages, cohereChat, type Dialect, openAiChat } from '../src/dialects/index.ts';
import type { JsonObject, JsonValue } from '../src/json/index.ts';
import { encodeHeld, type HeldRequest, missingCall } from '../src/output/index.ts';
import { unwrappingOutput } from '../src/output/unwrapped-output.ts';
import type { Ability } from '../src/providers/index.ts';
import * as arbitrary from './arbitraries.ts';
import { decodeStream, TARGET } from './codec-contract.ts';

const SCHEMA: JsonObject = { type: 'object', properties: { city: { type: 'string' } } };
const weather = { type: 'function' as const, name: 'weather', parameters: SCHEMA };

function held(dialect: Dialect, asked: Partial<ChatRequest>, ability: Ability = {}): HeldRequest {
  const request: ChatRequest = {
    model: 'm',
    stream: false,
    maxOutputTokens: 100,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
    output: { type: 'json-schema', name: 'answer', description: 'A city', schema: SCHEMA },
    ...asked,
  };
  const encoded = encodeHeld(dialect, request, { ...TARGET, ability });
  if (!encoded.ok) throw new Error(encoded.error.kind);
  return encoded.value;
}

const told = ({ losses }: HeldRequest): readonly string[] =>
  losses.map(({ path, action, weight }) => `${path}:${action}:${weight}`);

const BY_TOOL: Ability = { outputBy: 'tool' };
const EMULATED = ['output:emulated:hint'];

describe('output by a schema', () => {
  it('goes in the dialect’s own words where nothing else is known', () => {
    const { body, losses } = held(anthropicMessages, {});

    expect(body).toHaveProperty('output_config.format.type', 'json_schema');
    expect(body).not.toHaveProperty('tools');
    expect(losses).toEqual([]);
  });

  it('is a tool that the model is made to call where its output can’t be held to a schema', () => {
    const sent = held(anthropicMessages, {}, BY_TOOL);

    expect(sent.body).toMatchObject({
      tools: [{ name: 'json', description: 'A city', input_schema: SCHEMA }],
      tool_choice: { type: 'tool', name: 'json' },
    });
    expect(sent.body).not.toHaveProperty('output_config');
    expect(told(sent)).toEqual(EMULATED);
  });

  it('is one of the calls that must be made where there are other tools', () => {
    const sent = held(bedrockConverse, { tools: [weather] }, BY_TOOL);

    expect(sent.body).toMatchObject({
      toolConfig: {
        tools: [{ toolSpec: { name: 'weather' } }, { toolSpec: { name: 'json' } }],
        toolChoice: { any: {} },
      },
    });
    expect(told(sent)).toEqual(EMULATED);
  });

  it('is the only call that may be made where calls are forbidden', () => {
    const choice = { type: 'none' as const };

    const { body } = held(anthropicMessages, { tools: [weather], toolChoice: choice }, BY_TOOL);

    expect(body['tool_choice']).toEqual({ type: 'tool', name: 'json' });
  });

  it('is allowed beside the tools that are', () => {
    const toolChoice = { type: 'allowed' as const, mode: 'auto' as const, names: ['weather'] };
    const other = { ...weather, name: 'other' };

    const { body } = held(anthropicMessages, { tools: [weather, other], toolChoice }, BY_TOOL);

    expect(body).toMatchObject({
      tools: [{ name: 'weather' }, { name: 'json' }],
      tool_choice: { type: 'any' },
    });
  });

  it('waits for another turn where a tool must be called', () => {
    const toolChoice = { type: 'required' as const };

    const sent = held(anthropicMessages, { tools: [weather], toolChoice }, BY_TOOL);

    expect(sent.body).toMatchObject({ tools: [{ name: 'weather' }], tool_choice: { type: 'any' } });
    expect(told(sent)).toEqual(EMULATED);
  });

  it('takes a name that no tool has', () => {
    const taken = [
      { ...weather, name: 'json' },
      { ...weather, name: 'json_2' },
    ];

    const { body } = held(anthropicMessages, { tools: taken }, BY_TOOL);

    expect(body['tools']).toMatchObject([{ name: 'json' }, { name: 'json_2' }, { name: 'json_3' }]);
  });

  it.each<[string, Ability, JsonObject]>([
    ['can’t be made to call a tool', { ...BY_TOOL, toolForcing: false }, SCHEMA],
    ['calls no tools', { ...BY_TOOL, tools: false }, SCHEMA],
    ['takes objects only', BY_TOOL, { type: 'array', items: { type: 'string' } }],
  ])('is refused by a model that %s', (_why, ability, schema) => {
    const sent = held(anthropicMessages, { output: { type: 'json-schema', schema } }, ability);

    expect(told(sent)).toEqual(['output:dropped:meaning']);
  });

  it('is told in words beside the mode for JSON, behind the client’s own instructions', () => {
    const sent = held(
      openAiChat,
      {
        messages: [
          { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
          { role: 'user', content: [{ type: 'text', text: 'hi' }] },
        ],
      },
      { outputBy: 'words' },
    );

    expect(sent.body).toMatchObject({
      response_format: { type: 'json_object' },
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'system', content: expect.stringContaining(JSON.stringify(SCHEMA)) },
        { role: 'user', content: 'hi' },
      ],
    });
    expect(told(sent)).toEqual(EMULATED);
  });

  it('is a tool where the dialect has no word for it beside tools', () => {
    const sent = held(cohereChat, { tools: [weather] });

    expect(sent.body).toMatchObject({
      tools: [{ function: { name: 'weather' } }, { function: { name: 'json' } }],
      tool_choice: 'REQUIRED',
    });
    expect(told(sent)).toEqual(EMULATED);
  });
});

const readers: readonly [string, Dialect][] = [
  ['anthropic', unwrappingOutput(anthropicMessages, 'json')],
  ['amazon-bedrock', unwrappingOutput(bedrockConverse, 'json')],
];

function wholeOf(dialect: Dialect, body: unknown): ChatReply {
  const reply = dialect.decodeReply(body as JsonValue, TARGET);
  if (!reply.ok) throw new Error(reply.error.kind);
  return reply.value;
}

/** Bedrock's frames are binary on the wire: its decoder is given what stands in them. */
function eventsOf(dialect: Dialect, provider: string, name: string): readonly StreamEvent[] {
  const recording = readRecording(provider, name);
  if (recording.family !== 'bedrock-converse') {
    return decodeStream(dialect, frameRecording(recording), 7);
  }
  const frames = (recording.payloads ?? []).map((line) => `data: ${line}\n\n`).join('');
  return decodeStream(dialect, frames, 7);
}

describe.each(readers)('the arguments of the tool, as %s really sent them', (provider, dialect) => {
  it.each([`${provider}-json-tool.1`])('are the text of the answer: %s', (name) => {
    const events = eventsOf(dialect, provider, name);
    const streamed = collect(events);
    const whole = wholeOf(dialect, readRecording(provider, name).body);

    for (const reply of [streamed.ok ? streamed.value : undefined, whole]) {
      expect(reply?.choices[0]).toMatchObject({ content: [{ type: 'text' }], stopReason: 'stop' });
      expect(reply?.choices[0]).not.toHaveProperty('rawReason');
      const [part] = reply?.choices[0]?.content ?? [];
      expect(JSON.parse(part?.type === 'text' ? part.text : '')).toBeTypeOf('object');
    }
  });

  it.each([`${provider}-json-other-tool.1`])('are not those of another tool: %s', (name) => {
    const streamed = collect(eventsOf(dialect, provider, name));
    const whole = wholeOf(dialect, readRecording(provider, name).body);

    for (const reply of [streamed.ok ? streamed.value : undefined, whole]) {
      expect(reply?.choices[0]).toMatchObject({
        content: [{ type: 'tool-call' }],
        stopReason: 'tool-calls',
      });
    }
  });
});

it('leaves out what was said on the way to the answer', () => {
  const dialect = unwrappingOutput(bedrockConverse, 'json');
  const { body } = readRecording('amazon-bedrock', 'amazon-bedrock-json-tool.3');

  expect(wholeOf(dialect, body).choices).toEqual([
    { content: [{ type: 'text', text: '{"result":42}' }], stopReason: 'stop' },
  ]);
});

it('comes in the pieces that the provider sent', () => {
  const dialect = unwrappingOutput(anthropicMessages, 'json');
  const events = eventsOf(dialect, 'anthropic', 'anthropic-json-tool.1');

  const pieces = events.filter(({ type }) => type === 'part-delta');
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.every((one) => one.type === 'part-delta' && one.delta.type === 'text')).toBe(true);
});

const output = arbitrary.argumentsJson.map((argumentsJson) => ({
  type: 'tool-call' as const,
  id: 'call_json',
  name: 'json',
  argumentsJson,
}));

const anyReply = arbitrary.arbitraryReply({
  parts: [
    output,
    arbitrary.annotatedTextPart,
    arbitrary.reasoningPart,
    arbitrary.toolCallPart,
    arbitrary.mediaPart,
    arbitrary.refusalPart,
  ],
  stops: [{ stopReason: 'tool-calls', rawReason: 'tool_use' }, { stopReason: 'length' }],
  maxChoices: 2,
  usage: arbitrary.anyUsage,
});

/** A dialect that hands its reply on: whatever a provider may say in whatever order. */
const saying = (reply: ChatReply): Dialect => ({
  ...anthropicMessages,
  decodeReply: () => ({ ok: true, value: reply }),
  createStreamDecoder: () => ({ push: () => replay(reply), end: () => [] }),
});

it('is the same in a stream as in a whole reply, each part whole and in order', () => {
  fc.assert(
    fc.property(anyReply, (reply) => {
      const dialect = unwrappingOutput(saying(reply), 'json');
      const events = dialect.createStreamDecoder(TARGET).push({ data: '' });

      expect(collect(events)).toEqual({ ok: true, value: wholeOf(dialect, {}) });
      const open = new Map<number, number>();
      for (const event of events) {
        if (event.type !== 'part-start') continue;
        expect(event.part).toBe(open.get(event.choice) ?? 0);
        open.set(event.choice, event.part + 1);
      }
      const outputs = reply.choices.flatMap(({ content }) => content).filter(isOutput);
      const texts = JSON.stringify(wholeOf(dialect, {}));
      expect(texts).not.toContain('"name":"json"');
      for (const part of outputs) expect(texts).toContain(JSON.stringify(part.argumentsJson));
    }),
  );
});

const isOutput = (part: ContentPart): part is ToolCallPart =>
  part.type === 'tool-call' && part.name === 'json';

describe('a call that a model can not be made to make', () => {
  const ability: Ability = { toolForcing: false };
  const forced = (name: string, dialect: Dialect): HeldRequest => {
    const toolChoice = { type: 'one' as const, name };
    const request: ChatRequest = {
      model: 'm',
      stream: false,
      maxOutputTokens: 100,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
      tools: [{ ...weather, name }],
      toolChoice,
    };
    const encoded = encodeHeld(dialect, request, { ...TARGET, ability });
    if (!encoded.ok) throw new Error(encoded.error.kind);
    return encoded.value;
  };

  it.each([anthropicMessages, bedrockConverse, cohereChat])(
    'is asked for in words, by the name that it has in $id',
    (dialect) => {
      const sent = forced('the weather', dialect);

      expect(sent.owesCall).toBe(true);
      expect(told(sent)).toContain('toolChoice:emulated:hint');
      expect(told(sent).filter((line) => line.endsWith(':meaning'))).toEqual([]);
      const [, name] = /Call the tool \\"(.*?)\\" now/.exec(JSON.stringify(sent.body)) ?? [];
      expect(JSON.stringify(sent.body)).toContain(`"name":"${name}"`);
    },
  );

  it('is found in what a provider itself ran, and missed in words', () => {
    const reply = (content: readonly ContentPart[]): ChatReply => ({
      id: 'r',
      model: 'm',
      choices: [{ content, stopReason: 'stop' }],
    });
    const text: ContentPart = { type: 'text', text: 'So.' };
    const ran: ContentPart = {
      type: 'server-tool',
      role: 'call',
      name: 'web_search',
      dialect: 'anthropic-messages',
      raw: { type: 'server_tool_use' },
    };

    expect(missingCall(reply([ran, text]), 'p')).toBeUndefined();
    expect(missingCall(reply([text]), 'p')).toEqual({ kind: 'tool_not_called', provider: 'p' });
  });
});
