import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import type { Harness } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { post } from './support/chat-face.ts';
import { type Scripted, startScripted } from './support/scripted-providers.ts';

/* Counted by a provider of another dialect, in that dialect, and told in the client's. */

const COUNT = '/v1/messages/count_tokens';
const PROVIDERS = {
  openai: { dialect: ['openai-chat', 'openai-responses'] },
  anthropic: {},
  google: {},
  plain: { dialect: 'openai-chat' },
};
const start = (answer: Scripted) => startScripted(PROVIDERS, () => answer);

const anthropicOf = ({ url, keys }: Harness): Anthropic =>
  new Anthropic({ apiKey: keys.member, baseURL: url, maxRetries: 0 });
const googleOf = ({ url, keys }: Harness): GoogleGenAI =>
  new GoogleGenAI({
    apiKey: keys.member,
    httpOptions: { baseUrl: url, retryOptions: { attempts: 1 } },
  });

const asked = {
  system: 'Be brief.',
  messages: [{ role: 'user' as const, content: 'Hello' }],
  tools: [{ name: 'now', input_schema: { type: 'object' as const, properties: {} } }],
};

describe('an Anthropic client that counts', () => {
  it('has Google count its whole request, instructions and tools included', async () => {
    await using app = await start({ body: { totalTokens: 77 } });

    const { data, response } = await anthropicOf(app.harness)
      .messages.countTokens({ model: 'google/gemini-3-pro-preview', ...asked })
      .withResponse();

    expect(data).toEqual({ input_tokens: 77 });
    expect(response.headers.get('x-tollgate-estimate')).toBeNull();
    expect(app.sent.map(({ url, body }) => ({ url, body }))).toEqual([
      {
        url: '/v1beta/models/gemini-3-pro-preview:countTokens',
        body: {
          generateContentRequest: {
            model: 'models/gemini-3-pro-preview',
            systemInstruction: { parts: [{ text: 'Be brief.' }] },
            contents: [{ role: 'user', parts: [{ text: 'Hello' }] }],
            tools: [
              {
                functionDeclarations: [
                  { name: 'now', parametersJsonSchema: asked.tools[0]?.input_schema },
                ],
              },
            ],
          },
        },
      },
    ]);
    expect(await app.harness.usage()).toEqual([]);
  });

  it('has OpenAI count on Responses, which is sent nothing that only an answer needs', async () => {
    await using app = await start({
      body: { object: 'response.input_tokens', input_tokens: 12 },
    });

    const reply = await post(app.harness, COUNT, {
      model: 'openai/gpt-4o',
      ...asked,
      temperature: 1,
      max_tokens: 100,
      stream: true,
    });

    expect(reply.json).toEqual({ input_tokens: 12 });
    expect(app.sent).toMatchObject([{ url: '/responses/input_tokens' }]);
    expect(Object.keys(app.sent[0]?.body ?? {}).sort()).toEqual([
      'input',
      'instructions',
      'model',
      'tools',
    ]);
    expect(app.sent[0]?.headers['authorization']).toBe('Bearer key-of-openai');
  });

  it('is told what was left out of what was counted', async () => {
    await using app = await start({ body: { totalTokens: 5 } });

    const reply = await post(app.harness, COUNT, {
      model: 'google/gemini-3-pro-preview',
      messages: [
        {
          role: 'user',
          content: [{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } }],
        },
      ],
    });

    expect(reply.json).toEqual({ input_tokens: 5 });
    expect(reply.headers.get('x-tollgate-dropped')).toContain('cache');
  });

  it.each([
    ['which has no counter', 'plain/m', 0],
    ['whose counter is not there', 'openai/gpt-4o', 1],
  ])('is given an estimate for a provider %s', async (_case, model, calls) => {
    await using app = await start({ status: 404, type: 'text/plain', body: 'no such page' });

    const reply = await post(app.harness, COUNT, { model, ...asked });

    expect(reply.status).toBe(200);
    expect(reply.headers.get('x-tollgate-estimate')).toBe('true');
    expect(app.sent).toHaveLength(calls);
  });

  it('is given the counter’s word where we serve what it can’t be told', async () => {
    await using app = await start({ body: { totalTokens: 5 } });

    const reply = await post(app.harness, COUNT, {
      model: 'google/gemini-3-pro-preview',
      ...asked,
      stop_sequences: ['1', '2', '3', '4', '5', '6'],
    });

    // The sixth is cut at by us, so that it is no loss.
    expect([reply.status, reply.headers.get('x-tollgate-estimate')]).toEqual([200, null]);
    expect(app.sent).toHaveLength(1);
  });

  it('reads the counter’s refusal as its own dialect’s', async () => {
    const error = { code: 400, message: 'contents is not specified', status: 'INVALID_ARGUMENT' };
    await using app = await start({ status: 400, body: { error } });

    const reply = await post(app.harness, COUNT, {
      model: 'google/gemini-3-pro-preview',
      ...asked,
    });

    expect(reply.status).toBe(400);
    expect(reply.json).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
  });
});

describe('Google’s client that counts', () => {
  it('has Anthropic count, under its version and without a limit', async () => {
    await using app = await start({ body: { input_tokens: 31 } });

    const { totalTokens, sdkHttpResponse } = await googleOf(app.harness).models.countTokens({
      model: 'anthropic/claude-opus-5',
      contents: 'Hello',
    });

    expect(totalTokens).toBe(31);
    expect(sdkHttpResponse?.headers).not.toHaveProperty('x-tollgate-dropped');
    expect(app.sent).toMatchObject([
      {
        url: '/v1/messages/count_tokens',
        headers: { 'anthropic-version': '2023-06-01', 'x-api-key': 'key-of-anthropic' },
        body: {
          model: 'claude-opus-5',
          messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
        },
      },
    ]);
    expect(app.sent[0]?.body).not.toHaveProperty('max_tokens');
  });

  it('has a whole request counted, with its instructions', async () => {
    await using app = await start({ body: { input_tokens: 31 } });

    const reply = await post(app.harness, '/v1beta/models/anthropic/claude-opus-5:countTokens', {
      generateContentRequest: {
        model: 'models/anthropic/claude-opus-5',
        systemInstruction: { parts: [{ text: 'Be brief.' }] },
        contents: [{ parts: [{ text: 'Hello' }] }],
      },
    });

    expect(reply.json).toEqual({ totalTokens: 31 });
    expect(JSON.stringify(app.sent[0]?.body)).toContain('Be brief.');
  });

  it('is told that a count is none', async () => {
    await using app = await start({ body: { tokens: 31 } });

    const reply = await post(app.harness, '/v1beta/models/anthropic/claude-opus-5:countTokens', {
      contents: [{ parts: [{ text: 'Hello' }] }],
    });

    expect(reply.status).toBe(502);
  });
});
