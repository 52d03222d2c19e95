import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createHarness } from '@tollgate/testkit';
import { expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';

const ask = { model: 'anthropic/claude-sonnet-4-5', max_tokens: 9 };
const messages = [{ role: 'user', content: 'Hi' }];

/** The mock serves each of its messages in the tier that Anthropic calls standard. */
it.each([
  ['passes', '/v1/messages'],
  ['is translated', '/v1/chat/completions'],
])('books the tier that served a reply that %s, whole or streamed', async (_how, path) => {
  await using harness = await createHarness(createApp);
  harness.anthropic.mockMessageSuccess();
  harness.anthropic.mockMessageStream();

  await harness
    .withToken()
    .post(path)
    .send({ ...ask, messages })
    .expect(200);
  await harness
    .withToken()
    .post(path)
    .send({ ...ask, messages, stream: true })
    .expect(200);
  await harness.waitForUsage(2);

  const db = new DatabaseSync(join(harness.dataDir, 'tollgate.db'));
  const rows = db
    .prepare('select service_tier from calls join routes on routes.id = calls.route')
    .all();
  db.close();
  expect(rows).toEqual([{ service_tier: 'standard' }, { service_tier: 'standard' }]);
});
