import { createHarness, frameRecording, readRecording, startServer } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { type Body, post } from './support/chat-face.ts';

/* A provider that speaks Cohere's dialect, behind clients that don't. */

interface Sent {
  readonly url: string;
  readonly headers: { readonly [name: string]: unknown };
  readonly body: Body;
}

/** The app with a provider `cohere` that answers as told, and what was sent to it. */
async function start(answer: { status?: number; type?: string; text: string }) {
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
  const cohere = { apiKey: 'co-test', baseUrl: provider.url };
  const harness = await createHarness(createApp, {
    settings: { config: { providers: { cohere } } },
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

const MODEL = 'cohere/command-a-reasoning-08-2025';
const QUESTION = { model: MODEL, messages: [{ role: 'user', content: 'Hi' }] };
const CURRENT_TIME = {
  type: 'function',
  function: { name: 'currentTime', parameters: { type: 'object', properties: {} } },
};
const recorded = (name: string): string => JSON.stringify(readRecording('cohere', name).body);

describe('a Chat client of a Cohere provider', () => {
  it('is translated there and back, its call without arguments having none', async () => {
    await using app = await start({ text: recorded('cohere-null-args') });

    const reply = await post(app.harness, '/v1/chat/completions', {
      ...QUESTION,
      tools: [CURRENT_TIME],
      top_p: 1,
      max_completion_tokens: 64,
    });

    expect(reply.status).toBe(200);
    expect(reply.headers.get('x-tollgate-dropped')).toBe('top_p:clamped');
    expect(app.sent).toMatchObject([
      { url: '/v2/chat', headers: { authorization: 'Bearer co-test' } },
    ]);
    expect(app.sent[0]?.body).toEqual({
      model: 'command-a-reasoning-08-2025',
      messages: [{ role: 'user', content: 'Hi' }],
      tools: [CURRENT_TIME],
      p: 0.99,
      max_tokens: 64,
    });
    expect(reply.json).toMatchObject({
      choices: [
        {
          message: {
            content: 'I will use the currentTime tool to find the current time.',
            tool_calls: [{ function: { name: 'currentTime', arguments: '{}' } }],
          },
          finish_reason: 'tool_calls',
        },
      ],
      usage: {
        prompt_tokens: 1445,
        completion_tokens: 43,
        prompt_tokens_details: { cached_tokens: 992 },
      },
    });
  });

  it('streams what the provider streams, thoughts included', async () => {
    const text = frameRecording(readRecording('cohere', 'cohere-reasoning'));
    await using app = await start({ type: 'text/event-stream', text });

    const reply = await post(app.harness, '/v1/chat/completions', {
      ...QUESTION,
      stream: true,
      stream_options: { include_usage: true },
    });

    expect(reply.text).toContain('"reasoning_content":" calculate"');
    expect(reply.text).toContain('"content":" 4"');
    expect(reply.text).toContain('"finish_reason":"stop"');
    expect(reply.text).toContain('"prompt_tokens":1394');
    expect(reply.text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it.each([
    [400, 400],
    [401, 502],
    [429, 429],
    [500, 502],
    [503, 503],
  ])('learns of a status %i as %i', async (status, told) => {
    const text = JSON.stringify({ id: 'x', message: 'too many tokens' });
    await using app = await start({ status, text });

    const reply = await post(app.harness, '/v1/chat/completions', QUESTION);

    expect(reply.status).toBe(told);
    expect(reply.text.includes('too many tokens')).toBe(status === 400 || status === 429);
  });
});
