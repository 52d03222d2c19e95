import { chatResponse, createHarness, type Harness, json } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { withBudgets } from './support/with-budgets.ts';

/* A hard budget is never passed: what nobody can tell the length of is held at its longest, or refused. */

const LISTED = 'openai/gpt-4o';
/** Of which the price is known, and not how much it reads. */
const PRICED = 'openai/priced';
const settings = {
  config: { prices: { [PRICED]: { inputUsdPerMTok: 1, outputUsdPerMTok: 10 } } },
};

const image = (url: string) => ({ type: 'image_url', image_url: { url } });
const FEW_BYTES = 'data:image/png;base64,iVBORw0KGgo=';

const asked = (model: string, part: object, fields: object = {}) => ({
  model,
  max_tokens: 50,
  messages: [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, part] }],
  ...fields,
});

const post = (harness: Harness, body: object, path = '/v1/chat/completions') =>
  harness.withToken().post(path).send(body);

const answers = (harness: Harness): void => {
  harness.openai.mockChatCompletion(
    json({
      ...chatResponse('A cat.', { model: 'gpt-4o' }),
      usage: { prompt_tokens: 1_000, completion_tokens: 10, total_tokens: 1_010 },
    }),
  );
};

describe('a hard budget', () => {
  it.each([image('https://example.com/cat.png'), image(FEW_BYTES)])(
    'holds all that the model reads for an image ($image_url.url)',
    async (part) => {
      await using harness = await createHarness(createApp, { settings });
      // 128,000 tokens at 2.50 dollars a million: 0.32 dollars.
      await withBudgets(harness, ['0.3 USD/day hard']);

      const refused = await post(harness, asked(LISTED, part));

      expect(refused.status).toBe(402);
      expect(refused.body.error.message).toMatch(/this call needs about 0\.32\d*/);

      await using other = await createHarness(createApp, { settings });
      await withBudgets(other, ['0.4 USD/day hard']);
      answers(other);
      expect((await post(other, asked(LISTED, part))).status).toBe(200);
    },
  );

  it('refuses an image where nobody knows how much the model reads, and names it', async () => {
    await using harness = await createHarness(createApp, { settings });
    const [id] = await withBudgets(harness, ['5 USD/day hard']);

    const refused = await post(harness, asked(PRICED, image(FEW_BYTES)));

    expect(refused.status).toBe(400);
    expect(refused.body.error.param).toBe('messages[0].content[1]');
    expect(refused.body.error.message).toContain(
      `The budget ${id} (5 USD/day hard) is hard, and nobody can tell how long messages[0].content[1] is`,
    );
    answers(harness);
    expect((await post(harness, asked(PRICED, { type: 'text', text: 'Hi' }))).status).toBe(200);
  });

  it.each([
    ['messages[0].content[1]', asked(PRICED, { type: 'file', file: { file_id: 'file-1' } })],
    ['prompt', { model: PRICED, input: 'Hi', prompt: { id: 'pmpt_1' } }],
  ] as const)('refuses what only the provider has, and names it: %s', async (path, body) => {
    await using harness = await createHarness(createApp, { settings });
    await withBudgets(harness, ['5 USD/day hard']);
    const isChat = 'messages' in body;

    const refused = isChat
      ? await post(harness, body)
      : await post(harness, { ...body, max_output_tokens: 50 }, '/v1/responses');

    expect(refused.status).toBe(400);
    expect(refused.body.error.param).toBe(path);
    expect(refused.body.error.message).toContain(`nobody can tell how long ${path} is`);
    expect(harness.openai.receivedRequests()).toEqual([]);
  });

  it('refuses to go on from a response that its provider keeps, where nobody knows how long that is', async () => {
    await using harness = await createHarness(createApp, { settings });
    await withBudgets(harness, ['5 USD/day hard']);
    const respond = (fields: object) =>
      post(harness, { model: PRICED, max_output_tokens: 50, ...fields }, '/v1/responses');
    harness.openai.mockResponseWithUsage('Hello', 12, 7);
    const first = await respond({ input: 'Hi' });
    expect(first.status).toBe(200);

    const refused = await respond({ input: 'Go on.', previous_response_id: first.body.id });

    expect(refused.status).toBe(400);
    expect(refused.body.error.param).toBe('previous_response_id');
    expect(harness.openai.receivedRequests()).toHaveLength(1);
  });

  it('of output does not ask how long an image is', async () => {
    await using harness = await createHarness(createApp, { settings });
    await withBudgets(harness, ['100 output tokens/day hard']);
    answers(harness);

    expect((await post(harness, asked(PRICED, image(FEW_BYTES)))).status).toBe(200);
  });

  it.each([
    ['web_search_options', { model: LISTED, messages: [], max_tokens: 5, web_search_options: {} }],
    ['tools[0]', { model: LISTED, input: 'Hi', tools: [{ type: 'web_search' }] }],
  ] as const)('refuses tools that the provider runs itself: %s', async (path, body) => {
    await using harness = await createHarness(createApp, { settings });
    await withBudgets(harness, ['5 USD/day hard']);
    const isChat = 'messages' in body;

    const refused = isChat
      ? await post(harness, body)
      : await post(harness, { ...body, max_output_tokens: 50 }, '/v1/responses');

    expect(refused.status).toBe(400);
    expect(refused.body.error.message).toContain(
      `by ${path} the provider itself decides how often it reads the conversation again`,
    );
  });

  it('holds all that the model may write where the client does not limit it', async () => {
    await using harness = await createHarness(createApp, { settings });
    // 128,000 tokens at 25 dollars a million.
    await withBudgets(harness, ['3 USD/day hard']);

    const refused = await post(harness, {
      model: 'anthropic/claude-opus-4-6',
      messages: [{ role: 'user', content: 'Hi' }],
    });

    expect(refused.status).toBe(402);
    expect(refused.body.error.message).toMatch(/this call needs about 3\.2\d*/);
  });
});
