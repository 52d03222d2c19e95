import {
  completionChunks,
  createHarness,
  eventStream,
  type Harness,
  namedEvents,
  responsesEvents,
  responsesResponse,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { withBudgets } from './support/with-budgets.ts';

/*
 * A whole reply of a provider that speaks its client's dialect is asked for as a stream while a budget
 * counts it, and is what would have come at once.
 */

const counts = { input: 12, output: 7 };

const post = (harness: Harness, path: string, body: object) =>
  harness.withToken().post(path).send(body);

const responseOf = (harness: Harness, fields: object = {}) =>
  post(harness, '/v1/responses', { model: 'openai/gpt-4o', input: 'Hi', store: false, ...fields });

const completionOf = (harness: Harness) =>
  post(harness, '/v1/completions', { model: 'openai/gpt-3.5-turbo-instruct', prompt: 'Hi' });

describe('a whole response that passes under a budget of tokens', () => {
  it('is asked for as a stream, and is the whole that it ends with', async () => {
    await using harness = await createHarness(createApp);
    await withBudgets(harness, ['1000 tokens/day']);
    harness.openai.mockResponseStream('Hello there, you', counts);

    const reply = await responseOf(harness);

    expect(reply.status).toBe(200);
    expect(reply.body).toEqual(responsesResponse('Hello there, you', counts));
    expect(harness.openai.lastRequest('POST /v1/responses').body).toMatchObject({
      model: 'gpt-4o',
      stream: true,
      store: false,
    });
    expect(await harness.settled(reply.headers['x-tollgate-call'] ?? '')).toMatchObject({
      status: 'ok',
      inputTokens: 12,
      outputTokens: 7,
      provenance: 'provider',
    });
  });

  it('is ended where it outgrows the budget, and booked by what was seen', async () => {
    await using harness = await createHarness(createApp);
    await withBudgets(harness, ['700 output tokens/day']);
    const events = responsesEvents('word '.repeat(3_000), { input: 12, output: 3_000 });
    // Its last events are not waited for.
    harness.openai.mockResponse(eventStream(namedEvents(events.slice(0, -4))));

    const reply = await responseOf(harness);

    expect(reply.status).toBe(429);
    expect(reply.body.error.message).toContain('ran out while this call was answered');
    const event = await harness.settled(reply.headers['x-tollgate-call'] ?? '');
    expect(event).toMatchObject({ errorKind: 'budget_exceeded', provenance: 'interrupted' });
    expect(event.outputTokens).toBeGreaterThan(300);
  });

  it('is asked for whole where nothing counts what it writes', async () => {
    await using harness = await createHarness(createApp);
    await withBudgets(harness, ['1000 requests/day']);
    harness.openai.mockResponseWithUsage('Hello', 12, 7);

    expect((await responseOf(harness)).status).toBe(200);
    expect(harness.openai.lastRequest('POST /v1/responses').body).not.toHaveProperty('stream');
  });
});

describe('a whole legacy completion under a budget of tokens', () => {
  it('is asked for as a stream with its usage, and gathered', async () => {
    await using harness = await createHarness(createApp);
    await withBudgets(harness, ['1000 tokens/day']);
    harness.openai.mockCompletionStream(completionChunks('Hello there', counts));

    const reply = await completionOf(harness);

    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({
      object: 'text_completion',
      choices: [{ index: 0, text: 'Hello there', finish_reason: 'stop' }],
      usage: { prompt_tokens: 12, completion_tokens: 7 },
    });
    expect(harness.openai.lastRequest('POST /v1/completions').body).toMatchObject({
      model: 'gpt-3.5-turbo-instruct',
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(await harness.settled(reply.headers['x-tollgate-call'] ?? '')).toMatchObject({
      status: 'ok',
      outputTokens: 7,
      provenance: 'provider',
    });
  });
});
