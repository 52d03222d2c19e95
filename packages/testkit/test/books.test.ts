import { describe, expect, it } from 'vitest';
import {
  BookkeepingProvider,
  BookkeepingZion,
  createDice,
  parseSseJson,
  startBreakableLink,
  startServer,
} from '../src/index.ts';

const post = (url: string, body: object, headers: { readonly [name: string]: string } = {}) =>
  fetch(url, { method: 'POST', body: JSON.stringify(body), headers });

describe('dice', () => {
  it('fall the same for the same seed, and otherwise for another', () => {
    const rolls = (seed: number) => {
      const dice = createDice(seed);
      return Array.from({ length: 50 }, () => dice.below(1000));
    };
    expect(rolls(7)).toEqual(rolls(7));
    expect(rolls(8)).not.toEqual(rolls(7));
    expect(rolls(7).every((roll) => roll >= 0 && roll < 1000)).toBe(true);
  });
});

describe('the bookkeeping provider', () => {
  it('books what it tells, in both dialects, whole and streamed', async () => {
    await using provider = await BookkeepingProvider.start({
      plan: () => ({ words: 3, pauseMs: 0 }),
    });
    const chat = await post(`${provider.url}/v1/chat/completions`, { model: 'call-1' });
    const message = await post(`${provider.url}/v1/messages`, { model: 'call-2', stream: true });
    const events = parseSseJson(await message.text());

    const [first, second] = provider.calls;
    expect(await chat.json()).toMatchObject({
      model: 'call-1',
      usage: { prompt_tokens: first?.inputTokens, completion_tokens: 3 },
    });
    expect(events.at(0)).toMatchObject({
      message: { model: 'call-2', usage: { input_tokens: second?.inputTokens } },
    });
    expect(events.at(-2)).toMatchObject({ usage: { output_tokens: 3 } });
    expect(provider.calls.map(({ isWhole }) => isWhole)).toEqual([true, true]);
  });

  it('books a call whose client left as one that did not go out whole', async () => {
    await using provider = await BookkeepingProvider.start({
      plan: () => ({ words: 1_000, pauseMs: 20 }),
    });
    const left = new AbortController();
    const response = await fetch(`${provider.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'call-1', stream: true }),
      signal: left.signal,
    });
    expect(response.status).toBe(200);
    left.abort();
    await provider.idle();
    expect(provider.calls).toMatchObject([{ model: 'call-1', isWhole: false }]);
  });
});

describe('the bookkeeping Zion', () => {
  const batch = { increments: [{ email: 'a@users.test', aiRequests: 1 }] };
  const path = '/api/v1/usage/external/batch-increment';

  it('counts a batch once, though it hangs up and is sent again under its key', async () => {
    await using zion = await BookkeepingZion.start(createDice(1), { failing: 0, hangingUp: 1 });
    const send = () => post(zion.url + path, batch, { 'idempotency-key': 'one' });
    await expect(send()).rejects.toThrow();
    zion.troubles.hangingUp = 0;
    expect((await send()).status).toBe(200);
    expect(zion.counted).toHaveLength(1);
  });

  it('refuses a key that comes with another batch', async () => {
    await using zion = await BookkeepingZion.start(createDice(1));
    const headers = { 'idempotency-key': 'one' };
    await post(zion.url + path, batch, headers);
    const other = { increments: [{ email: 'b@users.test', aiRequests: 1 }] };
    expect((await post(zion.url + path, other, headers)).status).toBe(409);
    expect(zion.counted).toHaveLength(1);
  });
});

describe('a breakable link', () => {
  it('passes while it is open, resets while it is cut, is silent while it hangs, and mends', async () => {
    await using server = await startServer((_request, response) => response.end('hello'));
    await using link = await startBreakableLink({ port: server.port });
    const ask = async (signal?: AbortSignal) =>
      (
        await fetch(`http://127.0.0.1:${link.port}/`, signal === undefined ? {} : { signal })
      ).text();

    expect(await ask()).toBe('hello');
    link.set('cut');
    await expect(ask()).rejects.toThrow();
    link.set('hung');
    await expect(ask(AbortSignal.timeout(100))).rejects.toThrow(/abort|timeout/i);
    link.set('open');
    expect(await ask()).toBe('hello');
  });
});
