import { createHarness, frameRecording, readRecording, startServer } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { type Body, post } from './support/chat-face.ts';

/* A provider that speaks Gemini's dialect, behind clients that don't. */

interface Sent {
  readonly url: string;
  readonly headers: { readonly [name: string]: unknown };
  readonly body: Body;
}

interface Scripted {
  readonly status?: number;
  readonly type?: string;
  readonly text: string;
}

/** The app with a provider `google` that answers as told, and what was sent to it. */
async function start(answer: Scripted, settings: Body = {}) {
  const sent: Sent[] = [];
  const provider = await startServer((req, res) => {
    let text = '';
    req.setEncoding('utf8');
    req.on('data', (piece: string) => {
      text += piece;
    });
    req.on('end', () => {
      sent.push({ url: req.url ?? '', headers: req.headers, body: JSON.parse(text) });
      res.writeHead(answer.status ?? 200, { 'content-type': answer.type ?? 'application/json' });
      res.end(answer.text);
    });
  });
  const google = { apiKey: 'AIza-test', baseUrl: provider.url, ...settings };
  const harness = await createHarness(createApp, {
    settings: { config: { providers: { google } } },
  });
  return {
    harness,
    sent,
    [Symbol.asyncDispose]: async () => {
      await harness[Symbol.asyncDispose]();
      await provider.close();
    },
  };
}

const MODEL = 'google/gemini-3-pro-preview';
const QUESTION = { model: MODEL, messages: [{ role: 'user', content: 'Hi' }] };
const recorded = (name: string): string => JSON.stringify(readRecording('google', name).body);

describe('a Chat client of a Gemini provider', () => {
  it('has the model put into the address, the key into its own header, and the rest into the body', async () => {
    await using app = await start({ text: recorded('google-text') });

    const reply = await post(app.harness, '/v1/chat/completions', {
      ...QUESTION,
      messages: [{ role: 'system', content: 'Be terse.' }, ...QUESTION.messages],
      max_completion_tokens: 64,
      seed: 7,
    });

    expect(reply.status).toBe(200);
    expect(reply.headers.get('x-tollgate-dropped') ?? '').not.toMatch(/messages|seed|maxOutput/);
    expect(app.sent).toMatchObject([
      {
        url: '/v1beta/models/gemini-3-pro-preview:generateContent',
        headers: { 'x-goog-api-key': 'AIza-test' },
      },
    ]);
    expect(app.sent[0]?.headers['authorization']).toBeUndefined();
    expect(app.sent[0]?.body).toEqual({
      systemInstruction: { parts: [{ text: 'Be terse.' }] },
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      generationConfig: { maxOutputTokens: 64, seed: 7 },
    });
    expect(reply.json).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant' }, finish_reason: 'stop' }],
      usage: {
        prompt_tokens: 9,
        completion_tokens: 272,
        completion_tokens_details: { reasoning_tokens: 244 },
      },
    });
  });

  it('streams what the provider streams, calls of tools included', async () => {
    const text = frameRecording(readRecording('google', 'google-stream-tool-call-arguments'));
    await using app = await start({ type: 'text/event-stream', text });

    const reply = await post(app.harness, '/v1/chat/completions', {
      ...QUESTION,
      stream: true,
      stream_options: { include_usage: true },
      tools: [
        { type: 'function', function: { name: 'getWeather', parameters: { type: 'object' } } },
      ],
    });

    expect(app.sent[0]?.url).toBe(
      '/v1beta/models/gemini-3-pro-preview:streamGenerateContent?alt=sse',
    );
    expect(reply.text).toContain('{\\"location\\":\\"San Francisco\\"}');
    expect(reply.text).toContain('"finish_reason":"tool_calls"');
    expect(reply.text).toContain('"prompt_tokens":26');
    expect(reply.text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('is told to wait as long as the provider asks', async () => {
    await using app = await start({ status: 429, text: recorded('google-429-retry-info') });

    const reply = await post(app.harness, '/v1/chat/completions', QUESTION);

    expect(reply.status).toBe(429);
    expect(reply.headers.get('retry-after')).toBe('35');
  });

  it('sees the operator’s refused key as the gateway’s failure', async () => {
    const details = [{ reason: 'API_KEY_INVALID' }];
    const text = JSON.stringify({ error: { code: 400, message: 'API key not valid.', details } });
    await using app = await start({ status: 400, text });

    expect((await post(app.harness, '/v1/chat/completions', QUESTION)).status).toBe(502);
  });

  it('has its key sent as the operator says', async () => {
    await using app = await start({ text: recorded('google-text') }, { auth: 'bearer' });

    await post(app.harness, '/v1/chat/completions', QUESTION);

    expect(app.sent[0]?.headers).toMatchObject({ authorization: 'Bearer AIza-test' });
    expect(app.sent[0]?.headers['x-goog-api-key']).toBeUndefined();
  });

  it('reaches no other endpoint, whatever it calls its model', async () => {
    await using app = await start({ text: recorded('google-text') });

    await post(app.harness, '/v1/chat/completions', {
      ...QUESTION,
      model: 'google/../../files?x=',
    });

    expect(app.sent[0]?.url).toBe('/v1beta/models/..%2F..%2Ffiles%3Fx%3D:generateContent');
  });
});
