import Anthropic from '@anthropic-ai/sdk';
import {
  chatResponse,
  chatStream,
  createHarness,
  eventStream,
  type Harness,
  json,
  messageEvents,
  messageResponse,
  namedEvents,
  openAiError,
  streamingChunks,
} from '@tollgate/testkit';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { post } from './support/chat-face.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness(createApp);
});
afterAll(() => harness[Symbol.asyncDispose]());

const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';

const OPENAI_SAYS = {
  'x-request-id': 'req_openai',
  'openai-processing-ms': '231',
  'x-ratelimit-limit-requests': '500',
  'x-ratelimit-remaining-tokens': '29990',
  'x-ratelimit-reset-tokens': '20ms',
};
const ANTHROPIC_SAYS = {
  'request-id': 'req_anthropic',
  'anthropic-ratelimit-requests-remaining': '49',
  'anthropic-ratelimit-unified-status': 'allowed',
};
const NOBODYS_BUSINESS = {
  'openai-organization': 'acme-org',
  'openai-project': 'proj_1',
  'anthropic-organization-id': 'acme-id',
  'anthropic-workspace-id': 'wrkspc_1',
  'set-cookie': '__cf_bm=secret',
  'cf-ray': '8f-FRA',
  'cf-cache-status': 'DYNAMIC',
  server: 'cloudflare',
  via: '1.1 10.1.2.3',
  'x-envoy-upstream-service-time': '12',
  'x-served-by': 'host-7',
};

const asking = (model: string, rest: object = {}) => ({
  model,
  max_tokens: 64,
  messages: [{ role: 'user', content: 'Hi' }],
  ...rest,
});

const heard = (headers: Headers, told: object) =>
  Object.fromEntries(Object.keys(told).map((name) => [name, headers.get(name)]));

const nothing = Object.fromEntries(Object.keys(NOBODYS_BUSINESS).map((name) => [name, null]));

describe('what a provider tells in its head', () => {
  it.each<[string, () => unknown, string, object, object]>([
    [
      'whole, passing',
      () =>
        harness.openai.mockChatCompletion(
          json(chatResponse('a'), { headers: { ...OPENAI_SAYS, ...NOBODYS_BUSINESS } }),
        ),
      CHAT,
      asking('gpt-4o'),
      OPENAI_SAYS,
    ],
    [
      'streamed, passing',
      () =>
        harness.anthropic.mockMessage(
          eventStream(namedEvents(messageEvents(messageResponse('a'))), {
            headers: { ...ANTHROPIC_SAYS, ...NOBODYS_BUSINESS },
          }),
        ),
      MESSAGES,
      asking('claude-sonnet-4-5', { stream: true }),
      ANTHROPIC_SAYS,
    ],
    [
      'refusing, passing',
      () =>
        harness.openai.mockChatCompletion(
          json(openAiError('Slow down.', { type: 'requests' }), {
            status: 429,
            headers: { ...OPENAI_SAYS, ...NOBODYS_BUSINESS, 'x-should-retry': 'false' },
          }),
        ),
      CHAT,
      asking('gpt-4o'),
      { ...OPENAI_SAYS, 'x-should-retry': 'false' },
    ],
    [
      'whole, translated',
      () =>
        harness.openai.mockChatCompletion(
          json(chatResponse('a'), { headers: { ...OPENAI_SAYS, ...NOBODYS_BUSINESS } }),
        ),
      MESSAGES,
      asking('gpt-4o'),
      { ...OPENAI_SAYS, 'x-request-id': null, 'x-tollgate-provider-request-id': 'req_openai' },
    ],
    [
      'streamed, translated',
      () =>
        harness.anthropic.mockMessage(
          eventStream(namedEvents(messageEvents(messageResponse('a'))), {
            headers: { ...ANTHROPIC_SAYS, ...NOBODYS_BUSINESS },
          }),
        ),
      CHAT,
      asking('claude-sonnet-4-5', { stream: true }),
      {
        ...ANTHROPIC_SAYS,
        'request-id': null,
        'x-tollgate-provider-request-id': 'req_anthropic',
      },
    ],
    [
      'refusing, translated',
      () =>
        harness.anthropic.mockMessage(
          json(
            { type: 'error', error: { type: 'overloaded_error', message: 'x' } },
            { status: 529, headers: { ...ANTHROPIC_SAYS, ...NOBODYS_BUSINESS } },
          ),
        ),
      '/native/v1/chat/completions',
      { model: 'claude-sonnet-4-5', messages: [{ role: 'user', content: 'Hi' }] },
      {
        ...ANTHROPIC_SAYS,
        'request-id': null,
        'x-tollgate-provider-request-id': 'req_anthropic',
      },
    ],
  ])(
    'reaches the client, and nothing of its account or its hosts: %s',
    async (_name, mock, path, body, told) => {
      mock();

      const { headers } = await post(harness, path, JSON.stringify(body));

      expect(heard(headers, told)).toEqual(told);
      expect(heard(headers, nothing)).toEqual(nothing);
      expect(headers.get('x-tollgate-call')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('is never taken for the limit of the caller’s own key', async () => {
    const limits = {
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '99',
      'x-ratelimit-reset': '1700000000',
    };
    harness.openai.mockChatCompletion(json(chatResponse('a'), { headers: limits }));

    const { headers } = await post(harness, CHAT, asking('gpt-4o'));

    expect(heard(headers, limits)).toEqual({
      'x-ratelimit-limit': null,
      'x-ratelimit-remaining': null,
      'x-ratelimit-reset': null,
    });
    expect(headers.get('x-tollgate-provider-ratelimit-remaining')).toBe('99');
  });

  it('may be read by pages of other origins', async () => {
    harness.openai.mockChatCompletion(json(chatResponse('a'), { headers: OPENAI_SAYS }));

    const { headers } = await post(harness, CHAT, asking('gpt-4o'), {
      headers: { origin: 'https://app.test' },
    });

    const exposed = headers.get('access-control-expose-headers')?.split(', ') ?? [];
    expect(exposed).toEqual(expect.arrayContaining(Object.keys(OPENAI_SAYS)));
    expect(exposed).toContain('x-tollgate-call');
  });
});

describe('the id that an official client shows of its request', () => {
  const openai = (): OpenAI =>
    new OpenAI({ baseURL: `${harness.url}/v1`, apiKey: harness.keys.member, maxRetries: 0 });
  const anthropic = (): Anthropic =>
    new Anthropic({ baseURL: harness.url, apiKey: harness.keys.member, maxRetries: 0 });
  const messages = [{ role: 'user' as const, content: 'Hi' }];

  it('is the provider’s own where its reply passes', async () => {
    harness.openai.mockChatCompletion(json(chatResponse('a'), { headers: OPENAI_SAYS }));
    harness.anthropic.mockMessage(json(messageResponse('a'), { headers: ANTHROPIC_SAYS }));

    const chat = await openai().chat.completions.create({ model: 'gpt-4o', messages });
    const message = await anthropic().messages.create({
      model: 'claude-sonnet-4-5',
      max_tokens: 64,
      messages,
    });

    expect(chat._request_id).toBe('req_openai');
    expect(message._request_id).toBe('req_anthropic');
  });

  it('is the call’s where the provider has none that its dialect knows', async () => {
    harness.anthropic.mockMessage(json(messageResponse('a'), { headers: ANTHROPIC_SAYS }));
    harness.openai.mockChatCompletion(chatStream(streamingChunks('a')));

    const chat = await openai().chat.completions.create({ model: 'claude-sonnet-4-5', messages });
    const { request_id, response } = await anthropic()
      .messages.create({ model: 'gpt-4o', max_tokens: 64, messages, stream: true })
      .withResponse();

    expect(chat._request_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(request_id).toBe(response.headers.get('x-tollgate-call'));
    await response.body?.cancel();
  });

  it('is the same in an error’s head and body', async () => {
    harness.anthropic.mockMessage(
      json(
        { type: 'error', error: { type: 'rate_limit_error', message: 'Slow down.' } },
        { status: 429, headers: { ...ANTHROPIC_SAYS, 'retry-after': '7' } },
      ),
    );

    const error: unknown = await anthropic()
      .messages.create({ model: 'claude-sonnet-4-5', max_tokens: 64, messages })
      .then(undefined, (thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(Anthropic.RateLimitError);
    expect(error).toMatchObject({
      requestID: 'req_anthropic',
      error: { request_id: 'req_anthropic' },
    });
    expect(error instanceof Anthropic.APIError && error.headers?.get('retry-after')).toBe('7');
  });
});
