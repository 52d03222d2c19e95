import { describe, expect, it } from 'vitest';
import {
  defaultProfile,
  exhausted,
  freeTier,
  MockZion,
  TEST_TOKEN,
  TEST_ZION_API_KEY,
  tierConfigWith,
} from '../src/index.ts';

const item = { email: 'a@test.com', aiInputTokens: 2, aiOutputTokens: 3, aiRequests: 1 };

function get(mock: MockZion, path: string, headers: Record<string, string>): Promise<Response> {
  return fetch(`${mock.url}/api/v1${path}`, { headers });
}

function sendBatch(
  mock: MockZion,
  increments: readonly unknown[],
  key: string | undefined = 'key-1',
): Promise<Response> {
  return fetch(`${mock.url}/api/v1/usage/external/batch-increment`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-api-key': TEST_ZION_API_KEY,
      ...(key === '' ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify({ increments }),
  });
}

const service = { 'x-api-key': TEST_ZION_API_KEY };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('MockZion', () => {
  it('knows the test’s user, those added, and nobody else, without a script', async () => {
    await using mock = await MockZion.start();
    mock.addUser('token-2', defaultProfile({ email: 'b@test.com' }));

    const known = await get(mock, '/users/me', bearer(TEST_TOKEN));
    const added = await get(mock, '/users/me', bearer('token-2'));
    const unknown = await get(mock, '/users/me', bearer('token-3'));

    expect(await known.json()).toMatchObject({ data: { email: 'test@test.com' } });
    expect(await added.json()).toMatchObject({ data: { email: 'b@test.com' } });
    expect(unknown.status).toBe(401);
    expect(await unknown.json()).toMatchObject({ error: { code: 'UNAUTHORIZED' } });
  });

  it('has no limits and the default tiers until scripted, and then what was scripted', async () => {
    await using mock = await MockZion.start();
    const limits = '/limits/external/a%40b';
    const tiersNow = async () => (await get(mock, '/tiers/config', service)).json();

    expect((await get(mock, limits, service)).status).toBe(404);
    mock.mockGetLimitsSuccess('a@b', [freeTier(), exhausted()]);
    const found = await (await get(mock, limits, service)).json();
    expect(await tiersNow()).toHaveProperty('data.tiers.simple.0.model', 'gpt-4o-mini');
    mock.mockTierConfigSuccessWith(tierConfigWith('s', 'm', 'c'));

    expect(found).toHaveProperty('data.limits.1.aiRequests.remaining', 0);
    expect(await tiersNow()).toHaveProperty('data.tiers.complex.0.model', 'c');
  });

  it('scripts everything when it is not permissive', async () => {
    await using mock = await MockZion.start({ permissive: false });
    mock.mockGetUserProfileServerError();

    expect((await get(mock, '/users/me', bearer(TEST_TOKEN))).status).toBe(500);
    expect((await get(mock, '/users/me', bearer(TEST_TOKEN))).status).toBe(501);
    expect(() => mock.verify()).toThrow('nothing was scripted');
  });

  it('fails when the limits of another user are asked for', async () => {
    await using mock = await MockZion.start();
    mock.mockGetLimitsSuccess('ext_123', []);

    await get(mock, '/limits/external/ext_124', service);

    expect(() => mock.verify()).toThrow('the limits of ext_123 were scripted');
  });

  it('insists on the service’s key for the service, and on the user’s token alone for the user', async () => {
    await using mock = await MockZion.start();

    expect((await get(mock, '/tiers/config', bearer(TEST_TOKEN))).status).toBe(401);
    expect((await get(mock, '/users/me', { ...bearer('x'), ...service })).status).toBe(400);
    expect(() => mock.verify()).toThrow(/x-api-key is not[\s\S]*carries the service key/);
  });

  it('adds up batches, and counts one that comes again only once', async () => {
    await using mock = await MockZion.start();
    mock.mockBatchIncrementLostReply();

    await expect(sendBatch(mock, [item, { ...item, model: 'm' }])).rejects.toThrow();
    const again = await (await sendBatch(mock, [item, { ...item, model: 'm' }])).json();
    await sendBatch(mock, [item], 'key-2');

    expect(again).toMatchObject({
      data: { processed: 2, failed: 0, results: [{ success: true }, { success: true }] },
    });
    expect(mock.sumIncrements()).toEqual({ aiInputTokens: 6, aiOutputTokens: 9, aiRequests: 3 });
    expect(mock.sumIncrements({ model: 'm' }).aiRequests).toBe(1);
    expect(mock.batchIncrementRequests().map((batch) => batch.idempotencyKey)).toEqual([
      'key-1',
      'key-1',
      'key-2',
    ]);
  });

  it('fails items by user or by position and counts only the others', async () => {
    await using mock = await MockZion.start();
    mock.mockBatchIncrementPartialFailure(['b@test.com']);
    mock.mockBatchIncrementFailingAt([0]);
    const items = [item, { ...item, email: 'b@test.com' }];
    const answers = [
      await (await sendBatch(mock, items, 'key-1')).json(),
      await (await sendBatch(mock, items, 'key-2')).json(),
    ];

    expect(answers).toMatchObject([
      { data: { processed: 1, failed: 1, results: [{ success: true }, { success: false }] } },
      { data: { processed: 1, failed: 1, results: [{ success: false }, { success: true }] } },
    ]);
    expect(mock.sumIncrements().aiRequests).toBe(2);
  });

  it.each([
    ['a missing key', [item], '', 'Idempotency-Key is missing'],
    ['an empty batch', [], 'k', 'increments'],
    ['more than 1,000 items', Array.from({ length: 1_001 }, () => item), 'k', 'increments'],
    ['a zero that was to be left out', [{ ...item, aiInputTokens: 0 }], 'k', '[0].aiInputTokens'],
    ['an unknown field', [{ ...item, limitName: 'x' }], 'k', 'limitName'],
    ['a time without milliseconds', [{ ...item, timestamp: '2026-01-01T00:00:00Z' }], 'k', 'ISO'],
  ])('refuses %s and fails the test', async (_, increments, key, reason) => {
    await using mock = await MockZion.start();

    expect((await sendBatch(mock, increments, key)).status).toBe(400);
    expect(() => mock.verify()).toThrow(reason);
  });

  it('fails when a key is used for another batch', async () => {
    await using mock = await MockZion.start();

    await sendBatch(mock, [item]);
    expect((await sendBatch(mock, [item, item])).status).toBe(409);

    expect(() => mock.verify()).toThrow('was used before, with another body');
  });

  it('waits for batches and for counted requests, and says what is missing', async () => {
    await using mock = await MockZion.start();

    const waiting = Promise.all([mock.waitForBatchIncrements(2), mock.waitForAiRequests(2)]);
    await sendBatch(mock, [item], 'key-1');
    await sendBatch(mock, [item], 'key-2');
    const [batches, sum] = await waiting;

    expect([batches.length, sum.aiRequests]).toEqual([2, 2]);
    await expect(mock.waitForAiRequests(3, 10)).rejects.toThrow('counts 2 of 3 requests');
  });
});
