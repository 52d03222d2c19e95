import {
  controlledReply,
  createHarness,
  eventStream,
  type Harness,
  messageEvents,
  messageResponse,
  namedEvents,
} from '@tollgate/testkit';
import OpenAI from 'openai';
import { describe, expect, it, vi } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { startScripted } from './support/scripted-providers.ts';

/* Responses in the background of providers that have no such thing. */

const CLAUDE = 'claude-sonnet-4-5';
const asked = { model: CLAUDE, input: 'Weather?', background: true } as const;

const start = (): Promise<Harness> => createHarness(createApp);
const clientOf = (harness: Harness, apiKey = harness.keys.member): OpenAI =>
  new OpenAI({ baseURL: `${harness.url}/v1`, apiKey, maxRetries: 0 });

const mockStream = (harness: Harness, text: string): void => {
  harness.anthropic.mockMessage(eventStream(namedEvents(messageEvents(messageResponse(text)))));
};

const statusOf = async (client: OpenAI, id: string) => (await client.responses.retrieve(id)).status;
const reaches = (client: OpenAI, id: string, status: string): Promise<void> =>
  vi.waitFor(async () => expect(await statusOf(client, id)).toBe(status), { timeout: 5_000 });

describe('a response in the background', () => {
  it('is queued at once, in progress while its provider answers, and completed', async () => {
    await using harness = await start();
    const reply = controlledReply();
    harness.anthropic.mockMessage(reply.reply);
    const client = clientOf(harness);

    const queued = await client.responses.create({ ...asked, metadata: { team: 'north' } });
    expect(queued).toMatchObject({ status: 'queued', background: true, output: [], usage: null });
    await reply.started;
    expect(await statusOf(client, queued.id)).toBe('in_progress');
    const events = namedEvents(messageEvents(messageResponse('Cold.', { input: 9, output: 3 })));
    reply.send(events.join(''));
    reply.end();
    await reaches(client, queued.id, 'completed');

    expect(await client.responses.retrieve(queued.id)).toMatchObject({
      id: queued.id,
      output_text: 'Cold.',
      background: true,
      metadata: { team: 'north' },
      usage: { input_tokens: 9, output_tokens: 3 },
    });
    expect(await harness.usage()).toMatchObject([
      { status: 'ok', inputTokens: 9, outputTokens: 3, provenance: 'provider' },
    ]);
  });

  it('is gone on from, once it is completed', async () => {
    await using harness = await start();
    const reply = controlledReply();
    harness.anthropic.mockMessage(reply.reply);
    const client = clientOf(harness);
    const { id } = await client.responses.create(asked);
    await reply.started;
    const next = { model: CLAUDE, input: 'Sure?', previous_response_id: id };

    await expect(client.responses.create(next)).rejects.toMatchObject({
      status: 400,
      param: 'previous_response_id',
    });
    reply.send(namedEvents(messageEvents(messageResponse('Cold.'))).join(''));
    reply.end();
    await reaches(client, id, 'completed');
    harness.anthropic.mockMessageWithUsage('Yes.', 4, 2);

    expect((await client.responses.create(next)).output_text).toBe('Yes.');
  });

  it('is cancelled, and by that its provider hung up on, once', async () => {
    await using harness = await start();
    const reply = controlledReply();
    harness.anthropic.mockMessage(reply.reply);
    const client = clientOf(harness);
    const { id } = await client.responses.create(asked);
    await reply.started;

    const cancelled = await client.responses.cancel(id);

    expect(cancelled).toMatchObject({ id, status: 'cancelled' });
    await reply.left;
    expect(await client.responses.cancel(id)).toMatchObject({ status: 'cancelled' });
    expect(await harness.usage()).toMatchObject([
      { status: 'client_closed', provenance: 'interrupted' },
    ]);
  });

  it('is ended by being deleted', async () => {
    await using harness = await start();
    const reply = controlledReply();
    harness.anthropic.mockMessage(reply.reply);
    const client = clientOf(harness);
    const { id } = await client.responses.create(asked);
    await reply.started;

    await client.responses.delete(id);

    await reply.left;
    await expect(client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
    expect(await harness.usage()).toHaveLength(1);
  });

  it('has failed when its provider has', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageOverloaded();
    const client = clientOf(harness);

    const { id } = await client.responses.create(asked);
    await reaches(client, id, 'failed');

    expect(await client.responses.retrieve(id)).toMatchObject({
      error: { code: 'provider_failed', message: 'Provider "anthropic" is overloaded.' },
      output: [],
    });
  });

  it('is incomplete when the model was cut short', async () => {
    await using harness = await start();
    const whole = { ...messageResponse('Col'), stop_reason: 'max_tokens' };
    harness.anthropic.mockMessage(eventStream(namedEvents(messageEvents(whole))));
    const client = clientOf(harness);

    const { id } = await client.responses.create(asked);
    await reaches(client, id, 'incomplete');

    expect(await client.responses.retrieve(id)).toMatchObject({
      incomplete_details: { reason: 'max_output_tokens' },
      output_text: 'Col',
    });
  });

  it('has failed when the gateway stopped before its end, and is booked', async () => {
    await using harness = await start();
    const reply = controlledReply();
    harness.anthropic.mockMessage(reply.reply);
    const { id } = await clientOf(harness).responses.create(asked);
    await reply.started;

    await harness.restart();

    expect(await clientOf(harness).responses.retrieve(id)).toMatchObject({
      status: 'failed',
      error: { code: 'shutting_down' },
    });
    expect(await harness.usage()).toHaveLength(1);
  });

  it.each([
    [{ store: false }, 'background'],
    [{ stream: true }, 'stream'],
    [{ input: [{ type: 'function_call_output', call_id: 'x', output: '' }] }, 'input[0].call_id'],
  ])('is refused at once where it could not be: %j', async (field, param) => {
    await using harness = await start();

    const reply = await harness
      .withToken()
      .post('/v1/responses')
      .send({ ...asked, ...field });

    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ error: { param } });
    expect(harness.anthropic.receivedRequests()).toEqual([]);
  });

  it('has failed, in words of its own, when it is too large to be kept', async () => {
    await using harness = await start();
    mockStream(harness, 'y'.repeat(8_700_000));
    const client = clientOf(harness);

    const { id } = await client.responses.create({ ...asked, input: 'x'.repeat(8_200_000) });
    await reaches(client, id, 'failed');

    expect(await client.responses.retrieve(id)).toMatchObject({
      status: 'failed',
      error: { code: 'response_not_kept', message: expect.stringContaining('too large') },
    });
  });

  it('is refused beyond as many as one key may have', async () => {
    await using harness = await start();
    const replies = Array.from({ length: 16 }, () => controlledReply());
    for (const reply of replies) harness.anthropic.mockMessage(reply.reply);
    const client = clientOf(harness);
    const made = await Promise.all(replies.map(() => client.responses.create(asked)));
    // One that is cancelled before it is sent would leave its script to the next.
    await harness.anthropic.waitForRequests(16);

    await expect(client.responses.create(asked)).rejects.toMatchObject({ status: 429 });
    await client.responses.cancel(made[0]?.id ?? '');
    mockStream(harness, 'Cold.');
    const { id } = await client.responses.create(asked);

    await reaches(client, id, 'completed');
    for (const { id: other } of made) await client.responses.cancel(other);
  });

  it('is another key’s to see in no way', async () => {
    await using harness = await start();
    mockStream(harness, 'Cold.');
    const { id } = await clientOf(harness).responses.create(asked);
    const other = clientOf(harness, harness.keys.admin).responses;

    await expect(other.retrieve(id)).rejects.toMatchObject({ status: 404 });
    await expect(other.cancel(id)).rejects.toMatchObject({ status: 404 });
    await reaches(clientOf(harness), id, 'completed');
  });

  it('is run here for a provider that speaks the dialect and has no background', async () => {
    const events = [
      { type: 'response.created', response: { id: 'resp_x', model: 'm', output: [] } },
      { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'Cold.' },
      { type: 'response.completed', response: { id: 'resp_x', status: 'completed', output: [] } },
    ];
    await using app = await startScripted({ groq: { dialect: 'openai-responses' } }, () => ({
      type: 'text/event-stream',
      body: namedEvents(events).join(''),
    }));
    const client = clientOf(app.harness);

    const { id } = await client.responses.create({ ...asked, model: 'groq/m' });
    await reaches(client, id, 'completed');

    expect((await client.responses.retrieve(id)).output_text).toBe('Cold.');
    expect(app.sent[0]?.body).toMatchObject({ stream: true, store: false });
    expect(app.sent[0]?.body).not.toHaveProperty('background');
  });
});
