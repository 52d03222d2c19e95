import { describe, expect, it } from 'vitest';
import {
  brokenJson,
  bytes,
  controlledReply,
  cutAfter,
  delay,
  emptyBody,
  html,
  hugeLine,
  informational,
  MockOpenAi,
  neverAnswer,
  neverEnd,
  openSocket,
  type Reply,
  reset,
  silentBody,
  slowDrip,
  slowReader,
  TEST_OPENAI_API_KEY,
  wrongContentType,
} from '../src/index.ts';

const headers = { authorization: `Bearer ${TEST_OPENAI_API_KEY}` };
const hello: Reply = bytes('hello', { headers: { 'content-type': 'text/plain' } });

async function mockOf(reply: Reply): Promise<MockOpenAi & { readonly path: string }> {
  const mock = await MockOpenAi.start();
  mock.mockReply('GET', '/v1/fault', reply);
  return Object.assign(mock, { path: `${mock.baseUrl}/fault` });
}

const fetchFrom = (mock: { readonly path: string }, signal?: AbortSignal): Promise<Response> =>
  fetch(mock.path, { headers, ...(signal === undefined ? {} : { signal }) });

describe('faults', () => {
  it('reset ends the connection before any reply', async () => {
    await using mock = await mockOf(reset());

    await expect(fetchFrom(mock)).rejects.toThrow();
    expect(await mock.lastRequest().ended).toBe('cut');
  });

  it('cutAfter sends exactly so many bytes and no end', async () => {
    await using mock = await mockOf(cutAfter(3, hello));
    await using socket = await openSocket(mock.url);

    await socket.send(
      `GET /v1/fault HTTP/1.1\r\nhost: x\r\nauthorization: ${headers.authorization}\r\n\r\n`,
    );
    const text = await socket.readToEnd();

    expect(text).toContain('content-length: 5');
    expect(text.endsWith('\r\n\r\nhel')).toBe(true);
  });

  it('cutAfter leaves a shorter reply whole', async () => {
    await using mock = await mockOf(cutAfter(100, hello));

    expect(await (await fetchFrom(mock)).text()).toBe('hello');
  });

  it('slowDrip and delay send the same bytes, later', async () => {
    await using mock = await mockOf(delay(20, slowDrip(1, 5, hello)));
    const startedAt = performance.now();

    expect(await (await fetchFrom(mock)).text()).toBe('hello');
    expect(performance.now() - startedAt).toBeGreaterThan(35);
  });

  it.each([
    ['neverAnswer', neverAnswer(), false],
    ['silentBody', silentBody(), true],
    [
      'neverEnd',
      neverEnd(wrongContentType(bytes('part', { headers: { 'content-length': '9' } }))),
      true,
    ],
  ])('%s stays silent until the client leaves, and sees it leave', async (_, reply, hasHeaders) => {
    await using mock = await mockOf(reply);
    const leaving = new AbortController();

    const answer = fetchFrom(mock, leaving.signal);
    const outcome = answer.then(
      (response) =>
        response.text().then(
          () => 'complete',
          () => 'headers only',
        ),
      () => 'nothing',
    );
    const [request] = await mock.waitForRequests(1);
    if (hasHeaders) await answer;
    leaving.abort();

    expect(await outcome).toBe(hasHeaders ? 'headers only' : 'nothing');
    expect(await request?.ended).toBe('client-left');
  });

  it('closing the mock ends a reply that never would', async () => {
    const mock = await mockOf(neverAnswer());
    const outcome = fetchFrom(mock).then(
      () => 'answered',
      () => 'cut',
    );
    await mock.waitForRequests(1);

    await mock[Symbol.asyncDispose]();

    expect(await outcome).toBe('cut');
  });

  it.each([
    ['html', html(), 502, 'text/html', /^<html>/],
    ['emptyBody', emptyBody(), 200, 'application/json', /^$/],
    ['brokenJson', brokenJson(), 200, 'application/json', /"message":$/],
    ['wrongContentType', wrongContentType(hello, 'image/png'), 200, 'image/png', /^hello$/],
    ['informational', informational(103, hello), 200, 'text/plain', /^hello$/],
  ])('%s answers as it says', async (_, reply, status, type, text) => {
    await using mock = await mockOf(reply);

    const response = await fetchFrom(mock);

    expect([response.status, response.headers.get('content-type')]).toEqual([status, type]);
    expect(await response.text()).toMatch(text);
  });

  it('informational sends its 1xx before the reply', async () => {
    await using mock = await mockOf(informational(102, hello));
    await using socket = await openSocket(mock.url);

    await socket.send(
      `GET /v1/fault HTTP/1.1\r\nhost: x\r\nauthorization: ${headers.authorization}\r\n\r\n`,
    );

    expect(await socket.readUntil('hello')).toMatch(/^HTTP\/1\.1 102 [\s\S]*HTTP\/1\.1 200 OK/);
  });

  it('hugeLine makes as many bytes as asked, at the reader’s pace', async () => {
    await using mock = await mockOf(hugeLine(50_000_000));
    await using reader = await slowReader(mock.path, { headers });

    expect((await reader.read(20)).toString()).toBe('data: {"text":"xxxxx');
    expect((await reader.read(1_000_000)).every((byte) => byte === 0x78)).toBe(true);
    reader.leave();

    expect(await mock.lastRequest().ended).toBe('client-left');
  });

  it('controlledReply sends when the test says so', async () => {
    const script = controlledReply();
    await using mock = await mockOf(script.reply);

    const reading = fetchFrom(mock);
    await script.send('data: 1\n\n');
    const reader = (await reading).body?.getReader();
    const first = await reader?.read();
    await script.send('data: 2\n\n');
    const second = await reader?.read();
    await script.end();

    expect([first, second].map((block) => Buffer.from(block?.value ?? '').toString())).toEqual([
      'data: 1\n\n',
      'data: 2\n\n',
    ]);
    expect((await reader?.read())?.done).toBe(true);
  });

  it('controlledReply tells when the client has left', async () => {
    const script = controlledReply();
    await using mock = await mockOf(script.reply);
    const leaving = new AbortController();

    const reading = fetchFrom(mock, leaving.signal);
    await script.started;
    await reading;
    leaving.abort();

    await expect(script.left).resolves.toBeUndefined();
  });
});
