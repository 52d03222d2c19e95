import Anthropic from '@anthropic-ai/sdk';
import {
  controlledReply,
  createHarness,
  eventStream,
  type Harness,
  json,
  namedEvents,
  parseSseJson,
  responsesEvents,
  responsesResponse,
} from '@tollgate/testkit';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { post } from './support/chat-face.ts';
import { startScripted } from './support/scripted-providers.ts';

/* Stop sequences towards the Responses API, which has none: cut by Tollgate. */

const GPT = 'gpt-5.6-terra';
const COUNTS = { input: 12, output: 7 };
const ASKED = {
  model: GPT,
  messages: [{ role: 'user' as const, content: 'Count.' }],
  stop: ['END', 'three'],
  reasoning_effort: 'low' as const,
  // With a tool, such a model is asked on Responses.
  tools: [
    { type: 'function' as const, function: { name: 'weather', parameters: { type: 'object' } } },
  ],
};

const start = (): Promise<Harness> => createHarness(createApp);
const clientOf = (harness: Harness): OpenAI =>
  new OpenAI({ baseURL: `${harness.url}/v1`, apiKey: harness.keys.member, maxRetries: 0 });

describe('stop sequences towards a provider that has none', () => {
  it('end a whole reply, and cost what the provider counted', async () => {
    await using harness = await start();
    harness.openai.mockResponse(json(responsesResponse('one two three END', COUNTS)));

    const { status, headers, json: body } = await post(harness, '/v1/chat/completions', ASKED);

    expect(status).toBe(200);
    expect(headers.get('x-tollgate-dropped')).toBe('stop:emulated');
    expect(body).toMatchObject({
      choices: [{ message: { content: 'one two ' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 12, completion_tokens: 7 },
    });
    expect(harness.openai.lastRequest().body).not.toHaveProperty('stop');
  });

  it('end a stream, hang up on the provider, and are booked as estimated', async () => {
    await using harness = await start();
    const reply = controlledReply();
    harness.openai.mockResponse(reply.reply);
    const events = namedEvents(responsesEvents('one two thr', COUNTS));
    const stream = await clientOf(harness).chat.completions.create({ ...ASKED, stream: true });
    const more = {
      type: 'response.output_text.delta',
      item_id: 'msg_test123',
      output_index: 0,
      content_index: 0,
      delta: 'ee four five',
    };

    // All of the text but for the events that end it.
    const deltas = events.filter((event) => !/\.(done|completed)/.test(event));
    await reply.send([...deltas, ...namedEvents([more])].join(''));
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);

    await reply.left;
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('one two ');
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
    expect(await harness.usage()).toMatchObject([
      { status: 'ok', provenance: 'estimate', outputTokens: expect.any(Number) },
    ]);
    expect((await harness.usage())[0]?.outputTokens).toBeGreaterThan(0);
  });

  it('leave a stream alone that holds none, and hold nothing back at its end', async () => {
    await using harness = await start();
    harness.openai.mockResponse(eventStream(namedEvents(responsesEvents('one two thre', COUNTS))));

    const { text } = await post(harness, '/v1/chat/completions', { ...ASKED, stream: true });

    const said = parseSseJson(text).map((chunk) => JSON.stringify(chunk));
    expect(said.filter((chunk) => chunk.includes('thre'))).toHaveLength(1);
    expect(await harness.usage()).toMatchObject([{ provenance: 'provider', outputTokens: 7 }]);
  });

  it('tell an Anthropic client which of them was met', async () => {
    await using app = await startScripted({ xai: { dialect: 'openai-responses' } }, () => ({
      body: responsesResponse('one two three', COUNTS),
    }));
    const client = new Anthropic({
      baseURL: app.harness.url,
      apiKey: app.harness.keys.member,
      maxRetries: 0,
    });

    const message = await client.messages.create({
      model: 'xai/grok-4.5',
      max_tokens: 64,
      messages: ASKED.messages,
      stop_sequences: ['three'],
    });

    expect(message).toMatchObject({
      content: [{ type: 'text', text: 'one two ' }],
      stop_reason: 'stop_sequence',
      stop_sequence: 'three',
    });
  });

  it('are refused where every loss is', async () => {
    await using harness = await start();
    const strict = { 'x-tollgate-strict': 'true' };

    const { status } = await post(harness, '/v1/chat/completions', ASKED, { headers: strict });

    expect(status).toBe(400);
  });
});

describe('more stop sequences than a provider takes', () => {
  const MANY = ['a1', 'a2', 'a3', 'a4', 'three', 'a6'];
  const CHAT_REPLY = {
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'one two three four' },
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
  };

  it('are sent as far as they go, and cut by us beyond', async () => {
    await using app = await startScripted({ groq: { dialect: 'openai-chat' } }, () => ({
      body: CHAT_REPLY,
    }));

    const reply = await post(app.harness, '/v1/messages', {
      model: 'groq/m',
      max_tokens: 64,
      messages: ASKED.messages,
      stop_sequences: MANY,
    });

    expect(reply.headers.get('x-tollgate-dropped')).toBe('stop_sequences:emulated');
    expect(reply.json).toMatchObject({
      content: [{ type: 'text', text: 'one two ' }],
      stop_reason: 'stop_sequence',
      stop_sequence: 'three',
    });
    expect(app.sent[0]?.body).toMatchObject({ stop: MANY.slice(0, 4) });
  });
});
