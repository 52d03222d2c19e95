import { createHarness, type Harness } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';

interface Listed {
  readonly id: string;
  readonly object: string;
  readonly created: number;
  readonly owned_by: string;
}

async function list(harness: Harness): Promise<readonly Listed[]> {
  const { body } = await harness.withToken().get('/v1/models').expect(200);
  expect(body.object).toBe('list');
  return body.data;
}

/** The one with this name; the test fails without it. */
async function listed(harness: Harness, id: string): Promise<Listed> {
  const found = (await list(harness)).find((model) => model.id === id);
  if (found === undefined) throw new Error(`${id} is not listed`);
  return found;
}

/** Both providers, which the mocks list: OpenAI's five, and Claude by its dated names. */
const bothProviders = () => createHarness(createApp);

const CLAUDE = 'claude-3-5-sonnet-20241022';

describe('models, the origin’s ten', () => {
  it('test_list_models_returns_model_list: an object of type list that is not empty', async () => {
    await using harness = await bothProviders();

    expect((await list(harness)).length).toBeGreaterThan(0);
  });

  it('test_list_models_contains_expected_models: those of every configured provider', async () => {
    await using harness = await bothProviders();
    harness.anthropic.mockListModelsSuccess([CLAUDE]);

    const ids = (await list(harness)).map((model) => model.id);

    expect(ids).toEqual(expect.arrayContaining(['gpt-4o', 'gpt-4o-mini', CLAUDE]));
  });

  it('test_list_models_model_structure: id, object, created in seconds, owner', async () => {
    await using harness = await bothProviders();

    const models = await list(harness);

    for (const model of models) {
      expect(model).toEqual({
        id: expect.stringMatching(/./),
        object: 'model',
        created: expect.any(Number),
        owned_by: expect.stringMatching(/./),
      });
      expect(Number.isInteger(model.created)).toBe(true);
    }
  });

  it('test_get_specific_model_success: the same as in the list', async () => {
    await using harness = await bothProviders();

    const { body } = await harness.withToken().get('/v1/models/gpt-4o').expect(200);

    expect(body).toEqual(await listed(harness, 'gpt-4o'));
  });

  it('test_get_claude_model: its owner is anthropic', async () => {
    await using harness = await bothProviders();
    harness.anthropic.mockListModelsSuccess([CLAUDE]);

    const { body } = await harness.withToken().get(`/v1/models/${CLAUDE}`).expect(200);

    expect(body).toMatchObject({ id: CLAUDE, object: 'model', owned_by: 'anthropic' });
  });

  it('test_get_unknown_model_returns_404: with its name, and with each governance’s code', async () => {
    await using local = await bothProviders();
    await using zion = await createHarness(createApp, { governance: 'zion' });

    const plain = await local.withToken().get('/v1/models/unknown-model-xyz').expect(404);
    const predecessors = await zion.withToken().get('/v1/models/unknown-model-xyz').expect(404);

    expect(plain.body.error).toMatchObject({
      type: 'invalid_request_error',
      code: 'model_not_found',
      message: expect.stringContaining('unknown-model-xyz'),
    });
    expect(predecessors.body.error).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('unknown-model-xyz'),
    });
  });

  it('test_get_model_with_special_characters: dashes, and slashes raw or encoded', async () => {
    await using harness = await bothProviders();

    const dashed = await harness.withToken().get('/v1/models/gpt-4o-mini').expect(200);
    const slashed = await harness.withToken().get('/v1/models/openai/gpt-4o-mini').expect(200);
    const encoded = await harness.withToken().get('/v1/models/openai%2Fgpt-4o-mini').expect(200);

    expect(dashed.body.id).toBe('gpt-4o-mini');
    expect(slashed.body.id).toBe('openai/gpt-4o-mini');
    expect(encoded.body).toEqual(slashed.body);
  });

  it('test_models_endpoint_method_not_allowed: POST of the list and DELETE of one are 405', async () => {
    await using harness = await bothProviders();

    const posted = await harness.withToken().post('/v1/models').send({}).expect(405);
    const deleted = await harness.withToken().delete('/v1/models/gpt-4o').expect(405);

    for (const { headers, body } of [posted, deleted]) {
      expect(headers['allow']).toBe('GET');
      expect(body.error.code).toBe('method_not_allowed');
    }
    expect(harness.openai.receivedRequests()).toEqual([]);
  });

  it('test_list_models_includes_openai_models: also when OpenAI doesn’t say what it serves', async () => {
    await using harness = await bothProviders();
    harness.openai.mockListModelsUnauthorized();

    const model = await listed(harness, 'gpt-4o');

    expect(model).toEqual({
      id: 'gpt-4o',
      object: 'model',
      created: 1_706_745_600,
      owned_by: 'openai',
    });
  });

  it('test_list_models_includes_anthropic_models: under their own names', async () => {
    await using harness = await bothProviders();
    harness.anthropic.mockListModelsSuccess([CLAUDE]);

    const claudes = (await list(harness)).filter((model) => model.owned_by === 'anthropic');

    expect(claudes.map((model) => model.id)).toEqual([CLAUDE]);
  });
});

describe('models', () => {
  it('asks each provider once for the lists of many callers', async () => {
    await using harness = await bothProviders();

    await Promise.all(Array.from({ length: 8 }, () => list(harness)));

    expect(harness.openai.receivedRequests('GET /v1/models')).toHaveLength(1);
    expect(harness.anthropic.receivedRequests('GET /v1/models')).toHaveLength(1);
  });

  it('lists only what a key may use, and tells it of nothing else', async () => {
    const key = 'tg_narrow0TestKey00000000000000000000000000000';
    await using harness = await createHarness(createApp, {
      settings: {
        config: {
          governance: { kind: 'local', keys: [{ name: 'narrow', key, models: ['gpt-4o'] }] },
        },
      },
    });

    const { body } = await harness.withToken(key).get('/v1/models').expect(200);
    const refused = await harness.withToken(key).get('/v1/models/gpt-4').expect(403);

    expect(body.data.map((model: Listed) => model.id)).toEqual(['gpt-4o']);
    expect(refused.body.error.code).toBe('permission_denied');
  });

  it('lists the simulated echo first when nothing else is configured', async () => {
    await using harness = await createHarness(createApp, {
      settings: {
        config: { providers: { openai: { enabled: false }, anthropic: { enabled: false } } },
      },
    });

    const { body } = await harness.withToken().get('/v1/models').expect(200);

    expect(body.data[0]).toMatchObject({ id: 'sim/echo' });
  });

  it('lists the same on the native face', async () => {
    await using harness = await bothProviders();

    const native = await harness.withToken().get('/native/v1/models').expect(200);

    expect(native.body.data).toEqual(await list(harness));
  });
});
