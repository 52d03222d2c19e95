import { chatResponse, createHarness, json, realClock } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { MEMBER, withBudgets } from './support/with-budgets.ts';

const messages = [{ role: 'user', content: 'Hi' }];

const counted = (input: number, output: number) =>
  json({
    ...chatResponse('Hello!', { model: 'gpt-4o' }),
    usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
  });

type Harness = Awaited<ReturnType<typeof createHarness>>;

async function ask(harness: Harness, fields: object = {}) {
  const reply = await harness
    .withToken()
    .post('/v1/chat/completions')
    .send({ model: 'openai/gpt-4o', messages, ...fields });
  if (reply.status === 200) await harness.settled(reply.headers['x-tollgate-call'] ?? '');
  return reply;
}

describe('a budget of requests', () => {
  it('lets as many through as it says, and names itself where it refuses', async () => {
    await using harness = await createHarness(createApp);
    const [id] = await withBudgets(harness, ['2 requests/day']);
    harness.openai.mockChatCompletion(counted(10, 10));
    harness.openai.mockChatCompletion(counted(10, 10));

    expect((await ask(harness)).status).toBe(200);
    expect((await ask(harness)).status).toBe(200);
    const refused = await ask(harness);

    expect(refused.status).toBe(429);
    expect(refused.body.error).toMatchObject({ code: 'budget_exceeded' });
    expect(refused.body.error.message).toContain(
      `The budget ${id} (2 requests/day, of the key ${MEMBER.id}) has no room for this: 2 requests spent, 0 reserved by running calls, 0 left of 2`,
    );
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.headers['x-should-retry']).toBe('false');
  });

  it('holds calls of a gateway whose clock is behind that by which it was made', async () => {
    const clock = { ...realClock(), now: () => Date.now() - 3_600_000 };
    await using harness = await createHarness(createApp, { clock });
    await withBudgets(harness, ['1 requests/life']);
    harness.openai.mockChatCompletion(counted(10, 10));

    expect((await ask(harness)).status).toBe(200);
    expect((await ask(harness)).status).toBe(429);
  });

  it('knows what was spent after a restart', async () => {
    await using harness = await createHarness(createApp);
    await withBudgets(harness, ['1 requests/life']);
    harness.openai.mockChatCompletion(counted(10, 10));

    expect((await ask(harness)).status).toBe(200);
    await harness.restart();

    expect((await ask(harness)).status).toBe(429);
  });

  it('takes nothing for a call that was refused before it was sent', async () => {
    await using harness = await createHarness(createApp);
    await withBudgets(harness, ['1 requests/day', '5 tokens/day']);

    expect((await ask(harness)).status).toBe(429);
    expect((await ask(harness)).body.error.message).toContain('(5 tokens/day');
  });
});

describe('a budget in dollars', () => {
  it('refuses a model without a price, unless it says otherwise', async () => {
    await using harness = await createHarness(createApp);
    await withBudgets(harness, ['5 USD/day']);

    const refused = await ask(harness, { model: 'openai/of-tomorrow' });

    expect(refused.status).toBe(402);
    expect(refused.body.error).toMatchObject({ code: 'model_without_price', param: 'model' });

    await using other = await createHarness(createApp);
    await withBudgets(other, ['5 USD/day unpriced']);
    other.openai.mockChatCompletion(counted(10, 10));

    expect((await ask(other, { model: 'openai/of-tomorrow', stream: false })).status).not.toBe(402);
  });

  it('that is hard says what a call must limit', async () => {
    await using harness = await createHarness(createApp);
    await withBudgets(harness, ['5 USD/day hard']);
    harness.openai.mockChatCompletion(counted(10, 10));

    const refused = await ask(harness);

    expect(refused.status).toBe(400);
    expect(refused.body.error.message).toContain('limit its output (max_tokens');
    expect((await ask(harness, { max_tokens: 50 })).status).toBe(200);
  });

  it('that is used up sends calls on to the cheaper model that it names', async () => {
    await using harness = await createHarness(createApp);
    await withBudgets(harness, [
      ['1 requests/day cheaper:openai/gpt-4o-mini', { kind: 'model', id: 'openai/gpt-4o' }],
    ]);
    harness.openai.mockChatCompletion(counted(10, 10));
    harness.openai.mockChatCompletion(counted(10, 10));

    expect((await ask(harness)).headers['x-tollgate-model']).toBe('openai/gpt-4o');
    expect((await ask(harness)).headers['x-tollgate-model']).toBe('openai/gpt-4o-mini');
  });
});

describe('a budget of calls at once', () => {
  it('lets the next in when one has ended', async () => {
    await using harness = await createHarness(createApp);
    await withBudgets(harness, ['1 concurrent']);
    for (let at = 0; at < 3; at += 1) harness.openai.mockChatCompletion(counted(10, 10));

    const replies = await Promise.all([ask(harness), ask(harness), ask(harness)]);

    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});
