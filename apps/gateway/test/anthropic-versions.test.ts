import { createHarness, type Harness } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { type Body, fieldsOf, type Posted, post } from './support/chat-face.ts';

const OLD = '2023-06-01';
const NEW = '2026-10-21';
const CLAUDE = 'claude-haiku-4-5';
const PDF = { mime: 'application/pdf', data: 'JVBERi0=' };

/** Anthropic, set to a version or to none; `other` speaks Chat Completions only. */
const start = (anthropicVersion?: string): Promise<Harness> =>
  createHarness(createApp, {
    settings: ({ openai }) => ({
      config: {
        providers: {
          ...(anthropicVersion === undefined ? {} : { anthropic: { anthropicVersion } }),
          other: { dialect: 'openai-chat', baseUrl: openai.baseUrl, apiKey: openai.apiKey },
        },
      },
    }),
  });

const dropped = ({ headers }: Posted): readonly string[] =>
  headers.get('x-tollgate-dropped')?.split(', ') ?? [];

const sent = (harness: Harness): Body => fieldsOf(harness.anthropic.lastRequest().body);

/** What a client that is not Anthropic's says of sampling, and how it is told what was dropped. */
interface Client {
  readonly name: string;
  readonly path: string;
  readonly body: Body;
  readonly sampling: readonly string[];
}

const CLIENTS: readonly Client[] = [
  {
    name: 'Chat Completions',
    path: '/v1/chat/completions',
    body: {
      model: CLAUDE,
      max_tokens: 64,
      temperature: 1,
      messages: [{ role: 'user', content: 'Hi' }],
    },
    sampling: ['temperature'],
  },
  {
    name: 'Responses',
    path: '/v1/responses',
    body: { model: CLAUDE, max_output_tokens: 64, temperature: 1, input: 'Hi' },
    sampling: ['temperature'],
  },
  {
    name: 'Gemini',
    path: `/v1beta/models/${CLAUDE}:generateContent`,
    body: {
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      generationConfig: { maxOutputTokens: 64, temperature: 1, topK: 4 },
    },
    sampling: ['generationConfig.temperature', 'generationConfig.topK'],
  },
  {
    name: 'native',
    path: '/native/v1/chat/completions',
    body: {
      model: CLAUDE,
      max_tokens: 64,
      temperature: 1,
      messages: [{ role: 'user', content: 'Hi' }],
    },
    sampling: ['temperature'],
  },
];

describe.each(CLIENTS)('a $name client before Anthropic', ({ path, body, sampling }) => {
  it.each([undefined, OLD])('keeps its sampling where the provider is set to %s', async (set) => {
    await using harness = await start(set);
    harness.anthropic.mockMessageSuccess();

    const reply = await post(harness, path, body);

    expect(reply.status).toBe(200);
    expect(harness.anthropic.lastRequest().headers['anthropic-version']).toBe(OLD);
    expect(sent(harness)).toMatchObject({ temperature: 1 });
    expect(dropped(reply)).toEqual([]);
  });

  it('has it dropped, and is told in its own words, where that is the new version', async () => {
    await using harness = await start(NEW);
    harness.anthropic.mockMessageSuccess();

    const reply = await post(harness, path, body);
    const strict = await post(harness, path, body, { headers: { 'x-tollgate-strict': 'true' } });

    expect(reply.status).toBe(200);
    expect(harness.anthropic.lastRequest().headers['anthropic-version']).toBe(NEW);
    for (const field of ['temperature', 'top_p', 'top_k']) {
      expect(sent(harness)).not.toHaveProperty(field);
    }
    expect(dropped(reply)).toEqual(sampling);
    expect(strict.status).toBe(400);
    for (const name of sampling) expect(strict.text).toContain(name);
  });
});

describe.each([OLD, NEW])('an Anthropic client of version %s', (own) => {
  const headers = { 'anthropic-version': own };

  it.each([undefined, OLD, NEW])(
    'passes as it is before a provider that is set to %s',
    async (set) => {
      await using harness = await start(set);
      // What the version refuses is for the provider to say.
      harness.anthropic.mockMessageSuccess().unchecked();
      const text = `{"model":"${CLAUDE}","max_tokens":64,"temperature":1.0,"top_k":5,"messages":[{"role":"user","content":[{"type":"text","text":"Hi","citations":[{"type":"char_location"}]}]},{"role":"assistant","content":[{"type":"document","source":{"type":"text","media_type":"text/plain","data":"x"}}]},{"role":"user","content":"So?"}]}`;

      const reply = await post(harness, '/v1/messages', text, { headers });

      expect(reply.status).toBe(200);
      expect(harness.anthropic.lastRequest().headers['anthropic-version']).toBe(own);
      expect(harness.anthropic.lastRequest().text).toBe(text);
      expect(dropped(reply)).toEqual([]);
    },
  );

  it('has its tokens counted in its own version', async () => {
    await using harness = await start(NEW);
    harness.anthropic.mockCountTokens(7);
    const body = { model: CLAUDE, messages: [{ role: 'user', content: 'Hi' }] };

    const reply = await post(harness, '/v1/messages/count_tokens', body, { headers });

    expect(reply.json).toEqual({ input_tokens: 7 });
    expect(
      harness.anthropic.lastRequest('POST /v1/messages/count_tokens').headers['anthropic-version'],
    ).toBe(own);
  });

  it('may say to a model of another dialect whatever any version ever knew', async () => {
    await using harness = await start();
    harness.openai.mockChatCompletionSuccess();

    const reply = await post(
      harness,
      '/v1/messages',
      {
        model: 'other/gpt-4o',
        max_tokens: 64,
        temperature: 0.3,
        top_p: 0.5,
        messages: [{ role: 'user', content: 'Hi' }],
      },
      { headers },
    );

    expect(reply.status).toBe(200);
    expect(harness.openai.lastRequest().body).toMatchObject({ temperature: 0.3, top_p: 0.5 });
    expect(dropped(reply)).toEqual([]);
  });
});

describe.each([OLD, NEW])('a history from elsewhere, written in version %s', (version) => {
  it('has no document in a turn of the model, and says which was left out', async () => {
    await using harness = await start(version);
    harness.anthropic.mockMessageSuccess();
    const file = { inlineData: { mimeType: PDF.mime, data: PDF.data } };

    const reply = await post(harness, `/v1beta/models/${CLAUDE}:generateContent`, {
      contents: [
        { role: 'user', parts: [{ text: 'Write it.' }] },
        { role: 'model', parts: [{ text: 'Here.' }, file] },
        { role: 'user', parts: [file, { text: 'Read this one.' }] },
      ],
      generationConfig: { maxOutputTokens: 64 },
    });

    expect(reply.status).toBe(200);
    expect(sent(harness)).toMatchObject({
      messages: [
        { role: 'user' },
        { role: 'assistant', content: [{ type: 'text' }] },
        { role: 'user', content: [{ type: 'document' }, { type: 'text' }] },
      ],
    });
    expect(dropped(reply)).toEqual(['contents[1].parts[1]']);
  });
});

describe('what a Claude can not do', () => {
  const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }];
  const asked = { role: 'user', content: 'Hi' };

  it.each(['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-fable-5-1'])(
    'is refused before %s is asked, where nothing may be emulated: a call that must be made',
    async (model) => {
      await using harness = await start();

      const reply = await post(
        harness,
        '/v1/chat/completions',
        {
          model,
          messages: [asked],
          tools,
          tool_choice: 'required',
        },
        { headers: { 'x-tollgate-strict': 'true' } },
      );

      expect(reply.status).toBe(400);
      expect(fieldsOf(fieldsOf(reply.json)['error'])).toMatchObject({ param: 'tool_choice' });
      expect(harness.anthropic.receivedRequests()).toEqual([]);
    },
  );

  it('is refused with the place of the words that it should go on from', async () => {
    await using harness = await start();

    const chat = await post(harness, '/v1/chat/completions', {
      model: 'claude-opus-4-6',
      messages: [
        { role: 'system', content: 'Be brief.' },
        asked,
        { role: 'assistant', content: '{' },
      ],
    });
    const gemini = await post(harness, '/v1beta/models/claude-opus-4-6:generateContent', {
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Hi' }] },
        { role: 'model', parts: [{ text: '{' }] },
      ],
    });

    expect([chat.status, gemini.status]).toEqual([400, 400]);
    expect(chat.text).toContain('messages[2] (');
    expect(gemini.text).toContain('contents[1] (');
  });

  it.each([
    ['claude-haiku-4-5', { type: 'disabled' }, undefined],
    ['claude-opus-5', { type: 'disabled' }, undefined],
    ['claude-sonnet-5-5', { type: 'between_tools' }, undefined],
    ['claude-opus-5-5', undefined, 'reasoning_effort:clamped'],
  ])('is said the nearest way: %s, told not to reason', async (model, thinking, told) => {
    await using harness = await start();
    harness.anthropic.mockMessageSuccess();

    const reply = await post(harness, '/v1/chat/completions', {
      model,
      max_tokens: 64,
      messages: [asked],
      reasoning_effort: 'none',
    });

    expect(reply.status).toBe(200);
    expect(sent(harness)['thinking']).toEqual(thinking);
    expect(dropped(reply)).toEqual(told === undefined ? [] : [told]);
  });
});
