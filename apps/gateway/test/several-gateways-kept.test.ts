import { engineTitle, missingPostgres, missingRedis } from '@tollgate/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createPostgresDatabase } from '../src/adapters/postgres/postgres-database.ts';
import { messageReply, startProvider } from './support/scripted-provider.ts';
import { type SharedGateway, sharedGateways } from './support/shared-gateways.ts';

/* What one gateway keeps is found by the others. */

const missing = (await missingPostgres()) ?? (await missingRedis());

const Told = z.looseObject({ id: z.string(), status: z.string() });
const Made = z.object({ plaintext: z.string() });

const CREATE = '/v1/responses';
const asked = (model: string, fields: { readonly [field: string]: unknown } = {}) => ({
  body: { model: `openai/${model}`, input: 'Count.', ...fields },
});

async function told(answer: Promise<Response>) {
  const response = await answer;
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status}: ${text}`);
  return Told.parse(JSON.parse(text));
}

const statusOf = async (gateway: SharedGateway, id: string): Promise<string> =>
  (await told(gateway.ask(`${CREATE}/${id}`))).status;

/** Undefined while nobody can tell. */
const statusAt = (gateway: SharedGateway, id: string): Promise<string | undefined> =>
  statusOf(gateway, id).catch(() => undefined);

describe.skipIf(missing !== undefined)(engineTitle('what one gateway keeps', missing), () => {
  let shared: Awaited<ReturnType<typeof sharedGateways>>;
  beforeEach(async () => {
    shared = await sharedGateways((model) =>
      model === 'slow'
        ? { words: 100, pauseMs: 100 }
        : { words: 3, pauseMs: model === 'second' ? 700 : 0 },
    );
  });
  afterEach(() => shared[Symbol.asyncDispose]());

  it('another reads, goes on from, lists the input of, and deletes for all', async () => {
    const [one, other] = [await shared.start(), await shared.start()];
    const { id } = await told(one.ask(CREATE, asked('a', { input: 'First.' })));

    expect(await told(other.ask(`${CREATE}/${id}`))).toMatchObject({ id, status: 'completed' });
    const next = await told(other.ask(CREATE, asked('b', { previous_response_id: id })));
    const third = asked('c', { previous_response_id: next.id });
    expect((await one.ask(CREATE, third)).status).toBe(200);
    const inputs = await (await other.ask(`${CREATE}/${id}/input_items`)).json();
    expect(JSON.stringify(inputs)).toContain('First.');
    expect((await other.ask(`${CREATE}/${id}`, { method: 'DELETE' })).status).toBe(200);

    for (const gateway of [one, other]) {
      expect((await gateway.ask(`${CREATE}/${id}`)).status).toBe(404);
      // What came after it is gone on from no more.
      expect((await gateway.ask(CREATE, third)).status).toBe(404);
    }
  });

  it('is another key’s on no gateway: the same as what never was', async () => {
    const [one, other] = [await shared.start(), await shared.start()];
    const made = await one.ask('/admin/v1/keys', { body: { name: 'other' } });
    const { plaintext: key } = Made.parse(await made.json());
    const { id } = await told(one.ask(CREATE, asked('a')));
    await expect
      .poll(async () => (await other.ask('/v1/models', { key })).status, { timeout: 3_000 })
      .toBe(200);

    for (const [path, method] of [
      ['', 'GET'],
      ['', 'DELETE'],
      ['/cancel', 'POST'],
      ['/input_items', 'GET'],
    ] as const) {
      const theirs = await other.ask(`${CREATE}/${id}${path}`, { key, method });
      const nobodys = await other.ask(`${CREATE}/resp_0${path}`, { key, method });
      expect(theirs.status).toBe(404);
      expect((await theirs.text()).replaceAll(id, 'resp_0')).toBe(await nobodys.text());
    }
    expect(await statusOf(one, id)).toBe('completed');
  });

  it('is a response in the background that another sees run, and end', async () => {
    const [one, other] = [await shared.start(), await shared.start()];
    const { id } = await told(one.ask(CREATE, asked('slow', { background: true })));
    await expect.poll(() => statusOf(other, id)).toBe('in_progress');

    await one.close();

    // It stopped, and ended what it ran.
    expect(await told(other.ask(`${CREATE}/${id}`))).toMatchObject({
      status: 'failed',
      error: { code: 'shutting_down' },
    });
    const { id: quick } = await told(other.ask(CREATE, asked('a', { background: true })));
    await expect.poll(() => statusOf(other, quick)).toBe('completed');
  }, 30_000);

  it('is a response in the background that another cancels, or deletes', async () => {
    const [one, other] = [await shared.start(), await shared.start()];
    const start = () => told(one.ask(CREATE, asked('slow', { background: true })));
    const [cancelled, deleted] = [await start(), await start()];
    await expect.poll(() => shared.provider.calls.length).toBe(2);

    const answer = other.ask(`${CREATE}/${cancelled.id}/cancel`, { method: 'POST' });
    expect(await told(answer)).toMatchObject({ id: cancelled.id, status: 'cancelled' });
    expect(await statusOf(one, cancelled.id)).toBe('cancelled');
    expect((await other.ask(`${CREATE}/${deleted.id}`, { method: 'DELETE' })).status).toBe(200);

    expect(shared.provider.calls.map(({ isWhole }) => isWhole)).toEqual([false, false]);
    expect((await one.ask(`${CREATE}/${deleted.id}`)).status).toBe(404);
    const usage = await other.app.usage();
    expect(usage.map(({ status }) => status)).toEqual(['client_closed', 'client_closed']);
  }, 30_000);

  it('has failed for all when the gateway that made it was killed', async () => {
    const [one, other] = [await shared.start(), await shared.start()];
    const { id } = await told(one.ask(CREATE, asked('slow', { background: true })));
    await expect.poll(() => statusOf(other, id)).toBe('in_progress');
    const db = createPostgresDatabase({ url: shared.databaseUrl });
    // As if a gateway that is dead had made it.
    await db.run(
      `update kept set body = regexp_replace(body, '"worker":"[^"]+"', '"worker":"gw_dead"')
       where id = '${id}'`,
    );
    await db.close();

    await expect.poll(() => statusOf(other, id), { timeout: 10_000 }).toBe('failed');
    const reply = await one.ask(CREATE, asked('a', { previous_response_id: id }));
    expect(reply.status).toBe(400);
    expect(await reply.text()).toContain('its status is failed');
  }, 30_000);

  it('is gone on from by the model that a native conversation has elsewhere', async () => {
    const simple = Array.from({ length: 8 }, (_none, index) => ({ model: `openai/m${index}` }));
    const config = { tiers: { simple } };
    const [one, other] = [await shared.start({ config }), await shared.start({ config })];
    const say = (gateway: SharedGateway) =>
      gateway.ask('/native/v1/chat/completions', {
        body: { conversation_id: 'c', tier: 'simple', messages: [{ role: 'user', content: 'Hi' }] },
      });

    for (const gateway of [one, other, other, one, other]) {
      expect((await say(gateway)).status).toBe(200);
    }

    expect(new Set(shared.provider.calls.map(({ model }) => model)).size).toBe(1);
    expect(shared.provider.calls).toHaveLength(5);
  });

  it('is state of a provider that is too long for its client to carry', async () => {
    const thoughts = { type: 'thinking', thinking: 'Hm. '.repeat(900), signature: 'sig+/1=' };
    const call = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} };
    await using claude = await startProvider([
      messageReply('msg_1', [thoughts, call]),
      messageReply('msg_2', [{ type: 'text', text: 'Fine.' }]),
    ]);
    const providers = {
      claude: { apiKey: 'k', baseUrl: claude.url, dialect: 'anthropic-messages' },
    };
    const [one, other] = [await shared.start({ providers }), await shared.start({ providers })];
    const path = '/v1/chat/completions';
    const question = { role: 'user', content: 'Weather?' };
    const model = 'claude/claude-sonnet-4-5';
    const first = await one.ask(path, { body: { model, messages: [question], stream: true } });
    const [id] = /tgs1_[\w-]+/.exec(await first.text()) ?? [];
    expect(id).toMatch(/^tgs1_k/);

    const calls = [{ id, type: 'function', function: { name: 'weather', arguments: '{}' } }];
    const second = await other.ask(path, {
      body: {
        model,
        messages: [
          question,
          { role: 'assistant', content: null, tool_calls: calls },
          { role: 'tool', tool_call_id: id, content: 'Fine.' },
        ],
      },
    });

    expect(second.status).toBe(200);
    expect(second.headers.get('x-tollgate-dropped')).not.toContain('tool_calls');
    expect(JSON.stringify(claude.sent[1]?.body)).toContain(JSON.stringify(thoughts.signature));
  });

  it('is a response in the background though PostgreSQL was away when it ended', async () => {
    const storage = { deadAfterSeconds: 30 };
    const [one, other] = [await shared.start({ storage }), await shared.start({ storage })];
    const { id } = await told(one.ask(CREATE, asked('second', { background: true })));
    await expect.poll(() => shared.provider.calls.length).toBe(1);
    shared.postgres.set('cut');
    await expect.poll(() => shared.provider.calls[0]?.isWhole, { timeout: 10_000 }).toBe(true);
    shared.postgres.set('open');

    for (const gateway of [other, one]) {
      await expect.poll(() => statusAt(gateway, id), { timeout: 20_000 }).toBe('completed');
    }
  }, 60_000);

  it('is not told while PostgreSQL is away, which is said, and never mistaken for none', async () => {
    const one = await shared.start();
    const { id } = await told(one.ask(CREATE, asked('a')));
    shared.postgres.set('cut');

    const reply = await one.ask(`${CREATE}/${id}`);
    expect(reply.status).toBe(503);
    expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
    shared.postgres.set('open');

    await expect
      .poll(async () => (await one.ask(`${CREATE}/${id}`)).status, { timeout: 10_000 })
      .toBe(200);
  }, 30_000);
});
