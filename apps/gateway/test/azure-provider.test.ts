import { chatResponse, createHarness } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { post } from './support/chat-face.ts';
import { startStub } from './support/stub-provider.ts';

/* OpenAI's models on Azure: the same bodies, at other addresses. */

const RESPONSE = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  model: 'gpt-5.5',
  output: [
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'Hello!', annotations: [] }],
    },
  ],
  usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
};

async function start(settings: { readonly [setting: string]: unknown }) {
  const stub = await startStub(({ url }) => ({
    body: url.includes('/responses') ? RESPONSE : chatResponse('Hello!'),
  }));
  const azure = { apiKey: 'az-test', baseUrl: stub.url, ...settings };
  const harness = await createHarness(createApp, {
    settings: { config: { providers: { azure } } },
  });
  return {
    harness,
    stub,
    [Symbol.asyncDispose]: async () => {
      await harness[Symbol.asyncDispose]();
      await stub[Symbol.asyncDispose]();
    },
  };
}

const body = { model: 'azure/my-gpt', messages: [{ role: 'user', content: 'Hi' }], future: [1.0] };
const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }];

describe('a provider on Azure', () => {
  it('is called at the v1 API, with its key in a header of its own, the body passing', async () => {
    await using app = await start({});

    const reply = await post(app.harness, '/v1/chat/completions', body);

    expect(reply.status).toBe(200);
    const { url, headers, text } = app.stub.last();
    expect(url).toBe('/openai/v1/chat/completions');
    expect(headers['api-key']).toBe('az-test');
    expect(headers['authorization']).toBeUndefined();
    expect(text).toBe(JSON.stringify(body).replace('azure/my-gpt', 'my-gpt'));
  });

  it('is called at its base URL as it is when that ends with the version', async () => {
    await using stub = await startStub(() => ({ body: chatResponse('Hello!') }));
    const azure = { apiKey: 'az-test', baseUrl: `${stub.url}/openai/v1/` };
    await using harness = await createHarness(createApp, {
      settings: { config: { providers: { azure } } },
    });

    await post(harness, '/v1/chat/completions', body);

    expect(stub.last().url).toBe('/openai/v1/chat/completions');
  });

  it('is called by deployment where the operator names a version, in every dialect', async () => {
    await using app = await start({ apiVersion: '2025-04-01-preview' });
    const chat = await post(app.harness, '/v1/chat/completions', { ...body, model: 'azure/a b/c' });
    const responses = await post(app.harness, '/v1/responses', {
      model: 'azure/my-gpt',
      input: 'Hi',
    });

    expect([chat.status, responses.status]).toEqual([200, 200]);
    expect(app.stub.sent.map(({ url }) => url)).toEqual([
      '/openai/deployments/a%20b%2Fc/chat/completions?api-version=2025-04-01-preview',
      '/openai/responses?api-version=2025-04-01-preview',
    ]);
  });

  it('takes a token of Entra as a bearer', async () => {
    await using app = await start({ auth: 'bearer', apiKey: 'eyJ.token' });

    await post(app.harness, '/v1/chat/completions', body);

    expect(app.stub.last().headers['authorization']).toBe('Bearer eyJ.token');
    expect(app.stub.last().headers['api-key']).toBeUndefined();
  });

  it('is asked on Responses where the deployment is called like a model that needs it', async () => {
    await using app = await start({});

    const reply = await post(app.harness, '/v1/chat/completions', {
      ...body,
      model: 'azure/gpt-5.5',
      tools,
    });

    expect(reply.status).toBe(200);
    expect(app.stub.last().url).toBe('/openai/v1/responses');
    expect(reply.json).toMatchObject({ choices: [{ message: { content: 'Hello!' } }] });
  });

  it('is not asked for a list of what could be deployed', async () => {
    await using app = await start({ models: ['my-gpt'] });

    const { body: listed } = await app.harness.withToken().get('/v1/models').expect(200);

    expect(app.stub.sent).toEqual([]);
    expect(listed.data.map(({ id }: { id: string }) => id)).toContain('my-gpt');
  });
});
