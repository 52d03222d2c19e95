import { describe, expect, it, vi } from 'vitest';
import { createEventSource } from './event-source.ts';

const stream = (text: string): Response =>
  new Response(text, { headers: { 'content-type': 'text/event-stream' } });

/** Answers in turn; the last one stays. Records what was asked for. */
function scripted(...answers: readonly (() => Response | Promise<Response>)[]) {
  const asked: Headers[] = [];
  const fetch: typeof globalThis.fetch = async (_url, init) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(new Headers(init?.headers));
    if (answer === undefined) throw new Error('no answer is scripted');
    return await answer();
  };
  return { asked, fetch };
}

const nextOf = (
  source: {
    addEventListener(type: string, listener: (event: { readonly data: string }) => void): void;
  },
  type: string,
) => new Promise<string>((resolve) => source.addEventListener(type, ({ data }) => resolve(data)));

describe('createEventSource', () => {
  it('sends its headers and, when it connects again, the last event it saw', async () => {
    vi.useFakeTimers();
    try {
      const { asked, fetch } = scripted(
        () => stream('id: 7\ndata: one\n\n'),
        () => stream('data: two\n\n'),
      );
      const Source = createEventSource({ fetch, headers: { authorization: 'Bearer k' } });

      const source = new Source('http://gateway/trpc/usage.tail');
      expect(await nextOf(source, 'message')).toBe('one');
      await nextOf(source, 'error');
      const two = nextOf(source, 'message');
      await vi.advanceTimersByTimeAsync(500);
      expect(await two).toBe('two');
      source.close();

      expect(asked.map((headers) => headers.get('authorization'))).toEqual([
        'Bearer k',
        'Bearer k',
      ]);
      expect(asked.map((headers) => headers.get('last-event-id'))).toEqual([null, '7']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('waits longer each time that nobody answers, and leaves no timer when it is closed', async () => {
    vi.useFakeTimers();
    try {
      const { asked, fetch } = scripted(() => Promise.reject(new Error('refused')));
      const Source = createEventSource({ fetch, headers: {} });

      const source = new Source('http://gateway/');
      await vi.advanceTimersByTimeAsync(500 + 1_000 + 2_000);
      expect(asked).toHaveLength(4);
      source.close();
      await vi.advanceTimersByTimeAsync(60_000);

      expect(asked).toHaveLength(4);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('closes at a refusal that another try cannot change, with the gateway’s words', async () => {
    const { asked, fetch } = scripted(() =>
      Response.json({ error: { message: 'no', code: -32001 } }, { status: 401 }),
    );
    const Source = createEventSource({ fetch, headers: {} });

    const source = new Source('http://gateway/');

    expect(JSON.parse(await nextOf(source, 'serialized-error'))).toEqual({
      message: 'no',
      code: -32001,
    });
    expect([source.readyState, asked.length]).toEqual([source.CLOSED, 1]);
  });

  it('closes with an error where the refusal is not the gateway’s own', async () => {
    const { fetch } = scripted(() => new Response('<html>', { status: 404 }));
    const Source = createEventSource({ fetch, headers: {} });

    const source = new Source('http://gateway/');
    await nextOf(source, 'error');

    expect(source.readyState).toBe(source.CLOSED);
  });
});
