import { chatResponse, messageEvents, messageResponse } from '@tollgate/testkit';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { type Body, post } from './support/chat-face.ts';
import { type Scripted, startScripted } from './support/scripted-providers.ts';

/* Legacy text completions of models that answer messages only. */

const PATH = '/v1/completions';
const CLAUDE = 'claude/claude-opus-5';

const start = (answer: Scripted) =>
  startScripted({ claude: { dialect: 'anthropic-messages' }, openai: {} }, () => answer);

type Event = ReturnType<typeof messageEvents>[number];

const framed = (events: readonly Event[]): string =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');

const HELLO = messageResponse('Hello there', { input: 5, output: 3 });

describe('a text completion of a model that answers messages', () => {
  it('has its prompt sent as a user’s message, and the answer back as text', async () => {
    await using app = await start({ body: HELLO });
    const client = new OpenAI({
      apiKey: app.harness.keys.member,
      baseURL: `${app.harness.url}/v1`,
      maxRetries: 0,
    });

    const { data, response } = await client.completions
      .create({
        model: CLAUDE,
        prompt: ['Say hello'],
        max_tokens: 40,
        stop: 'END',
        seed: 7,
        best_of: 1,
        user: 'u',
      })
      .withResponse();

    expect(data).toEqual({
      id: expect.stringMatching(/^(msg|cmpl)/),
      object: 'text_completion',
      created: expect.any(Number),
      model: HELLO.model,
      choices: [{ text: 'Hello there', index: 0, logprobs: null, finish_reason: 'stop' }],
      usage: expect.objectContaining({ prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 }),
    });
    expect(response.headers.get('x-tollgate-dropped')).toBe('seed');
    expect(app.sent[0]?.body).toMatchObject({
      max_tokens: 40,
      stop_sequences: ['END'],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Say hello' }] }],
      metadata: { user_id: 'u' },
    });
    expect(await app.harness.usage()).toMatchObject([
      { face: 'openai', provider: 'claude', inputTokens: 5, outputTokens: 3, losses: ['seed'] },
    ]);
  });

  it('streams in chunks of text, with usage where that is asked for', async () => {
    await using app = await start({
      type: 'text/event-stream',
      body: framed(messageEvents(HELLO)),
    });
    const client = new OpenAI({
      apiKey: app.harness.keys.member,
      baseURL: `${app.harness.url}/v1`,
    });

    const chunks: OpenAI.Completion[] = [];
    const stream = await client.completions.create({
      model: CLAUDE,
      prompt: 'Say hello',
      stream: true,
      stream_options: { include_usage: true },
    });
    for await (const chunk of stream) chunks.push(chunk);
    const plain = await post(app.harness, PATH, { model: CLAUDE, prompt: 'Hi', stream: true });

    expect(new Set(chunks.map(({ object }) => object))).toEqual(new Set(['text_completion']));
    expect(chunks.map(({ choices }) => choices[0]?.text ?? '').join('')).toBe('Hello there');
    expect(chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? [])).toEqual(['stop']);
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 },
    });
    expect(plain.text).toMatch(/\ndata: \[DONE\]\n\n$/);
    expect(plain.text).not.toContain('usage');
  });

  it('ends a cut with an error and without an end', async () => {
    await using app = await start({
      type: 'text/event-stream',
      body: framed(messageEvents(HELLO).slice(0, -2)),
    });

    const reply = await post(app.harness, PATH, { model: CLAUDE, prompt: 'Hi', stream: true });

    expect(reply.text).toContain('data: {"error":{');
    expect(reply.text).not.toContain('[DONE]');
    expect(await app.harness.usage()).toMatchObject([{ errorKind: 'provider_truncated' }]);
  });

  it('says in the ledger that reasoning had no place', async () => {
    const content = [{ type: 'thinking', thinking: 'Hm', signature: 's' }, ...HELLO.content];
    await using app = await start({ body: { ...HELLO, content } });

    const asked = { model: CLAUDE, prompt: 'Hi', max_tokens: 99 };
    const reply = await post(app.harness, PATH, asked);

    expect(reply.json).toMatchObject({ choices: [{ text: 'Hello there' }] });
    expect(reply.headers.get('x-tollgate-dropped')).toContain('choices[0].content[0]');
    const [usage] = await app.harness.usage();
    expect(usage?.losses).toContain('choices[0].content[0]');
  });

  it.each<[Body, string]>([
    [{ suffix: 'the end' }, 'suffix'],
    [{ echo: true }, 'echo'],
    [{ best_of: 3 }, 'best_of'],
    [{ prompt: ['a', 'b'] }, 'prompt: this model answers one prompt a call'],
    [{ prompt: [1, 2, 3] }, 'prompt: tokens are of another'],
    [{ prompt: [[1], [2]] }, 'prompt: tokens are of another'],
    [{ prompt: '' }, 'prompt: '],
    [{ prompt: undefined }, 'prompt: '],
    [{ temperature: 'hot' }, 'temperature: '],
  ])('is refused where it is more than one message can be: %j', async (asked, message) => {
    await using app = await start({ body: HELLO });

    const reply = await post(app.harness, PATH, { model: CLAUDE, prompt: 'Hi', ...asked });

    expect(reply.status).toBe(400);
    expect(Object(Object(reply.json).error).message).toContain(message);
    expect(app.sent).toEqual([]);
    expect(await app.harness.usage()).toEqual([]);
  });
});

describe('a text completion of a provider that has them', () => {
  it('passes as it is', async () => {
    await using app = await start({ body: chatResponse('Ok') });
    const body = '{"model":"openai/davinci-002", "prompt":["a","b"],"echo":true,"suffix":"c"}';

    const reply = await post(app.harness, PATH, body);

    expect(reply.status).toBe(200);
    expect(app.sent[0]).toMatchObject({
      url: '/completions',
      body: { model: 'davinci-002', prompt: ['a', 'b'], echo: true, suffix: 'c' },
    });
  });
});
