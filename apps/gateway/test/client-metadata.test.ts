import { createHarness, type Harness } from '@tollgate/testkit';
import { expect, it } from 'vitest';
import { runCli } from '../src/cli/run.ts';
import { createApp } from '../src/create-app.ts';

const messages = [{ role: 'user', content: 'Hi' }];
const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];

async function exported(harness: Harness): Promise<unknown> {
  return (await exportedRow(harness))['metadata'];
}

/** As `db export` tells it, of the one call that there is. */
async function exportedRow(harness: Harness): Promise<{ readonly [column: string]: unknown }> {
  await harness.waitForUsage(1);
  const printed: string[] = [];
  const code = await runCli(['db', 'export', '--format', 'jsonl'], {
    env: { TOLLGATE_DATA_DIR: harness.dataDir },
    cwd: harness.dataDir,
    out: (text) => printed.push(text),
    err: (text) => printed.push(text),
  });
  expect(code, printed.join('')).toBe(0);
  return JSON.parse(printed.join(''));
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

it('leaves out what is longer than a row has room for, says so, and sends all of it on', async () => {
  await using harness = await createHarness(createApp);
  harness.openai.mockChatCompletionSuccess();
  const metadata = { job: '7', note: 'x'.repeat(513) };

  const reply = await harness
    .withToken()
    .post('/v1/chat/completions')
    .send({ model: 'openai/gpt-4o', messages, metadata })
    .expect(200);

  expect(reply.headers['x-tollgate-metadata-dropped']).toBe('note');
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

const said = { job: '7' };
const hub = [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }];

it.each([
  ['Chat', '/v1/chat/completions', { model: 'sim/echo', messages, metadata: said }, said],
  [
    'Chat, streamed',
    '/v1/chat/completions',
    { model: 'sim/echo', messages, metadata: said, stream: true },
    said,
  ],
  ['Completions', '/v1/completions', { model: 'sim/echo', prompt: 'Hi' }, {}],
  ['Embeddings', '/v1/embeddings', { model: 'sim/embed', input: 'Hi' }, {}],
  ['Responses', '/v1/responses', { model: 'sim/echo', input: 'Hi', metadata: said }, said],
  [
    'Anthropic',
    '/v1/messages',
    { model: 'sim/echo', max_tokens: 9, messages, metadata: { user_id: 'u-7' } },
    { user_id: 'u-7' },
  ],
  ['Gemini', '/v1beta/models/sim%2Fecho:generateContent', { contents, labels: said }, said],
  ['the predecessor’s', '/native/v1/chat/completions', { model: 'sim/echo', messages }, {}],
  ['tRPC', '/trpc/chat.complete', { model: 'sim/echo', messages: hub, metadata: said }, said],
])('has whose a call is on its row, with all that is said of it: %s', async (...one) => {
  const [_face, path, body, kept] = one;
  await using harness = await createHarness(createApp);
  const make = (kind: string, fields: object) =>
    harness.withAdmin().post(`/admin/v1/${kind}`).send(fields).expect(201);
  const team = (await make('teams', { name: 'research' })).body.id;
  const user = (await make('users', { name: 'Ada' })).body.id;
  const terms = { tags: ['nightly', 'env:prod'], metadata: { centre: '12' } };
  const key = (await make('keys', { name: 'batch', teamId: team, userId: user, ...terms })).body;

  await harness.withToken(key.plaintext).post(path).send(body).expect(200);

  expect(await exportedRow(harness)).toMatchObject({
    keyId: key.stored.id,
    keyName: 'batch',
    teamId: team,
    userId: user,
    organisationId: 'org_default',
    tags: ['env:prod', 'nightly'],
    metadata: { ...kept, centre: '12' },
  });
});
