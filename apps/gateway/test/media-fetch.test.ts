import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { chatResponse, messageResponse, startServer } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { type Body, post } from './support/chat-face.ts';
import { startScripted } from './support/scripted-providers.ts';

/* Media by URL for models that take bytes only: fetched here, and told well where they can't be. */

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk', 'base64');
const PDF = Buffer.from('%PDF-1.7 and so on');

const served =
  (bytes: Buffer, type?: string): RequestListener =>
  (_req, res) => {
    res.writeHead(200, type === undefined ? {} : { 'content-type': type });
    res.end(bytes);
  };

/** A site with media, and the app before providers that take media by URL (`claude`) or don't (`local`). */
async function start(listener: RequestListener = served(PNG, 'image/png'), media?: Body) {
  const visits: { url: string | undefined; headers: IncomingHttpHeaders }[] = [];
  const site = await startServer((req, res) => {
    visits.push({ url: req.url, headers: req.headers });
    listener(req, res);
  });
  const app = await startScripted(
    {
      local: { dialect: ['openai-chat', 'anthropic-messages'], quirks: { noMediaUrls: true } },
      plain: { dialect: 'openai-chat' },
      claude: { dialect: 'anthropic-messages' },
    },
    ({ url }) => ({ body: url.endsWith('/messages') ? messageResponse('Ok') : chatResponse('Ok') }),
    { media: media ?? { privateHosts: ['127.0.0.1'] } },
  );
  return {
    ...app,
    site: site.url,
    visits,
    [Symbol.asyncDispose]: async () => {
      await app[Symbol.asyncDispose]();
      await site.close();
    },
  };
}

const chat = (model: string, ...urls: string[]): Body => ({
  model,
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        ...urls.map((url) => ({ type: 'image_url', image_url: { url } })),
      ],
    },
  ],
});

const document = (model: string, url: string): Body => ({
  model,
  max_tokens: 64,
  system: 'Be brief.',
  messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'url', url } }] }],
});

const IMAGE = `data:image/png;base64,${PNG.toString('base64')}`;

describe('media by URL', () => {
  it('go to a model of the same dialect as bytes, where its provider takes no addresses', async () => {
    await using app = await start();
    const url = `${app.site}/a.png?sig=s3cret`;

    const reply = await post(app.harness, '/v1/chat/completions', {
      ...chat('local/m', url, url),
      seed: 7,
      field_of_tomorrow: 1,
    });

    expect(reply.status).toBe(200);
    expect(reply.headers.get('x-tollgate-dropped')).toBeNull();
    expect(app.sent.map(({ body }) => body)).toEqual([
      { ...chat('m', IMAGE, IMAGE), seed: 7, field_of_tomorrow: 1 },
    ]);
    expect(app.visits).toHaveLength(1);
    expect(app.visits[0]?.url).toBe('/a.png?sig=s3cret');
    expect(app.visits[0]?.headers).not.toHaveProperty('authorization');
    expect(app.visits[0]?.headers).not.toHaveProperty('cookie');
    expect(JSON.stringify(app.harness.logs)).not.toContain('s3cret');
    expect(await app.harness.usage()).toMatchObject([{ provider: 'local', status: 'ok' }]);
  });

  it('go to a model of another dialect as bytes, by the type that they have', async () => {
    await using app = await start(served(PDF, 'application/octet-stream'));

    const reply = await post(app.harness, '/v1/messages', document('plain/m', `${app.site}/paper`));

    expect(reply.status).toBe(200);
    const file = {
      file_data: `data:application/pdf;base64,${PDF.toString('base64')}`,
      filename: 'file.pdf',
    };
    expect(app.sent[0]?.body).toMatchObject({
      messages: [{ role: 'system' }, { content: [{ type: 'file', file }] }],
    });
  });

  it('go as text where they are text', async () => {
    await using app = await start(served(Buffer.from('Käse'), 'text/plain; charset=utf-8'));

    await post(app.harness, '/v1/messages', document('plain/m', `${app.site}/notes.txt`));

    expect(JSON.stringify(app.sent[0]?.body)).toContain('"content":"Käse"');
  });

  it('stay addresses where the model takes them, and are not fetched', async () => {
    await using app = await start();
    const url = `${app.site}/a.png`;

    await post(app.harness, '/v1/chat/completions', chat('claude/m', url));
    await post(app.harness, '/v1/messages', document('claude/m', `${app.site}/b.pdf`));

    expect(app.sent).toHaveLength(2);
    expect(JSON.stringify(app.sent[0]?.body)).toContain(JSON.stringify({ type: 'url', url }));
    expect(app.visits).toEqual([]);
  });

  it('are not fetched for a request that is refused anyway', async () => {
    await using app = await start();

    const reply = await post(
      app.harness,
      '/v1/messages',
      { ...document('plain/m', `${app.site}/b.pdf`), top_k: 1 },
      { headers: { 'x-tollgate-strict': 'true' } },
    );

    expect(reply.status).toBe(400);
    expect(app.visits).toEqual([]);
  });

  it('are not fetched where the operator wants none of it', async () => {
    await using app = await start(served(PDF), { fetch: false, privateHosts: ['127.0.0.1'] });

    const reply = await post(app.harness, '/v1/messages', document('plain/m', `${app.site}/b.pdf`));

    expect(reply.status).toBe(400);
    expect(app.visits).toEqual([]);
  });
});

describe('media that can’t be had', () => {
  it.each<[string, RequestListener, string]>([
    ['are not there', (_req, res) => res.writeHead(404).end('<html>'), 'answered 404'],
    ['are a page', served(Buffer.from('<html>'), 'text/html'), 'is text/html, not an image'],
    [
      'are of no known type',
      served(Buffer.from('??')),
      'is of a type that its server does not tell',
    ],
    ['are too large', served(Buffer.alloc(20 * 1024 * 1024 + 1), 'image/png'), 'is larger than'],
  ])('since they %s, are told by their place; nothing is sent or booked', async (_c, site, why) => {
    await using app = await start(site);
    const body = chat('local/m', IMAGE, `${app.site}/a.png`);

    const reply = await post(app.harness, '/v1/chat/completions', body);

    expect(reply.status).toBe(400);
    const { message, ...rest } = Object(Object(reply.json).error);
    expect(message).toContain('messages[0].content[2].image_url.url: ');
    expect(message).toContain(why);
    expect(rest).toEqual({
      type: 'invalid_request_error',
      code: null,
      param: 'messages[0].content[2].image_url.url',
    });
    expect(app.sent).toEqual([]);
    expect(await app.harness.usage()).toEqual([]);
  });

  it('are named in Anthropic’s words for Anthropic’s clients, and nothing is said of an inner address', async () => {
    await using app = await start(served(PDF), {});

    const reply = await post(app.harness, '/v1/messages', document('plain/m', `${app.site}/b.pdf`));

    expect(reply.status).toBe(400);
    expect(reply.json).toMatchObject({
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message:
          'messages[0].content[0].source.url: could not be fetched: no public server answers there',
      },
    });
    expect(reply.text).not.toContain('127.0.0.1');
    expect(app.visits).toEqual([]);
    expect(app.sent).toEqual([]);
  });

  it('are too many to fetch', async () => {
    await using app = await start();
    const urls = Array.from({ length: 21 }, (_, index) => `${app.site}/${index}.png`);

    const reply = await post(app.harness, '/v1/chat/completions', chat('local/m', ...urls));

    expect(reply.status).toBe(400);
    expect(reply.text).toContain('at most 20 can be');
    expect(app.visits).toEqual([]);
  });

  it('are given up with the client that asked for them', async () => {
    const client = new AbortController();
    await using app = await start(() => client.abort());

    const left = fetch(`${app.harness.url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${app.harness.keys.member}`,
      },
      body: JSON.stringify(chat('local/m', `${app.site}/a.png`)),
      signal: client.signal,
    });

    await expect(left).rejects.toThrow();
    await app.harness.stopApp();
    expect(app.sent).toEqual([]);
  });
});

describe('media that came as bytes', () => {
  it.each([
    ['data:image/png;base64,not*base64', 'is not valid base64'],
    ['data:image/png;base64', 'is a data URL without data'],
    ['data:image/svg+xml,<svg/>', 'is a data URL whose data is not base64'],
  ])('but are none are refused by their place: %s', async (url, why) => {
    await using app = await start();

    const reply = await post(app.harness, '/v1/chat/completions', chat('claude/m', url));

    expect(reply.status).toBe(400);
    expect(reply.text).toContain(`messages[0].content[1].image_url.url: ${why}`);
    expect(app.sent).toEqual([]);
  });

  it('in forms that only some read are brought into the usual one', async () => {
    await using app = await start();
    const url = `data:image/png;name=a.png;base64,${PNG.toString('base64url')}`;

    await post(app.harness, '/v1/chat/completions', chat('claude/m', url));

    expect(JSON.stringify(app.sent[0]?.body)).toContain(
      JSON.stringify({ type: 'base64', media_type: 'image/png', data: PNG.toString('base64') }),
    );
  });

  it('of ten megabytes reach a model of another dialect whole', async () => {
    await using app = await start();
    const data = Buffer.concat([PNG, Buffer.alloc(7_500_000, 7)]).toString('base64');

    const reply = await post(
      app.harness,
      '/v1/chat/completions',
      chat('claude/m', `data:image/png;base64,${data}`),
    );

    expect(reply.status).toBe(200);
    expect(app.sent[0]?.text).toContain(data);
  });
});
