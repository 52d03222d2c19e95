import {
  engineTitle,
  missingPostgres,
  missingRedis,
  startServer,
  TEST_ADMIN_KEY,
} from '@tollgate/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type SharedGateway, sharedGateways } from './support/shared-gateways.ts';

/* What several gateways tell of their calls: the same, and once. */

const missing = (await missingPostgres()) ?? (await missingRedis());

const Made = z.object({ plaintext: z.string(), stored: z.object({ id: z.string() }) });

const ask = (gateway: SharedGateway, model: string, key?: string) =>
  gateway.ask('/v1/chat/completions', {
    ...(key !== undefined && { key }),
    body: { model: `openai/${model}`, messages: [{ role: 'user', content: 'Count.' }] },
  });

describe.skipIf(missing !== undefined)(engineTitle('several gateways', missing), () => {
  let shared: Awaited<ReturnType<typeof sharedGateways>>;
  beforeEach(async () => {
    shared = await sharedGateways(() => ({ words: 3, pauseMs: 0 }));
  });
  afterEach(() => shared[Symbol.asyncDispose]());

  it('tell of a budget’s thresholds once, whichever of them its calls came by', async () => {
    const told: unknown[] = [];
    const receiver = await startServer(async (req, res) => {
      let text = '';
      for await (const chunk of req) text += chunk;
      told.push(...JSON.parse(text).events.map(({ percent }: { percent: number }) => percent));
      res.end();
    });
    const secret = 'a-secret-of-the-threshold-test';
    const webhooks = { finance: { url: receiver.url, secret, kinds: ['budget.threshold'] } };
    const config = { outbox: { webhooks, privateHosts: ['127.0.0.1'] } };
    const maker = await shared.start({ config });
    const made = await maker.ask('/admin/v1/keys', { body: { name: 'app' } });
    const { plaintext: key, stored } = Made.parse(await made.json());
    const scope = { kind: 'key', id: stored.id };
    const body = { scope, budget: '20 requests/life' };
    expect((await maker.ask('/admin/v1/budgets', { body })).status).toBe(201);
    // Started after they were made: they know of them.
    const [one, other] = [await shared.start({ config }), await shared.start({ config })];

    const calls = Array.from({ length: 20 }, (_none, at) =>
      ask(at % 2 === 0 ? one : other, `m${at}`, key),
    );
    for (const { status } of await Promise.all(calls)) expect(status).toBe(200);

    await expect.poll(() => told.toSorted(), { timeout: 10_000 }).toEqual([100, 50, 80]);
    // What is told twice would be told by the gateways’ ends.
    await one.close();
    await other.close();
    expect(told).toHaveLength(3);
    await receiver.close();
  }, 40_000);

  it('tell who follows usage by one of them of the calls of all, once', async () => {
    const [one, other] = [await shared.start(), await shared.start()];
    await (await ask(one, 'before')).text();
    // Reports show all that was recorded so far.
    expect(await one.app.usage()).toHaveLength(1);
    await using tail = await followed(other);

    await tail.begun;
    for (const gateway of [one, other]) {
      expect((await ask(gateway, gateway === one ? 'of-one' : 'of-other')).status).toBe(200);
    }

    await expect.poll(() => tail.models().toSorted(), { timeout: 8_000 }).toEqual(both);
    // Two more looks tell nothing again.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(tail.models().toSorted()).toEqual(both);
  }, 30_000);
});

const both = ['of-one', 'of-other'];

/** The models of the calls that a gateway tells of. */
async function followed(gateway: SharedGateway) {
  const leaving = new AbortController();
  const response = await fetch(`${gateway.url}/trpc/usage.tail`, {
    headers: { authorization: `Bearer ${TEST_ADMIN_KEY}` },
    signal: leaving.signal,
  });
  let told = '';
  const begun = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      told += piece;
      begun.resolve();
    }
  })().catch(() => undefined);
  return {
    begun: begun.promise,
    models: () => [...told.matchAll(/"modelServed":"([^"]+)"/g)].map(([, model = '']) => model),
    [Symbol.asyncDispose]: async () => {
      leaving.abort();
      await reading;
    },
  };
}
