import { ApiError, type Content, GoogleGenAI, type Tool } from '@google/genai';
import {
  chatResponse,
  chatStream,
  createHarness,
  frameRecording,
  type Harness,
  json,
  readRecording,
  startServer,
  streamingChunks,
  toolCallsResponse,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { type Body, fieldsOf, type Posted, post } from './support/chat-face.ts';

const TRANSLATED = 'other/gpt-4o';
const PASSED = 'google/gemini-3-pro-preview';
const CONTENTS = [{ role: 'user', parts: [{ text: 'Hello' }] }];
const hello = { contents: CONTENTS };

const recorded = (name: string): string => JSON.stringify(readRecording('google', name).body);

interface Scripted {
  readonly status?: number;
  readonly type?: string;
  readonly text: string;
}

interface Sent {
  readonly url: string;
  readonly headers: { readonly [name: string]: unknown };
  readonly text: string;
}

/** `google` answers as told in its own dialect; `other` speaks Chat Completions and nothing else. */
async function start(answer: Scripted = { text: '{}' }) {
  const sent: Sent[] = [];
  const provider = await startServer((req, res) => {
    let text = '';
    req.setEncoding('utf8');
    req.on('data', (piece: string) => {
      text += piece;
    });
    req.on('end', () => {
      sent.push({ url: req.url ?? '', headers: req.headers, text });
      res.writeHead(answer.status ?? 200, { 'content-type': answer.type ?? 'application/json' });
      res.end(answer.text);
    });
  });
  const harness = await createHarness(createApp, {
    settings: ({ openai }) => ({
      config: {
        providers: {
          google: { apiKey: 'AIza-test', baseUrl: provider.url },
          other: { dialect: 'openai-chat', baseUrl: openai.baseUrl, apiKey: openai.apiKey },
        },
      },
    }),
  });
  return {
    harness,
    sent,
    [Symbol.asyncDispose]: async () => {
      await harness[Symbol.asyncDispose]();
      await provider.close();
    },
  };
}

const clientOf = (harness: Harness, apiKey: string = harness.keys.member): GoogleGenAI =>
  new GoogleGenAI({ apiKey, httpOptions: { baseUrl: harness.url, retryOptions: { attempts: 1 } } });

async function allOf<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const askedBy = (model: string, method: string): string => `/v1beta/models/${model}:${method}`;

/** The error's word; throws where the body is not Google's, or its code not the status. */
function wordOf({ status, json: body }: Posted): unknown {
  const { code, message, status: word } = fieldsOf(fieldsOf(body)['error']);
  expect(code).toBe(status);
  expect(message).toEqual(expect.stringMatching(/./));
  return word;
}

describe('Google’s client', () => {
  it.each(['sim/echo', 'sim%2Fecho'])('asks %s for a whole reply', async (model) => {
    await using app = await start();

    const reply = await clientOf(app.harness).models.generateContent({ model, contents: 'Hello' });

    expect(reply.text).toBe('You said: Hello');
    expect(reply.candidates?.[0]?.finishReason).toBe('STOP');
    expect(reply.usageMetadata?.totalTokenCount).toBeGreaterThan(0);
    expect(await app.harness.usage()).toMatchObject([
      { face: 'gemini', status: 'ok', modelAsked: 'sim/echo' },
    ]);
  });

  it.each(['sim/echo', TRANSLATED])('reads a stream of %s to its end', async (model) => {
    await using app = await start();
    const chunks = streamingChunks('You said: Hello', { input: 50, output: 20 });
    if (model === TRANSLATED) app.harness.openai.mockChatCompletion(chatStream(chunks));

    const stream = await clientOf(app.harness).models.generateContentStream({
      model,
      contents: 'Hello',
    });
    const pieces = await allOf(stream);

    expect(pieces.map(({ text }) => text ?? '').join('')).toBe('You said: Hello');
    const finishes = pieces.flatMap(({ candidates }) => candidates?.[0]?.finishReason ?? []);
    expect(finishes).toEqual(['STOP']);
    expect(pieces.at(-1)?.usageMetadata?.totalTokenCount).toBeGreaterThan(0);
  });

  it('reads thoughts apart from the answer', async () => {
    await using app = await start();

    const reply = await clientOf(app.harness).models.generateContent({
      model: 'sim/reason',
      contents: 'Hello',
      config: { thinkingConfig: { includeThoughts: true } },
    });

    const parts = reply.candidates?.[0]?.content?.parts ?? [];
    expect(parts.map(({ thought }) => thought === true)).toEqual([true, false]);
    expect(reply.text).toBe('You said: Hello');
  });

  it('calls a tool of a Chat model and tells it the result', async () => {
    await using app = await start();
    const { openai } = app.harness;
    const call = { id: 'call_1', name: 'weather', arguments: '{"city":"Kiel"}' };
    openai.mockChatCompletion(json(toolCallsResponse([call], { input: 50, output: 20 })));
    openai.mockChatCompletion(json(chatResponse('Rain.')));
    const client = clientOf(app.harness);
    const parametersJsonSchema = { type: 'object', properties: { city: { type: 'string' } } };
    const tools: Tool[] = [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema }] }];
    const contents: Content[] = [{ role: 'user', parts: [{ text: 'Kiel?' }] }];

    const first = await client.models.generateContent({
      model: TRANSLATED,
      contents,
      config: { tools },
    });
    expect(first.functionCalls).toMatchObject([{ name: 'weather', args: { city: 'Kiel' } }]);
    const asked = first.candidates?.[0]?.content ?? {};
    const id = first.functionCalls?.[0]?.id;
    const functionResponse = {
      name: 'weather',
      response: { output: 'rain' },
      ...(id === undefined ? {} : { id }),
    };
    const second = await client.models.generateContent({
      model: TRANSLATED,
      contents: [...contents, asked, { role: 'user', parts: [{ functionResponse }] }],
      config: { tools },
    });

    expect(second.text).toBe('Rain.');
    const { messages } = fieldsOf(JSON.parse(openai.lastRequest().text));
    expect(messages).toMatchObject([
      { role: 'user' },
      { role: 'assistant', tool_calls: [{ id: 'call_1', function: { name: 'weather' } }] },
      { role: 'tool', tool_call_id: 'call_1', content: expect.stringContaining('rain') },
    ]);
  });

  it('throws what it throws of Google’s errors', async () => {
    await using app = await start();
    const wrong = clientOf(app.harness, 'tg_wrong').models.generateContent({
      model: 'sim/echo',
      contents: 'Hello',
    });
    const limited = clientOf(app.harness).models.generateContentStream({
      model: 'sim/error-429',
      contents: 'Hello',
    });

    const errors = await Promise.all([wrong, limited].map((one) => one.catch((error) => error)));
    expect(errors.every((error) => error instanceof ApiError)).toBe(true);
    expect(errors.map(({ status }) => status)).toEqual([401, 429]);
    expect(errors[0].message).toContain('UNAUTHENTICATED');
  });

  it('is told that a stream was cut', async () => {
    await using app = await start();

    const stream = await clientOf(app.harness).models.generateContentStream({
      model: 'sim/cut',
      contents: 'Hello',
    });

    await expect(allOf(stream)).rejects.toThrow(/UNAVAILABLE/);
  });

  it('lists and finds models, while OpenAI’s find theirs at the same address', async () => {
    await using app = await start();
    const { models } = clientOf(app.harness);

    const pager = await models.list({ config: { pageSize: 2 } });
    const listed = (await allOf(pager)).map(({ name }) => name);
    const found = await models.get({ model: 'sim/echo' });
    const openAis = await post(app.harness, '/v1/models/sim/echo', '', { method: 'GET' });

    expect(listed).toContain('models/sim/echo');
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed.length).toBeGreaterThan(2);
    expect(found).toMatchObject({ name: 'models/sim/echo' });
    expect(openAis.json).toMatchObject({ id: 'sim/echo', object: 'model' });
  });

  it('has tokens counted by Google, and estimated elsewhere', async () => {
    await using app = await start({ text: '{"totalTokens":31,"promptTokensDetails":[]}' });
    const { models } = clientOf(app.harness);

    const counted = await models.countTokens({ model: PASSED, contents: 'Hello' });
    const estimated = await models.countTokens({ model: 'sim/echo', contents: 'Hello' });

    expect(counted.totalTokens).toBe(31);
    expect(app.sent.map(({ url }) => url)).toEqual([
      '/v1beta/models/gemini-3-pro-preview:countTokens',
    ]);
    expect(estimated.totalTokens).toBeGreaterThan(0);
    expect(estimated.sdkHttpResponse?.headers?.['x-tollgate-estimate']).toBe('true');
    expect(await app.harness.usage()).toEqual([]);
  });
});

describe('a Gemini provider behind the Gemini face', () => {
  it('is sent the client’s bytes, and its own go back', async () => {
    const text = recorded('google-text');
    await using app = await start({ text });
    const body = '{ "contents": [{"parts":[{"text":"H\\u0069"}]}],\n "fieldOfTomorrow": 1e2 }';

    const reply = await post(app.harness, `${askedBy(PASSED, 'generateContent')}?x=1`, body, {
      headers: { 'x-server-timeout': '30' },
    });

    expect(reply.text).toBe(text);
    expect(app.sent).toMatchObject([
      {
        url: '/v1beta/models/gemini-3-pro-preview:generateContent',
        text: body,
        headers: { 'x-goog-api-key': 'AIza-test' },
      },
    ]);
    expect(app.sent[0]?.headers['x-server-timeout']).toBeUndefined();
    expect(await app.harness.usage()).toMatchObject([
      { face: 'gemini', provider: 'google', inputTokens: 9, outputTokens: 272 },
    ]);
  });

  it('streams events byte for byte, or as a list of the same objects', async () => {
    const text = frameRecording(readRecording('google', 'google-stream-tool-call-arguments'));
    await using app = await start({ type: 'text/event-stream', text });
    const path = askedBy(PASSED, 'streamGenerateContent');

    const events = await post(app.harness, `${path}?alt=sse`, hello);
    const list = await post(app.harness, path, hello);

    expect(events.text).toBe(text);
    expect(list.headers.get('content-type')).toBe('application/json');
    const sent = text.match(/(?<=^data: ).+$/gm) ?? [];
    expect(list.json).toEqual(sent.map((one) => JSON.parse(one)));
    expect(app.sent.map(({ url }) => url)).toEqual([
      '/v1beta/models/gemini-3-pro-preview:streamGenerateContent?alt=sse',
      '/v1beta/models/gemini-3-pro-preview:streamGenerateContent?alt=sse',
    ]);
  });

  it('counts a whole request under the name that the provider knows', async () => {
    await using app = await start({ text: '{"totalTokens":31}' });
    const generateContentRequest = { model: `models/${PASSED}`, ...hello };

    const reply = await post(app.harness, askedBy(PASSED, 'countTokens'), {
      generateContentRequest,
    });

    expect(reply.json).toEqual({ totalTokens: 31 });
    expect(JSON.parse(app.sent[0]?.text ?? '')).toEqual({
      generateContentRequest: { ...hello, model: 'models/gemini-3-pro-preview' },
    });
  });
});

describe('the addresses of the Gemini face', () => {
  it('take a key in the query, which goes no further', async () => {
    await using app = await start({ text: recorded('google-text') });
    const { member } = app.harness.keys;
    const ask = (key: string) =>
      fetch(`${app.harness.url}${askedBy(PASSED, 'generateContent')}?key=${key}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(hello),
      });

    const statuses = [(await ask(member)).status, (await ask('tg_wrong')).status];
    const elsewhere = await fetch(`${app.harness.url}/v1/models?key=${member}`);

    expect(statuses).toEqual([200, 401]);
    expect(elsewhere.status).toBe(401);
    expect(JSON.stringify(app.sent)).not.toContain(member);
    expect(JSON.stringify(app.harness.logs)).not.toContain(member);
  });

  it('answer a failed list of pieces as a list, and one that fails midway by its last item', async () => {
    await using app = await start();

    const refused = await post(
      app.harness,
      askedBy('sim/error-429', 'streamGenerateContent'),
      hello,
    );
    const cut = await post(app.harness, askedBy('sim/cut', 'streamGenerateContent'), hello);

    expect(refused.status).toBe(429);
    expect(refused.json).toMatchObject([{ error: { code: 429, status: 'RESOURCE_EXHAUSTED' } }]);
    const items = Array.isArray(cut.json) ? cut.json.map(fieldsOf) : [];
    expect(items.at(-1)).toMatchObject({ error: { code: 502, status: 'UNAVAILABLE' } });
    expect(items.slice(0, -1).every((item) => 'candidates' in item)).toBe(true);
  });

  it.each(['', '?alt=sse'])('book a stream once whose client left (%s)', async (query) => {
    await using app = await start();
    const left = new AbortController();
    const reply = await fetch(
      app.harness.url + askedBy('sim/slow', 'streamGenerateContent') + query,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-goog-api-key': app.harness.keys.member },
        body: JSON.stringify(hello),
        signal: left.signal,
      },
    );
    await reply.body?.getReader().read();

    left.abort();

    expect(await app.harness.waitForUsage(1)).toMatchObject([
      { face: 'gemini', errorKind: 'client_closed' },
    ]);
  });

  it('name what another dialect can’t be told, and refuse it when strict', async () => {
    await using app = await start();
    app.harness.openai.mockChatCompletionSuccess();
    const asking = { ...hello, generationConfig: { topK: 5 } };
    const path = askedBy(TRANSLATED, 'generateContent');

    const dropped = await post(app.harness, path, asking);
    const strict = await post(app.harness, path, asking, {
      headers: { 'x-tollgate-strict': 'true' },
    });

    expect(dropped.headers.get('x-tollgate-dropped')).toMatch(/topK/i);
    expect([dropped.status, strict.status]).toEqual([200, 400]);
    expect(wordOf(strict)).toBe('INVALID_ARGUMENT');
  });

  it.each<[string, string, Body, number, string]>([
    ['POST', askedBy('sim/echo', 'generateContent'), { contents: 7 }, 400, 'INVALID_ARGUMENT'],
    ['POST', askedBy('nobody/x', 'generateContent'), hello, 404, 'NOT_FOUND'],
    ['POST', askedBy('sim%', 'generateContent'), hello, 400, 'INVALID_ARGUMENT'],
    ['POST', askedBy('sim/echo', 'paint'), hello, 404, 'NOT_FOUND'],
    ['POST', '/v1beta/files', {}, 404, 'NOT_FOUND'],
    ['POST', '/v1beta/models', {}, 405, 'UNIMPLEMENTED'],
    ['GET', '/v1beta/models?pageSize=x', {}, 400, 'INVALID_ARGUMENT'],
    ['GET', '/v1beta/models/nobody/x', {}, 404, 'NOT_FOUND'],
  ])('refuse %s %s in Google’s words', async (method, path, body, status, word) => {
    await using app = await start();

    const reply = await post(app.harness, path, body, { method });

    expect(reply.status).toBe(status);
    expect(wordOf(reply)).toBe(word);
  });

  it('take models whose names have a colon, and a colon in percent-encoding', async () => {
    await using app = await start();
    app.harness.openai.mockChatCompletionSuccess().times(2);

    for (const end of [':generateContent', '%3AgenerateContent']) {
      const path = `/v1/models/other/llama3:8b${end}`;
      expect((await post(app.harness, path, hello)).status).toBe(200);
      expect(JSON.parse(app.harness.openai.lastRequest().text)).toMatchObject({
        model: 'llama3:8b',
      });
    }
  });
});
