import {
  bytes,
  createHarness,
  type Harness,
  json,
  openAiError,
  openSocket,
  reset,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';

const LISTED = [
  'POST /v1/audio/speech',
  'POST /v1/audio/transcriptions',
  'GET /v1/files/{id}',
] as const;

const listing = (): Promise<Harness> =>
  createHarness(createApp, { settings: { config: { passthrough: LISTED } } });

const BOUNDARY = '----tollgate-test';
const MULTIPART = [
  `--${BOUNDARY}`,
  'content-disposition: form-data; name="model"',
  '',
  'whisper-1',
  `--${BOUNDARY}`,
  'content-disposition: form-data; name="file"; filename="höre.wav"',
  'content-type: audio/wav',
  '',
  'RIFF….WAVE',
  `--${BOUNDARY}--`,
  '',
].join('\r\n');

describe('passthrough', () => {
  it('defect 17: keeps method, query, headers and a multipart body, under the operator’s key', async () => {
    await using harness = await listing();
    harness.openai.mockReply('POST', '/v1/audio/transcriptions', json({ text: 'Hi.' }));

    const { body } = await harness
      .withToken()
      .post('/v1/audio/transcriptions?include=logprobs&include=words')
      .set('content-type', `multipart/form-data; boundary=${BOUNDARY}`)
      .set('openai-beta', 'assistants=v2')
      .set('cookie', 'session=of-this-host')
      .send(MULTIPART)
      .expect(200);

    const sent = harness.openai.lastRequest();
    expect(body).toEqual({ text: 'Hi.' });
    expect(sent.text).toBe(MULTIPART);
    expect(sent.query.getAll('include')).toEqual(['logprobs', 'words']);
    expect(sent.headers).toMatchObject({
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'openai-beta': 'assistants=v2',
      authorization: `Bearer ${harness.openai.apiKey}`,
    });
    expect(sent.headers).not.toHaveProperty('cookie');
  });

  it('gives a binary answer back byte by byte, with its type and our call id', async () => {
    await using harness = await listing();
    const speech = Uint8Array.from({ length: 1_024 }, (_, index) => index % 256);
    const reply = bytes(speech, { headers: { 'content-type': 'audio/mpeg', 'x-voice': 'alloy' } });
    harness.openai.mockReply('POST', '/v1/audio/speech', reply);

    const { body, headers } = await harness
      .withToken()
      .post('/v1/audio/speech')
      .send({ model: 'tts-1', input: 'Hi', voice: 'alloy' })
      .buffer(true)
      .parse((response, done) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => done(null, Buffer.concat(chunks)));
      })
      .expect(200);

    expect(Uint8Array.from(body)).toEqual(speech);
    expect(headers).toMatchObject({ 'content-type': 'audio/mpeg', 'x-voice': 'alloy' });
    expect(headers['x-tollgate-call']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('books one request under the listed path, whatever stands in its place', async () => {
    await using harness = await listing();
    harness.openai.mockReply('GET', '/v1/files/{id}', json({ id: 'file-1' })).times(2);

    for (const id of ['file-1', 'file%20two']) {
      const reply = await harness.withToken().get(`/v1/files/${id}`).expect(200);
      await harness.settled(reply.headers['x-tollgate-call'] ?? '');
    }
    const usage = await harness.usage();
    const metrics = await harness.withAdmin().get('/metrics').expect(200);

    expect(harness.openai.lastRequest().path).toBe('/v1/files/file%20two');
    expect(usage).toHaveLength(2);
    for (const call of usage) {
      expect(call).toMatchObject({ modelAsked: '/v1/files/{id}', provider: 'openai' });
    }
    expect(metrics.text).toContain('model="/v1/files/{id}"');
    expect(metrics.text).not.toContain('file-1');
  });

  it('relays the provider’s refusal as it came', async () => {
    await using harness = await listing();
    const refusal = openAiError('No such File object: nope', { type: 'invalid_request_error' });
    harness.openai.mockReply('GET', '/v1/files/{id}', json(refusal, { status: 404 }));

    const { body } = await harness.withToken().get('/v1/files/nope').expect(404);

    expect(body).toEqual(refusal);
  });

  it('answers 502 for the operator’s refused key, and tells the log whose it was', async () => {
    await using harness = await listing();
    const refusal = openAiError('Incorrect API key provided: sk-ab*****yz', {
      type: 'invalid_request_error',
    });
    harness.openai.mockReply('GET', '/v1/files/{id}', json(refusal, { status: 401 }));

    const { text, headers } = await harness.withToken().get('/v1/files/file-1').expect(502);
    const usage = await harness.settled(headers['x-tollgate-call'] ?? '');

    expect(text).not.toContain('sk-ab');
    expect(JSON.parse(text).error.code).toBe('provider_auth');
    expect(usage).toMatchObject({ provider: 'openai', errorKind: 'provider_auth' });
    expect(harness.logs).toContainEqual(
      expect.objectContaining({ provider: 'openai', status: 401, level: 'error' }),
    );
  });

  it('answers 502 without an address when the provider hangs up', async () => {
    await using harness = await listing();
    harness.openai.mockReply('GET', '/v1/files/{id}', reset());

    const { text } = await harness.withToken().get('/v1/files/file-1').expect(502);

    expect(JSON.parse(text).error.code).toBe('provider_unreachable');
    harness.expectNoSecretsIn(text);
  });

  it('lets its own word stand before the provider’s, of who may read it and of the limit', async () => {
    await using harness = await createHarness(createApp, {
      settings: { config: { passthrough: LISTED, limits: { requestsPerMinute: 5 } } },
    });
    const headers = {
      'access-control-allow-origin': 'https://other.test',
      'x-ratelimit-limit': '9',
    };
    harness.openai.mockReply('GET', '/v1/files/{id}', json({ id: 'file-1' }, { headers }));

    const reply = await harness.withToken().get('/v1/files/file-1').expect(200);

    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'x-ratelimit-limit': '5',
    });
  });

  it('asks for a key first', async () => {
    await using harness = await listing();

    const { body } = await harness.request().get('/v1/files/file-1').expect(401);

    expect(body.error.code).toBe('missing_api_key');
    expect(harness.openai.receivedRequests()).toEqual([]);
  });

  it('defect 4: nobody reaches what isn’t listed of the operator’s account', async () => {
    await using harness = await listing();
    const asked = [
      ['get', '/v1/files'],
      ['delete', '/v1/files/file-1'],
      ['get', '/v1/files/file-1/content'],
      ['post', '/v1/audio/speech/extra'],
      ['get', '/v1/audio/speech'],
      ['get', '/v1/batches'],
      ['post', '/v1/fine_tuning/jobs'],
      ['get', '/v1/assistants'],
      ['post', '/v1/images/generations'],
      ['get', '/v1'],
      ['get', '/v1/'],
    ] as const;

    for (const [method, path] of asked) {
      const { body } = await harness.withToken()[method](path).expect(404);
      expect(body.error, path).toMatchObject({
        type: 'invalid_request_error',
        code: 'unknown_url',
        message: expect.stringContaining(path),
      });
    }
    expect(harness.openai.receivedRequests()).toEqual([]);
    expect(await harness.usage()).toEqual([]);
  });

  it('defect 4: no spelling of a path climbs out of what is listed', async () => {
    await using harness = await listing();
    harness.openai.mockReply('GET', '/v1/files/{id}', json({})).persist().optional();
    const tricks = [
      '/v1/files/..',
      '/v1/files/../assistants',
      '/v1/files/./../assistants',
      '/v1/files/%2e%2e',
      '/v1/files/%2e%2e/assistants',
      '/v1/files/.%2E',
      '/v1/files/..%2fassistants',
      '/v1/files/..%5cassistants',
      '/v1/files/%252e%252e',
      '/v1/files/x%2f..%2f..%2fassistants',
      '/v1/files/..%252fassistants',
      '/v1/files/..;/assistants',
      '/v1//files/file-1',
      '/v1/files//file-1',
      '//v1/files/file-1',
      '/v1/files/file-1/..',
      '/v1/files/%',
      '/v1/files/%00',
      'http://other.test/v1/files/../assistants',
    ];

    for (const path of tricks) {
      await using socket = await openSocket(harness.url);
      await socket.send(
        `GET ${path} HTTP/1.1\r\nhost: here\r\nauthorization: Bearer ${harness.keys.member}\r\nconnection: close\r\n\r\n`,
      );
      const answer = await socket.readToEnd();
      expect(answer, path).toMatch(/^HTTP\/1\.1 (200|400|404) /);
    }

    for (const { path } of harness.openai.receivedRequests()) {
      expect(path).toMatch(/^\/v1\/files\/[^/]+$/);
      const undone = decodeURIComponent(decodeURIComponent(path));
      expect(undone.split(/[/\\;]/), path).not.toContain('..');
    }
  });

  it('defect 4: another spelling of a metered path is metered, or is not there', async () => {
    await using harness = await listing();
    harness.openai.mockChatCompletionSuccess().persist().optional();
    const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] };
    const spellings = [
      '/v1/chat/completions/',
      '/V1/chat/completions',
      '/v1/chat/Completions',
      '/v1//chat/completions',
      '/v1/chat/completions//',
      '/v1/chat%2Fcompletions',
    ];

    let answered = 0;
    for (const path of spellings) {
      const { status } = await harness.withToken().post(path).send(body);
      expect([200, 404], path).toContain(status);
      if (status === 200) answered += 1;
    }

    expect(await harness.usage()).toHaveLength(answered);
    expect(harness.openai.receivedRequests()).toHaveLength(answered);
  });
});
