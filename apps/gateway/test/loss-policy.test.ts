import {
  chatResponse,
  createHarness,
  type Harness,
  messageResponse,
  streamingChunks,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { type Body, fieldsOf, type Posted, post } from './support/chat-face.ts';

const CLAUDE = 'claude-haiku-4-5';

const start = (losses: unknown = {}): Promise<Harness> =>
  createHarness(createApp, { settings: { config: { losses } } });

/** A face, asked for what Claude has no words for: two hints, one of them in a list of messages. */
interface Asked {
  readonly face: string;
  readonly path: string;
  readonly body: Body;
  /** As the client's own body has them, in the order of the header. */
  readonly dropped: readonly string[];
  /** The same in the ledger, in the hub's words. */
  readonly booked: readonly string[];
}

const NAMED = { role: 'user', name: 'ann', content: 'Hi' };

const ASKED: readonly Asked[] = [
  {
    face: 'Chat Completions',
    path: '/v1/chat/completions',
    body: {
      model: CLAUDE,
      max_tokens: 64,
      seed: 7,
      messages: [{ role: 'system', content: 'Be brief.' }, NAMED],
    },
    dropped: ['messages[1].name', 'seed'],
    booked: ['messages[1].name', 'seed'],
  },
  {
    face: 'Responses',
    path: '/v1/responses',
    body: {
      model: CLAUDE,
      max_output_tokens: 64,
      prompt_cache_key: 'k',
      instructions: 'Be brief.',
      input: [
        { role: 'user', content: 'Hi' },
        { role: 'developer', content: 'Now.' },
      ],
    },
    dropped: ['input[1]:moved', 'prompt_cache_key'],
    booked: ['messages[2]:moved', 'cacheKey'],
  },
  {
    face: 'Gemini',
    path: `/v1beta/models/${CLAUDE}:generateContent`,
    body: {
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      generationConfig: { maxOutputTokens: 64, seed: 7, presencePenalty: 0.5 },
    },
    dropped: ['generationConfig.presencePenalty', 'generationConfig.seed'],
    booked: ['presencePenalty', 'seed'],
  },
  {
    face: 'native',
    path: '/native/v1/chat/completions',
    body: { model: CLAUDE, max_tokens: 64, stop: [' '], messages: [NAMED] },
    dropped: ['messages[0].name', 'stop:emulated'],
    booked: ['messages[0].name', 'stopSequences:emulated'],
  },
];

const split = (header: string | null): readonly string[] => header?.split(', ') ?? [];

describe.each(ASKED)('on the $face face', ({ path, body, dropped, booked }) => {
  it('what is dropped is told in the client’s words, and booked in the hub’s', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageSuccess();

    const reply = await post(harness, path, body);

    expect(reply.status).toBe(200);
    expect(split(reply.headers.get('x-tollgate-dropped'))).toEqual(dropped);
    expect((await harness.usage()).map(({ losses }) => losses)).toEqual([booked]);
  });

  it('a strict call is refused with all of it at once, and nobody is asked', async () => {
    await using harness = await start();

    const reply = await post(harness, path, body, { headers: { 'x-tollgate-strict': 'true' } });

    expect(reply.status).toBe(400);
    for (const name of dropped) expect(reply.text).toContain(name.replace(/:.*/, ''));
    expect(harness.anthropic.receivedRequests()).toEqual([]);
    expect(await harness.usage()).toEqual([]);
  });

  it('one of them is refused alone where the operator says so', async () => {
    const feature =
      path === '/v1/responses'
        ? 'cacheKey'
        : path.startsWith('/native')
          ? 'participantName'
          : 'seed';
    await using harness = await start({ 'anthropic/claude-*': { [feature]: 'refuse' } });

    const reply = await post(harness, path, body);

    // What is said otherwise can't be refused alone.
    const [refused = '', other = ''] = path.startsWith('/native') ? dropped : dropped.toReversed();
    expect(reply.status).toBe(400);
    expect(reply.text).toContain(`asked: ${refused} (`);
    expect(reply.text).not.toContain(other.replace(/:.*/, ''));
  });
});

describe('a strict call of the Messages face', () => {
  it('is refused with its own names', async () => {
    await using harness = await start();
    const body = {
      model: 'openai/gpt-4o',
      max_tokens: 64,
      top_k: 3,
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      messages: [{ role: 'user', content: 'Hi' }],
    };

    const reply = await post(harness, '/v1/messages', body, {
      headers: { 'x-tollgate-strict': 'true' },
    });

    expect(reply.status).toBe(400);
    expect(fieldsOf(fieldsOf(reply.json)['error'])).toEqual({
      type: 'invalid_request_error',
      message: expect.stringMatching(
        /top_k \(.*system\[0\]\.cache_control \(|system\[0\]\.cache_control \(.*top_k \(/,
      ),
    });
  });
});

describe('a meaning that may go by the operator’s word', () => {
  it('goes, and is told', async () => {
    await using harness = await start({ 'anthropic/claude-opus-5-5': { toolChoice: 'drop' } });
    harness.anthropic.mockMessageSuccess();

    const reply = await post(harness, '/v1/chat/completions', {
      model: 'claude-opus-5-5',
      max_tokens: 64,
      messages: [{ role: 'user', content: 'Hi' }],
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
      tool_choice: 'required',
    });

    expect(reply.status).toBe(200);
    // Asked for in words, and no error where it does not come.
    expect(harness.anthropic.lastRequest().body).toMatchObject({ tool_choice: { type: 'auto' } });
    expect(reply.json).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
    expect(reply.headers.get('x-tollgate-dropped')).toBe('tool_choice:emulated');
  });
});

describe('what a face can’t say of a reply', () => {
  /** What Anthropic ran itself, which is its own dialect's to tell. */
  const searched = {
    ...messageResponse('So.'),
    content: [
      { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'a' } },
      { type: 'text', text: 'So.' },
    ],
  };
  const lines = (reply: Posted): readonly string[] =>
    split(reply.headers.get('x-tollgate-dropped')).filter((line) => line.startsWith('choices'));

  it.each(ASKED)('on the $face face stands in ledger and header', async ({ path, body }) => {
    await using harness = await start();
    harness.anthropic.mockMessageSuccess(searched);

    const reply = await post(harness, path, body);

    expect(reply.status).toBe(200);
    expect(lines(reply)).toEqual(['choices[0].content[0]']);
    const [booked] = await harness.usage();
    expect(booked?.losses).toEqual(split(reply.headers.get('x-tollgate-dropped')).map(inHub));
  });

  /** The request's own were told in its client's words; only those of the reply are looked at. */
  const inHub = (line: string): unknown => (line.startsWith('choices') ? line : expect.any(String));

  it('on the Messages face too, of a provider of another dialect', async () => {
    await using harness = await start();
    const reply = { ...chatResponse('So.') };
    const [choice] = reply.choices;
    const logprobs = { content: [{ token: 'So.', logprob: -0.1, top_logprobs: [] }] };
    harness.openai.mockChatCompletionSuccess({ ...reply, choices: [{ ...choice, logprobs }] });

    const answer = await post(harness, '/v1/messages', {
      model: 'openai/gpt-4o',
      max_tokens: 64,
      messages: [{ role: 'user', content: 'Hi' }],
    });

    expect(lines(answer)).toEqual(['choices[0].content[0].logprobs']);
    expect((await harness.usage()).map(({ losses }) => losses)).toEqual([
      ['choices[0].content[0].logprobs'],
    ]);
  });

  it('stands in the ledger alone once the reply streams', async () => {
    await using harness = await start();
    const logprobs = { content: [{ token: 'So.', logprob: -0.1, top_logprobs: [] }] };
    const chunks = streamingChunks('So.').map((chunk) => ({
      ...chunk,
      choices: chunk.choices.map((choice) => ({ ...choice, logprobs })),
    }));
    harness.openai.mockChatCompletionStream(chunks);

    const answer = await post(harness, '/v1/messages', {
      model: 'openai/gpt-4o',
      max_tokens: 64,
      stream: true,
      messages: [{ role: 'user', content: 'Hi' }],
    });

    expect([answer.status, lines(answer)]).toEqual([200, []]);
    expect((await harness.usage()).map(({ losses }) => losses)).toEqual([
      ['choices[0].content[0].logprobs'],
    ]);
  });

  it('is no reason to refuse a strict call, which was paid for', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageSuccess(searched);

    const reply = await post(
      harness,
      '/v1/chat/completions',
      { model: CLAUDE, max_tokens: 64, messages: [{ role: 'user', content: 'Hi' }] },
      { headers: { 'x-tollgate-strict': 'true' } },
    );

    expect([reply.status, lines(reply)]).toEqual([200, ['choices[0].content[0]']]);
  });
});
