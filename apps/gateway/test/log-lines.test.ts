import { createHarness, html, json, openAiError, type Reply } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';

const BODY = { model: 'openai/gpt-4', messages: [{ role: 'user', content: 'A private word' }] };

/* What the one on call finds in the line of a refused call: who asked, who failed, and how. */
describe('the log line of a refused call', () => {
  it.each<readonly [string, Reply, object]>([
    [
      'a provider’s 503 with its status',
      json(openAiError('A private word', { type: 'server_error' }), { status: 503 }),
      { errorKind: 'provider_failed', provider: 'openai', status: 503 },
    ],
    [
      'a page in place of a reply with what was wrong with it',
      html(200),
      { errorKind: 'provider_invalid_reply', provider: 'openai', detail: expect.any(String) },
    ],
  ])('tells %s and the key, and nothing that was said', async (_what, reply, facts) => {
    await using harness = await createHarness(createApp);
    harness.openai.mockChatCompletion(reply);

    const { headers } = await harness.withToken().post('/v1/chat/completions').send(BODY);

    const callId = headers['x-tollgate-call'];
    const lines = harness.logs.filter((line) => line['callId'] === callId);
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'call refused', keyId: expect.any(String), ...facts }),
    );
    expect(JSON.stringify(lines)).not.toContain('private');
  });

  it('tells which model could not do what, in our own words', async () => {
    await using harness = await createHarness(createApp);
    const body = { ...BODY, model: 'anthropic/claude-haiku-4-5', n: 2, seed: 1 };

    await harness.withToken().post('/v1/chat/completions').send(body).expect(400);

    expect(harness.logs).toContainEqual(
      expect.objectContaining({
        msg: 'call refused',
        errorKind: 'not_expressible',
        provider: 'anthropic',
        model: 'claude-haiku-4-5',
        losses: 'n',
      }),
    );
    expect(JSON.stringify(harness.logs)).not.toContain('private');
  });

  it('tells where a body was to go that can not be read', async () => {
    await using harness = await createHarness(createApp);
    const body = { model: 'anthropic/claude-haiku-4-5', messages: [{ role: 'private' }] };

    await harness.withToken().post('/v1/chat/completions').send(body).expect(400);

    expect(harness.logs).toContainEqual(
      expect.objectContaining({
        errorKind: 'invalid_request',
        provider: 'anthropic',
        model: 'claude-haiku-4-5',
      }),
    );
    expect(JSON.stringify(harness.logs)).not.toContain('private');
  });

  it('tells whose key has used up its rate', async () => {
    await using harness = await createHarness(createApp, {
      settings: { config: { limits: { requestsPerMinute: 1 } } },
    });
    await harness.withToken().get('/v1/models').expect(200);
    await harness.withToken().get('/v1/models').expect(429);

    expect(harness.logs).toContainEqual(
      expect.objectContaining({ errorKind: 'rate_limited', keyId: expect.any(String) }),
    );
  });
});
