import {
  controlledReply,
  createHarness,
  eventStream,
  type Harness,
  json,
  namedEvents,
  openSocket,
  parseSseJson,
  responsesEvents,
  responsesResponse,
} from '@tollgate/testkit';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { fieldsOf, post } from './support/chat-face.ts';
import { run } from './support/run-command.ts';

/* Responses that their own provider keeps, and what is not served at all. */

const GPT = 'gpt-4o';
const CLAUDE = 'claude-sonnet-4-5';
const ID = 'resp_test123';
const COUNTS = { input: 12, output: 7 };

const start = (): Promise<Harness> => createHarness(createApp);
const clientOf = (harness: Harness, apiKey = harness.keys.member): OpenAI =>
  new OpenAI({ baseURL: `${harness.url}/v1`, apiKey, maxRetries: 0 });

/** Makes a response that OpenAI keeps. */
async function made(harness: Harness, form: string): Promise<void> {
  const { responses } = clientOf(harness);
  if (form === 'whole') {
    harness.openai.mockResponseWithUsage('Hello!', 12, 7);
    await responses.create({ model: GPT, input: 'Hi' });
    return;
  }
  harness.openai.mockResponseStream('Hello!');
  await responses.stream({ model: GPT, input: 'Hi' }).finalResponse();
}

describe('a response that its provider keeps', () => {
  it.each(['whole', 'streamed'])('is asked of it by its maker: %s', async (form) => {
    await using harness = await start();
    await made(harness, form);
    const whole = responsesResponse('Hello!', COUNTS);
    const at = `/v1/responses/${ID}`;
    harness.openai.mockReply('GET', at, json(whole));
    harness.openai.mockReply('GET', `${at}/input_items`, json({ object: 'list', data: [] }));
    harness.openai.mockReply('POST', `${at}/cancel`, json({ ...whole, status: 'cancelled' }));
    harness.openai.mockReply('DELETE', at, json({ id: ID, object: 'response', deleted: true }));
    const { responses } = clientOf(harness);

    expect((await responses.retrieve(ID, { include: ['reasoning.encrypted_content'] })).id).toBe(
      ID,
    );
    expect(harness.openai.lastRequest().query.get('include[]')).toBe('reasoning.encrypted_content');
    expect((await responses.inputItems.list(ID, { limit: 3 })).data).toEqual([]);
    expect(harness.openai.lastRequest().query.get('limit')).toBe('3');
    expect((await responses.cancel(ID)).status).toBe('cancelled');
    await responses.delete(ID);
    await expect(responses.retrieve(ID)).rejects.toMatchObject({ status: 404 });
  });

  it.each(['whole', 'streamed'])('is gone on from, body unchanged: %s', async (form) => {
    await using harness = await start();
    await made(harness, form);
    harness.openai.mockResponseWithUsage('Hello again!', 12, 7);
    const body = { model: GPT, input: 'Hi', previous_response_id: ID };

    await clientOf(harness).responses.create(body);

    expect(harness.openai.lastRequest().text).toBe(JSON.stringify(body));
  });

  it('is never asked of it by another key, nor one that was never made through here', async () => {
    await using harness = await start();
    await made(harness, 'whole');
    const asked = { model: GPT, input: 'Hi' };
    const strangers = clientOf(harness, harness.keys.admin).responses;
    const own = clientOf(harness).responses;

    for (const ask of [
      () => strangers.create({ ...asked, previous_response_id: ID }),
      () => strangers.retrieve(ID),
      () => strangers.delete(ID),
      () => strangers.cancel(ID),
      () => strangers.inputItems.list(ID),
      () => own.create({ ...asked, previous_response_id: 'resp_unknown' }),
      () => own.retrieve('resp_unknown'),
    ]) {
      await expect(ask()).rejects.toMatchObject({ status: 404 });
    }
    expect(harness.openai.receivedRequests()).toHaveLength(1);
  });

  it('is not gone on from by another provider', async () => {
    await using harness = await start();
    await made(harness, 'whole');

    await expect(
      clientOf(harness).responses.create({
        model: CLAUDE,
        input: 'And?',
        previous_response_id: ID,
      }),
    ).rejects.toMatchObject({ status: 400, param: 'previous_response_id' });
  });

  it('has its items referred to by its maker alone', async () => {
    await using harness = await start();
    await made(harness, 'whole');
    harness.openai.mockResponseWithUsage('Hello again!', 12, 7);
    const reference = { type: 'item_reference' as const, id: 'msg_test123' };
    const body = { model: GPT, input: [reference, { role: 'user' as const, content: 'And?' }] };

    await expect(
      clientOf(harness, harness.keys.admin).responses.create(body),
    ).rejects.toMatchObject({ status: 400, param: 'input[0].id' });
    await clientOf(harness).responses.create(body);

    expect(harness.openai.lastRequest().text).toBe(JSON.stringify(body));
  });

  it('is streamed again by it', async () => {
    await using harness = await start();
    await made(harness, 'whole');
    const events = namedEvents(responsesEvents('Hello!', COUNTS));
    harness.openai.mockReply('GET', `/v1/responses/${ID}`, eventStream(events));

    const types: string[] = [];
    const stream = await clientOf(harness).responses.retrieve(ID, {
      stream: true,
      starting_after: 0,
    });
    for await (const event of stream) types.push(event.type);

    expect(types.at(-1)).toBe('response.completed');
    expect(harness.openai.lastRequest().query.get('starting_after')).toBe('0');
  });

  it('is kept by nobody when it was not to be stored', async () => {
    await using harness = await start();
    harness.openai.mockResponseWithUsage('Hello!', 12, 7);
    const { responses } = clientOf(harness);

    await responses.create({ model: GPT, input: 'Hi', store: false });

    await expect(responses.retrieve(ID)).rejects.toMatchObject({ status: 404 });
  });
});

describe('a response in the background of its provider', () => {
  const QUEUED = { ...responsesResponse('', COUNTS), status: 'queued', output: [], usage: null };
  const createdEvent = () => ({
    type: 'response.created',
    response: { ...QUEUED, status: 'in_progress' },
  });

  it('is booked once, by what it cost when it was finished', async () => {
    await using harness = await start();
    harness.openai.mockResponse(json(QUEUED));
    const at = `/v1/responses/${ID}`;
    harness.openai.mockReply('GET', at, json({ ...QUEUED, status: 'in_progress' }));
    harness.openai.mockReply('GET', at, json(responsesResponse('Done.', COUNTS))).times(2);
    const { responses } = clientOf(harness);

    const queued = await responses.create({ model: GPT, input: 'Hi', background: true });
    expect(queued.status).toBe('queued');
    await responses.retrieve(ID);
    expect(await harness.usage()).toEqual([]);
    await responses.retrieve(ID);
    await responses.retrieve(ID);

    expect(await harness.usage()).toMatchObject([
      { status: 'ok', inputTokens: 12, outputTokens: 7, provenance: 'provider' },
    ]);
  });

  it('is booked by what it cost though the client of its stream has left', async () => {
    await using harness = await start();
    const reply = controlledReply();
    harness.openai.mockResponse(reply.reply);
    const begun = createdEvent();
    const done = json(responsesResponse('Done.', COUNTS));
    harness.openai.mockReply('GET', `/v1/responses/${ID}`, done);
    const { responses } = clientOf(harness);

    const asked = { model: GPT, input: 'Hi', background: true, stream: true } as const;
    const stream = await responses.create(asked);
    await reply.send(namedEvents([begun]).join(''));
    for await (const _event of stream) break;
    await reply.left;
    expect(await harness.usage()).toEqual([]);
    await responses.retrieve(ID);

    expect(await harness.usage()).toMatchObject([
      { status: 'ok', inputTokens: 12, outputTokens: 7, provenance: 'provider' },
    ]);
  });

  it('is booked by what was seen when the client leaves a stream that ends with it', async () => {
    await using harness = await start();
    const reply = controlledReply();
    harness.openai.mockResponse(reply.reply);
    const begun = createdEvent();

    const asked = { model: GPT, input: 'Hi', stream: true } as const;
    const stream = await clientOf(harness).responses.create(asked);
    await reply.send(namedEvents([begun]).join(''));
    for await (const _event of stream) break;
    await reply.left;

    expect(await harness.waitForUsage(1)).toMatchObject([
      { status: 'client_closed', provenance: 'interrupted' },
    ]);
  });

  it('is corrected, once, by what it cost when its client asks after the gateway was stopped', async () => {
    await using harness = await start();
    harness.openai.mockResponse(json(QUEUED));
    const done = json(responsesResponse('Done.', COUNTS));
    harness.openai.mockReply('GET', `/v1/responses/${ID}`, done).times(2);
    await clientOf(harness).responses.create({ model: GPT, input: 'Hi', background: true });
    await harness.restart();
    const estimate = (await harness.usage()).reduce((sum, one) => sum + one.outputTokens, 0);
    expect(estimate).not.toBe(7);

    const { responses } = clientOf(harness);
    await responses.retrieve(ID);
    await responses.retrieve(ID);

    const rows = await harness.usage();
    expect(rows).toHaveLength(2);
    expect(rows.reduce((sum, one) => sum + one.inputTokens, 0)).toBe(12);
    expect(rows.reduce((sum, one) => sum + one.outputTokens, 0)).toBe(7);
    const audit = await run(harness.dataDir, 'audit --json', {
      TOLLGATE_DATA_DIR: harness.dataDir,
    });
    expect(JSON.parse(audit.out)).toMatchObject({ calls: 2, differences: [] });
  });

  it('is booked as far as it is known when the gateway stops', async () => {
    await using harness = await start();
    harness.openai.mockResponse(json(QUEUED));
    await clientOf(harness).responses.create({ model: GPT, input: 'Hi', background: true });

    await harness.restart();

    expect(await harness.usage()).toMatchObject([{ status: 'failed', provenance: 'interrupted' }]);
  });
});

describe('a stream that passes and breaks off', () => {
  const events = namedEvents(responsesEvents('Hello there', COUNTS));
  const asked = { model: GPT, input: 'Hi', stream: true };

  it('ends in a failed response, numbered on', async () => {
    await using harness = await start();
    harness.openai.mockResponse(eventStream(events.slice(0, 4)));

    const { text } = await post(harness, '/v1/responses', asked);

    const told = parseSseJson(text);
    expect(told.at(-1)).toMatchObject({
      type: 'response.failed',
      sequence_number: 4,
      response: { id: ID, status: 'failed', error: { code: 'provider_truncated' } },
    });
  });

  it('ends in an error where no response had begun', async () => {
    await using harness = await start();
    harness.openai.mockResponse(eventStream([]));

    const { text } = await post(harness, '/v1/responses', asked);

    expect(parseSseJson(text).at(-1)).toMatchObject({ type: 'error', code: 'provider_truncated' });
  });
});

describe('what is not served of the Responses API', () => {
  it.each([
    ['POST', '/v1/responses/compact'],
    ['POST', '/v1/conversations'],
    ['GET', '/v1/conversations/conv_1/items'],
  ])('is refused in words: %s %s', async (method, path) => {
    await using harness = await start();

    const reply = await fetch(`${harness.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${harness.keys.member}` },
    });

    expect(reply.status).toBe(404);
    const error = fieldsOf(fieldsOf(await reply.json())['error']);
    expect(error['message']).toMatch(/^Tollgate (compacts|keeps) no conversations\./);
  });

  it('tells who would have a WebSocket to go on over HTTP, at once and without a key', async () => {
    await using harness = await start();
    await using socket = await openSocket(harness.url);

    socket.send(
      [
        'GET /v1/responses HTTP/1.1',
        'host: tollgate',
        'connection: Upgrade',
        'upgrade: websocket',
        'sec-websocket-version: 13',
        'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
        '',
        '',
      ].join('\r\n'),
    );

    const reply = await socket.readToEnd();
    expect(reply).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\n/);
    expect(reply).toContain('"code":"websocket_not_supported"');
  });

  it('still wants POST of who asks with GET', async () => {
    await using harness = await start();
    const { status, headers } = await harness.withToken().get('/v1/responses');

    expect(status).toBe(405);
    expect(headers['allow']).toBe('POST');
  });
});
