import { parseSseJson } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import type { Body } from './support/chat-face.ts';
import { post } from './support/chat-face.ts';
import {
  ResponseResource,
  StreamingEvent,
  type StreamingEvent as Told,
} from './support/open-responses-schema.ts';
import { type Scripted, startScripted } from './support/scripted-providers.ts';

/*
 * The cases of OpenResponses' compliance suite (github.com/openresponses/openresponses), by their
 * names: it is in no registry, so they are told again here, before providers of three families.
 */

const HEART = 'data:image/png;base64,iVBORw0KGgo=';
const user = (content: unknown) => ({ type: 'message', role: 'user', content });
const WEATHER = {
  type: 'function',
  name: 'get_weather',
  description: 'Get the current weather for a location',
  parameters: {
    type: 'object',
    properties: { location: { type: 'string', description: 'The city and state' } },
    required: ['location'],
  },
};

interface Case {
  readonly id: string;
  readonly body: Body;
  readonly streams?: boolean;
  readonly calls?: boolean;
}

const CASES: readonly Case[] = [
  { id: 'basic-response', body: { input: [user('Say hello in exactly 3 words.')] } },
  { id: 'streaming-response', body: { input: [user('Count from 1 to 5.')] }, streams: true },
  {
    id: 'system-prompt',
    body: {
      input: [
        { type: 'message', role: 'system', content: 'You are a pirate.' },
        user('Say hello.'),
      ],
    },
  },
  {
    id: 'tool-calling',
    body: { input: [user('Weather in San Francisco?')], tools: [WEATHER] },
    calls: true,
  },
  {
    id: 'tool-calling-streaming',
    body: { input: [user('Weather in San Francisco?')], tools: [WEATHER] },
    calls: true,
    streams: true,
  },
  {
    id: 'image-input',
    body: {
      input: [
        user([
          { type: 'input_text', text: 'What do you see?' },
          { type: 'input_image', image_url: HEART },
        ]),
      ],
    },
  },
  {
    id: 'multi-turn',
    body: {
      input: [
        user('My name is Alice.'),
        { type: 'message', role: 'assistant', content: 'Hello Alice!' },
        user('What is my name?'),
      ],
    },
  },
];

const ARGUMENTS = { location: 'San Francisco, CA' };

/** What a model of each family says to a case. */
const FAMILIES: {
  readonly [family: string]: {
    readonly model: string;
    readonly settings: { readonly [provider: string]: Body };
    readonly answer: (asked: { readonly calls: boolean; readonly streams: boolean }) => Scripted;
  };
} = {
  anthropic: {
    model: 'anthropic/claude-sonnet-4-5',
    settings: { anthropic: {} },
    answer: ({ calls, streams }) => {
      const block = calls
        ? { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: ARGUMENTS }
        : { type: 'text', text: 'Ahoy there friend' };
      const message = {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude-sonnet-4-5',
        content: [block],
        stop_reason: calls ? 'tool_use' : 'end_turn',
        stop_sequence: null,
        usage: { input_tokens: 9, output_tokens: 4 },
      };
      if (!streams) return { body: message };
      const delta = calls
        ? { type: 'input_json_delta', partial_json: JSON.stringify(ARGUMENTS) }
        : { type: 'text_delta', text: 'Ahoy there friend' };
      const opened = calls ? { ...block, input: {} } : { type: 'text', text: '' };
      return events([
        { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
        { type: 'content_block_start', index: 0, content_block: opened },
        { type: 'content_block_delta', index: 0, delta },
        { type: 'content_block_stop', index: 0 },
        {
          type: 'message_delta',
          delta: { stop_reason: message.stop_reason, stop_sequence: null },
          usage: { output_tokens: 4 },
        },
        { type: 'message_stop' },
      ]);
    },
  },
  chat: {
    model: 'deepseek/deepseek-chat',
    settings: { deepseek: {} },
    answer: ({ calls, streams }) => {
      const call = {
        index: 0,
        id: 'call_1',
        type: 'function',
        function: { name: 'get_weather', arguments: JSON.stringify(ARGUMENTS) },
      };
      const said = {
        role: 'assistant',
        ...(calls ? { content: null, tool_calls: [call] } : { content: 'Ahoy there friend' }),
      };
      const usage = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };
      const head = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'deepseek-chat' };
      const finish_reason = calls ? 'tool_calls' : 'stop';
      if (!streams) {
        const choices = [{ index: 0, message: said, finish_reason }];
        return { body: { ...head, object: 'chat.completion', choices, usage } };
      }
      const chunk = { ...head, object: 'chat.completion.chunk' };
      return events([
        { ...chunk, choices: [{ index: 0, delta: said, finish_reason: null }] },
        { ...chunk, choices: [{ index: 0, delta: {}, finish_reason }], usage },
        '[DONE]',
      ]);
    },
  },
  gemini: {
    model: 'google/gemini-3-pro',
    settings: { google: {} },
    answer: ({ calls, streams }) => {
      const part = calls
        ? { functionCall: { name: 'get_weather', args: ARGUMENTS } }
        : { text: 'Ahoy there friend' };
      const body = {
        candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP' }],
        usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 4, totalTokenCount: 13 },
        modelVersion: 'gemini-3-pro',
      };
      return streams ? events([body]) : { body };
    },
  },
};

const events = (payloads: readonly unknown[]): Scripted => ({
  type: 'text/event-stream',
  body: payloads
    .map((payload) => {
      const data = typeof payload === 'string' ? payload : JSON.stringify(payload);
      return `data: ${data}\n\n`;
    })
    .join(''),
});

/** The rules that a stream's order obeys, whatever it says. */
function expectGrammar(told: readonly Told[]): void {
  expect(told.map(({ sequence_number }) => sequence_number)).toEqual(told.map((_, at) => at));
  const types = told.map(({ type }) => type);
  expect(types.slice(0, 2)).toEqual(['response.created', 'response.in_progress']);
  const count = (type: string): number => types.filter((one) => one === type).length;
  expect(count('response.output_item.added')).toBe(count('response.output_item.done'));
  expect(count('response.content_part.added')).toBe(count('response.content_part.done'));
  expect(count('response.content_part.added')).toBe(count('response.output_text.done'));
  expect(types.filter((type) => /^response\.(completed|incomplete|failed)$/.test(type))).toEqual([
    types.at(-1),
  ]);
}

describe.each(Object.entries(FAMILIES))('before a provider of the family %s', (_name, family) => {
  it.each(CASES)(
    'passes $id of OpenResponses',
    async ({ body, streams = false, calls = false }) => {
      await using app = await startScripted(family.settings, () =>
        family.answer({ calls, streams }),
      );

      const reply = await post(app.harness, '/v1/responses', {
        model: family.model,
        ...body,
        stream: streams,
      });

      expect(reply.status).toBe(200);
      const told = streams
        ? parseSseJson(reply.text).map((payload) => StreamingEvent.parse(payload))
        : [];
      const last = told.at(-1);
      const whole = last !== undefined && 'response' in last ? last.response : reply.json;
      const response = ResponseResource.parse(whole);
      expect(response.status).toBe('completed');
      expect(response.usage).toMatchObject({ input_tokens: 9, output_tokens: 4 });
      const types = response.output.map(({ type }) => type);
      expect(types).toEqual([calls ? 'function_call' : 'message']);
      if (streams) expectGrammar(told);
      if (!streams || !calls) return;
      const named = told.map(({ type }) => type);
      expect(named).toContain('response.function_call_arguments.delta');
      expect(named).toContain('response.function_call_arguments.done');
    },
  );
});
