import {
  createHarness,
  eventStream,
  frameRecording,
  type Harness,
  parseSse,
  readRecording,
} from '@tollgate/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { post } from './support/chat-face.ts';

/* Output by a schema, from providers that hold none to it. */

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness(createApp, {
    settings: ({ openai, anthropic }) => ({
      config: {
        providers: {
          claude: {
            dialect: 'anthropic-messages',
            baseUrl: anthropic.baseUrl,
            apiKey: anthropic.apiKey,
            quirks: { outputBy: 'tool' },
          },
          plain: {
            dialect: 'openai-chat',
            baseUrl: openai.baseUrl,
            apiKey: openai.apiKey,
            quirks: { outputBy: 'words' },
          },
        },
      },
    }),
  });
});
afterAll(() => harness[Symbol.asyncDispose]());

const schema = { type: 'object', properties: { city: { type: 'string' } } };
const asked = (model: string, more: object = {}) => ({
  model,
  messages: [{ role: 'user', content: 'A city' }],
  response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
  ...more,
});
const CHAT = '/v1/chat/completions';

describe('a Chat client that asks for output by a schema', () => {
  it('reads the arguments of a tool that the model was made to call', async () => {
    harness.anthropic.mockMessageWithToolUse('json', { city: 'Oslo' }, 'toolu_1');

    const reply = await post(harness, CHAT, asked('claude/m'));

    expect(reply.json).toMatchObject({
      choices: [{ message: { content: '{"city":"Oslo"}' }, finish_reason: 'stop' }],
    });
    expect(reply.text).not.toContain('tool_calls');
    expect(reply.headers.get('x-tollgate-dropped')).toContain('response_format:emulated');
    expect(harness.anthropic.lastRequest().body).toMatchObject({
      tools: [{ name: 'json', input_schema: schema }],
      tool_choice: { type: 'tool', name: 'json' },
    });
  });

  it('reads them piece by piece from a stream', async () => {
    const recording = readRecording('anthropic', 'anthropic-json-tool.1');
    harness.anthropic.mockMessage(eventStream([frameRecording(recording)]));

    const reply = await post(harness, CHAT, asked('claude/m', { stream: true }));

    const chunks = parseSse(reply.text)
      .filter(({ data }) => data !== '[DONE]')
      .map(({ data }) => JSON.parse(data));
    const said = chunks.map(({ choices }) => choices[0]?.delta?.content ?? '');
    expect(said.filter((text) => text !== '').length).toBeGreaterThan(1);
    expect(JSON.parse(said.join(''))).toHaveProperty('elements');
    expect(reply.text).toContain('"finish_reason":"stop"');
    expect(reply.text).not.toContain('tool_calls');
  });

  it('has a strict call refused before the provider is asked', async () => {
    const reply = await post(harness, CHAT, asked('claude/m'), {
      headers: { 'x-tollgate-strict': 'true' },
    });

    expect(reply.status).toBe(400);
    expect(reply.text).toContain('response_format');
  });

  it('has a provider of its own dialect told in words, since it would refuse the schema', async () => {
    harness.openai.mockChatCompletionSuccess();

    const reply = await post(harness, CHAT, asked('plain/m'));

    expect(reply.status).toBe(200);
    expect(harness.openai.lastRequest().body).toMatchObject({
      response_format: { type: 'json_object' },
      messages: [
        { role: 'system', content: expect.stringContaining(JSON.stringify(schema)) },
        { role: 'user' },
      ],
    });
  });

  it('passes as it came where nothing is to be held', async () => {
    harness.openai.mockChatCompletionSuccess();
    const { response_format: _format, ...body } = asked('plain/m');

    await post(harness, CHAT, body);

    expect(harness.openai.lastRequest().text).toBe(JSON.stringify({ ...body, model: 'm' }));
  });
});
