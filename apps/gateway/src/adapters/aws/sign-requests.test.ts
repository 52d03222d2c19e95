import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../config/secret.ts';
import { createManualClock } from '../test-support/manual-clock.ts';
import { createAwsAuth } from './sign-requests.ts';

const NOW = Date.UTC(2026, 10, 26, 12, 34, 56, 789);
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPx' };

/** What the official clients hash with, by Node. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    const key = typeof secret === 'string' || secret === undefined ? secret : bytes(secret);
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', key);
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === 'string' ? data : bytes(data));
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
  reset(): void {}
}

const bytes = (data: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);

/** The same request signed by the official clients' own code. */
async function officially(url: URL, body: string, sessionToken?: string) {
  const signer = new SignatureV4({
    service: 'bedrock',
    region: 'eu-west-1',
    credentials: { ...CREDENTIALS, ...(sessionToken === undefined ? {} : { sessionToken }) },
    sha256: Sha256,
    applyChecksum: false,
  });
  const { headers } = await signer.sign(
    {
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host },
      body,
    },
    { signingDate: new Date(NOW) },
  );
  return headers;
}

const ourAuth = (sessionToken?: string) =>
  createAwsAuth({
    accessKeyId: new Secret(CREDENTIALS.accessKeyId),
    secretAccessKey: new Secret(CREDENTIALS.secretAccessKey),
    ...(sessionToken === undefined ? {} : { sessionToken: new Secret(sessionToken) }),
    region: 'eu-west-1',
    service: 'bedrock',
    clock: createManualClock(NOW),
  });

const proofFor = (auth: ReturnType<typeof ourAuth>, url: URL, body: Uint8Array | string) =>
  auth.prove({
    provider: 'bedrock',
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    deadlines: { connectMs: 1, headersMs: 1, idleMs: 1, totalMs: 1 },
    signal: new AbortController().signal,
  });

const BASE = 'https://bedrock-runtime.eu-west-1.amazonaws.com';
const ARN = encodeURIComponent(
  'arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
);

describe('createAwsAuth', () => {
  it.each([
    ['a plain name', '/model/amazon.nova-pro/converse', undefined],
    ['a name with a colon', '/model/amazon.nova-pro-v1%3A0/converse-stream', undefined],
    ['an ARN', `/model/${ARN}/invoke`, undefined],
    ['characters that only AWS encodes', '/model/it%27s%28%2A%29/converse', undefined],
    ['a query', '/foundation-models?byProvider=a%20b&a=1', undefined],
    ['a session', '/model/amazon.nova-pro-v1%3A0/converse', 'FwoGZXIvYXdzEJr//token=='],
  ])('signs %s as the official clients do', async (_case, path, sessionToken) => {
    const url = new URL(BASE + path);
    const body = '{"messages":[{"role":"user","content":[{"text":"Grüße 🚀"}]}]}';
    const theirs = await officially(url, body, sessionToken);

    const text = await proofFor(ourAuth(sessionToken), url, body);
    const bytesToo = await proofFor(ourAuth(sessionToken), url, Buffer.from(body));

    expect(text).toEqual({
      ok: true,
      value: {
        authorization: theirs['authorization'],
        'x-amz-date': '20261126T123456Z',
        ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
      },
    });
    expect(bytesToo).toEqual(text);
  });

  it('signs the next request anew', async () => {
    const auth = ourAuth();
    const url = new URL(`${BASE}/model/m/converse`);

    const first = await proofFor(auth, url, '{"a":1}');
    const second = await proofFor(auth, url, '{"a":2}');
    const again = await proofFor(auth, url, '{"a":1}');

    expect(second).not.toEqual(first);
    expect(again).toEqual(first);
  });
});
