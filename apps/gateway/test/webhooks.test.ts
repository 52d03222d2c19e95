import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { createHarness, type DisposableServer, startServer } from '@tollgate/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';

const SECRET = 'a-secret-of-the-webhook-test';
const DEADLINE_MS = 8_000;

interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Takes deliveries, and answers them with the statuses it was told, the last of them for ever. */
class Receiver implements AsyncDisposable {
  readonly deliveries: Delivery[] = [];
  statuses: number[] = [200];
  #server: DisposableServer | undefined;

  async start(): Promise<this> {
    this.#server = await startServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        this.deliveries.push({ headers: req.headers, body: Buffer.concat(chunks).toString() });
        const status = this.statuses.length > 1 ? this.statuses.shift() : this.statuses[0];
        res.writeHead(status ?? 200, { location: '/elsewhere' }).end('thanks');
      });
    });
    return this;
  }

  get url(): string {
    return this.#server?.url ?? '';
  }

  async waitFor(count: number): Promise<readonly Delivery[]> {
    await expect.poll(() => this.deliveries.length, { timeout: DEADLINE_MS }).toBe(count);
    return this.deliveries;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.close();
  }
}

let receiver: Receiver;
beforeEach(async () => {
  receiver = await new Receiver().start();
});
afterEach(() => receiver[Symbol.asyncDispose]());

async function start(outbox: object = { privateHosts: ['127.0.0.1'] }) {
  const webhooks = { finance: { url: `${receiver.url}/hook`, secret: SECRET } };
  const settings = { config: { outbox: { webhooks, ...outbox } } };
  const harness = await createHarness(createApp, { settings });
  harness.addSecret(SECRET);
  harness.addSecret(receiver.url);
  return harness;
}

const ask = (harness: Awaited<ReturnType<typeof start>>) => {
  harness.openai.mockChatCompletionWithUsage('Hi.', 11, 5);
  return harness
    .withToken()
    .post('/v1/chat/completions')
    .send({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello' }] })
    .expect(200);
};

type Verify = (delivery: Delivery & { readonly secret: string; readonly now?: number }) => boolean;

/** The function that the documentation gives to those who receive. */
async function documentedVerify(): Promise<Verify> {
  const page = readFileSync(new URL('../../../docs/outbox.md', import.meta.url), 'utf8');
  const code = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const module = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  return module.isFromTollgate;
}

describe('webhooks', () => {
  it('tell each call that was booked, signed as the documentation verifies it', async () => {
    await using harness = await start();
    const verify = await documentedVerify();

    await ask(harness);
    await harness.app.flush();
    const [delivery] = await receiver.waitFor(1);
    const [usage] = await harness.usage();

    if (delivery === undefined) throw new Error('nothing was delivered');
    const told = JSON.parse(delivery.body);
    expect(told).toEqual({
      id: delivery.headers['x-tollgate-delivery'],
      kind: 'usage.recorded',
      events: [
        expect.objectContaining({
          callId: usage?.callId,
          modelAsked: 'gpt-4o',
          usage: expect.objectContaining({ provenance: 'provider' }),
        }),
      ],
    });
    expect(verify({ ...delivery, secret: SECRET })).toBe(true);
    expect(verify({ ...delivery, secret: 'another-secret-of-16' })).toBe(false);
    expect(verify({ ...delivery, body: `${delivery.body} `, secret: SECRET })).toBe(false);
    const later = Date.now() + 3_600_000;
    expect(verify({ ...delivery, secret: SECRET, now: later })).toBe(false);
  });

  it('are repeated with the same id and body until the answer is 2xx, and follow no redirect', async () => {
    await using harness = await start();
    receiver.statuses = [503, 307, 204];

    await ask(harness);
    const deliveries = await receiver.waitFor(3);

    const bodies = new Set(deliveries.map(({ body }) => body));
    const ids = new Set(deliveries.map(({ headers }) => headers['x-tollgate-delivery']));
    expect(bodies.size).toBe(1);
    expect(ids.size).toBe(1);
    await expect
      .poll(async () => (await harness.request().get('/health')).body.checks.outbox, {
        timeout: DEADLINE_MS,
      })
      .toEqual({ status: 'healthy', pending: 0, dead: 0 });
  });

  it('wait over a restart, and go on under their id', async () => {
    await using harness = await start();
    receiver.statuses = [500];
    await ask(harness);
    const [first] = await receiver.waitFor(1);
    await harness.stopApp();
    const before = receiver.deliveries.length;
    receiver.statuses = [200];

    await harness.start();
    const deliveries = await receiver.waitFor(before + 1);

    expect(deliveries.at(-1)?.body).toBe(first?.body);
  });

  it('reach no address of one’s own network that is not listed, and the events wait', async () => {
    await using harness = await start({});

    await ask(harness);
    await harness.app.flush();

    const { body } = await harness.request().get('/health').expect(200);
    expect(body.checks.outbox).toMatchObject({ pending: 1, dead: 0 });
    expect(receiver.deliveries).toEqual([]);
    expect(harness.logs).toContainEqual(
      expect.objectContaining({ dependency: 'webhook:finance:usage.recorded' }),
    );
  });

  it('are told only what they want', async () => {
    const webhooks = {
      alarms: { url: `${receiver.url}/hook`, secret: SECRET, kinds: ['budget.threshold'] },
    };
    const privateHosts = ['127.0.0.1'];
    const settings = { config: { outbox: { webhooks, privateHosts } } };
    await using harness = await createHarness(createApp, { settings });

    await ask(harness);
    await harness.app.flush();

    expect(receiver.deliveries).toEqual([]);
    const { body } = await harness.request().get('/health').expect(200);
    expect(body.checks.outbox).toEqual({ status: 'healthy', pending: 0, dead: 0 });
  });
});
