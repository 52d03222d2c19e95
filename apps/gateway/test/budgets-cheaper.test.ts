import { chatResponse, createHarness, json } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { asking, postNative } from './support/native.ts';
import { withBudgets } from './support/with-budgets.ts';

const answer = () => json(chatResponse('Hello!', { model: 'gpt-4o' }));

describe('a budget that is used up and names a cheaper model', () => {
  it('sends a tier’s calls on to it, and its conversations too', async () => {
    const tiers = { moderate: [{ model: 'openai/gpt-4o' }] };
    await using harness = await createHarness(createApp, { settings: { config: { tiers } } });
    await withBudgets(harness, [
      ['1 requests/day cheaper:openai/gpt-4o-mini', { kind: 'model', id: 'openai/gpt-4o' }],
    ]);
    const served: unknown[] = [];
    for (let at = 0; at < 3; at += 1) {
      harness.openai.mockChatCompletion(answer());
      const reply = await postNative(
        harness,
        asking('Hi', { tier: 'moderate', conversation_id: 'c-1' }),
      );
      expect(reply.status).toBe(200);
      served.push(reply.headers['x-tollgate-model']);
      await harness.settled(reply.headers['x-tollgate-call'] ?? '');
    }

    expect(served).toEqual(['openai/gpt-4o', 'openai/gpt-4o-mini', 'openai/gpt-4o-mini']);
  });

  it('sends embeddings on to another model that makes some', async () => {
    await using harness = await createHarness(createApp);
    await withBudgets(harness, ['1 requests/day cheaper:openai/text-embedding-3-small']);
    harness.openai.mockEmbeddingsSuccess();
    harness.openai.mockEmbeddingsSuccess();
    const embed = () =>
      harness
        .withToken()
        .post('/v1/embeddings')
        .send({ model: 'openai/text-embedding-3-large', input: 'Hi' });

    const first = await embed();
    await harness.settled(first.headers['x-tollgate-call'] ?? '');
    const second = await embed();

    expect(first.headers['x-tollgate-model']).toBe('openai/text-embedding-3-large');
    expect(second.headers['x-tollgate-model']).toBe('openai/text-embedding-3-small');
  });

  it('refuses what the cheaper model cannot do', async () => {
    await using harness = await createHarness(createApp);
    await withBudgets(harness, ['0 requests/day cheaper:openai/gpt-4o-mini']);
    const embedded = await harness
      .withToken()
      .post('/v1/embeddings')
      .send({ model: 'openai/text-embedding-3-large', input: 'Hi' });

    expect(embedded.status).toBe(429);
    expect(embedded.body.error).toMatchObject({ code: 'budget_exceeded' });
  });
});
