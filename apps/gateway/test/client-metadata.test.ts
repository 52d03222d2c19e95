import { createHarness, type Harness } from '@tollgate/testkit';
import { expect, it } from 'vitest';
import { runCli } from '../src/cli/run.ts';
import { createApp } from '../src/create-app.ts';

const messages = [{ role: 'user', content: 'Hi' }];
const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];

/** As `db export` tells it, of the one call that there is. */
async function exported(harness: Harness): Promise<unknown> {
  await harness.waitForUsage(1);
  const printed: string[] = [];
  const code = await runCli(['db', 'export', '--format', 'jsonl'], {
    env: { TOLLGATE_DATA_DIR: harness.dataDir },
    cwd: harness.dataDir,
    out: (text) => printed.push(text),
    err: (text) => printed.push(text),
  });
  expect(code, printed.join('')).toBe(0);
  return JSON.parse(printed.join('')).metadata;
}

it.each([
  ['Chat', '/v1/chat/completions', { messages, metadata: { job: '7' } }, { job: '7' }],
  ['Responses', '/v1/responses', { input: 'Hi', metadata: { job: '7' } }, { job: '7' }],
  [
    'Anthropic',
    '/v1/messages',
    { messages, max_tokens: 9, metadata: { user_id: 'u-7' } },
    { user_id: 'u-7' },
  ],
  [
    'Gemini',
    '/v1beta/models/sim%2Fecho:generateContent',
    { contents, labels: { job: '7' } },
    { job: '7' },
  ],
])('keeps on the row what a client says of its call: %s', async (_face, path, body, kept) => {
  await using harness = await createHarness(createApp);
  const model = path.includes('generateContent') ? {} : { model: 'sim/echo' };

  await harness
    .withToken()
    .post(path)
    .send({ ...model, ...body })
    .expect(200);

  expect(await exported(harness)).toEqual(kept);
});

it('leaves out what is longer than a row has room for, and sends all of it on', async () => {
  await using harness = await createHarness(createApp);
  harness.openai.mockChatCompletionSuccess();
  const metadata = { job: '7', note: 'x'.repeat(513) };

  await harness
    .withToken()
    .post('/v1/chat/completions')
    .send({ model: 'openai/gpt-4o', messages, metadata })
    .expect(200);

  expect(await exported(harness)).toEqual({ job: '7' });
  expect(harness.openai.receivedRequests().at(-1)?.body).toMatchObject({ metadata });
});

it('stands beneath the key’s own: who is charged can’t rename himself', async () => {
  await using harness = await createHarness(createApp);
  const made = await harness
    .withAdmin()
    .post('/admin/v1/keys')
    .send({ name: 'batch', metadata: { project: 'p', job: 'any' } })
    .expect(201);

  await harness
    .withToken(made.body.plaintext)
    .post('/v1/chat/completions')
    .send({ model: 'sim/echo', messages, metadata: { job: '7', step: '1' } })
    .expect(200);

  expect(await exported(harness)).toEqual({ project: 'p', job: 'any', step: '1' });
});
