import { createHarness, type Harness } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { type Body, fieldsOf, type Posted, post } from './support/chat-face.ts';
import { messageReply, responseReply, startProvider } from './support/scripted-provider.ts';

/* Where state can't go back: it is left out and told, and the provider is sent a good body. */

const SIGNED = { type: 'thinking', thinking: 'Where?', signature: 'signature+/of+1==' };
const CALL = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } };
const MESSAGES = [
  messageReply('msg_1', [SIGNED, { type: 'text', text: 'I look.' }, CALL]),
  messageReply('msg_2', [{ type: 'text', text: 'Fine.' }]),
];
const REASONING = {
  type: 'reasoning',
  id: 'rs_1',
  summary: [],
  encrypted_content: 'encrypted+/content==',
};
const RESPONSES = [
  responseReply('resp_1', [
    REASONING,
    {
      type: 'function_call',
      id: 'fc_1',
      call_id: 'call_1',
      name: 'weather',
      arguments: '{}',
      status: 'completed',
    },
  ]),
  responseReply('resp_2', [
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'Fine.', annotations: [] }],
    },
  ]),
];

const CLAUDE = 'claude/claude-sonnet-4-5';

/** Providers of two dialects, Claude's under two names with keys of their own, and two members. */
async function start() {
  const messages = await startProvider(MESSAGES);
  const twin = await startProvider(MESSAGES.slice(1));
  const responses = await startProvider(RESPONSES);
  const org = await startProvider(RESPONSES.slice(1));
  const claude = { dialect: 'anthropic-messages' };
  const harness = await createHarness(createApp, {
    settings: {
      config: {
        providers: {
          claude: { ...claude, baseUrl: messages.url, apiKey: 'claude-key-1' },
          twin: { ...claude, baseUrl: twin.url, apiKey: 'claude-key-2' },
          gpt: { dialect: 'openai-responses', baseUrl: responses.url, apiKey: 'gpt-key-1' },
          org: { dialect: 'openai-responses', baseUrl: org.url, apiKey: 'gpt-key-2' },
        },
      },
    },
  });
  const parts = [harness, messages, twin, responses, org];
  return {
    harness,
    messages,
    twin,
    responses,
    org,
    [Symbol.asyncDispose]: async () => {
      for (const part of parts) await part[Symbol.asyncDispose]();
    },
  };
}

const PATH = '/v1/chat/completions';
const QUESTION = { role: 'user', content: 'Weather?' };

interface FirstTurn {
  readonly message: Body;
  readonly id: string;
}

async function firstTurn(harness: Harness, model: string): Promise<FirstTurn> {
  const reply = await post(harness, PATH, { model, messages: [QUESTION] });
  expect(reply.status).toBe(200);
  const [choice] = listIn(fieldsOf(reply.json), 'choices');
  const message = fieldsOf(choice?.['message']);
  const [call] = listIn(message, 'tool_calls');
  return { message, id: String(call?.['id']) };
}

const secondTurn = (
  harness: Harness,
  { message, id }: FirstTurn,
  { model, headers = {} }: { readonly model: string; readonly headers?: Record<string, string> },
): Promise<Posted> =>
  post(
    harness,
    PATH,
    {
      model,
      messages: [QUESTION, message, { role: 'tool', tool_call_id: id, content: 'Rain.' }],
    },
    { headers },
  );

const listIn = (body: Body | undefined, field: string): Body[] => (body?.[field] ?? []) as Body[];
const turnOf = (body: Body | undefined): Body[] => listIn(listIn(body, 'messages')[1], 'content');
const dropped = ({ headers }: Posted): string => headers.get('x-tollgate-dropped') ?? '';

/** The id of a call with another end: of a call that is told again, or of a forger. */
const changed = ({ message, id }: FirstTurn, other: string): FirstTurn => ({
  id: other,
  message: fieldsOf(JSON.parse(JSON.stringify(message).replaceAll(id, other))),
});

const WITHOUT_STATE = [{ type: 'text', text: 'I look.' }];

describe('state that comes back', () => {
  it('goes back by the id of a call alone, thoughts before the text as the model wrote them', async () => {
    await using app = await start();
    const first = await firstTurn(app.harness, CLAUDE);

    const second = await secondTurn(app.harness, first, { model: CLAUDE });

    expect(first.id).toMatch(/^tgs1_i[A-Za-z0-9_-]+$/);
    expect(second.status).toBe(200);
    expect(dropped(second)).not.toContain('messages');
    expect(turnOf(app.messages.sent[1]?.body)).toEqual([SIGNED, ...WITHOUT_STATE, CALL]);
  });

  it('is left out and told where another provider answers, which has a good body', async () => {
    await using app = await start();
    const first = await firstTurn(app.harness, CLAUDE);

    const second = await secondTurn(app.harness, first, { model: 'gpt/gpt-5.4' });

    expect(second.status).toBe(200);
    expect(dropped(second)).toContain('messages[1].reasoning_content');
    const input = listIn(app.responses.sent[0]?.body, 'input');
    expect(input.map(({ type, role }) => type ?? role)).toEqual([
      'user',
      'assistant',
      'function_call',
      'function_call_output',
    ]);
    expect(input[2]?.['call_id']).toBe('toolu_1');
    expect(input[3]?.['call_id']).toBe('toolu_1');
  });

  it('is left out for another model of its provider', async () => {
    await using app = await start();
    const first = await firstTurn(app.harness, CLAUDE);

    const second = await secondTurn(app.harness, first, { model: 'claude/claude-opus-4-1' });

    expect(second.status).toBe(200);
    expect(dropped(second)).toContain('messages[1].reasoning_content');
    expect(turnOf(app.messages.sent[1]?.body)).toEqual([...WITHOUT_STATE, CALL]);
  });

  it('is refused with the list where the call is strict', async () => {
    await using app = await start();
    const first = await firstTurn(app.harness, CLAUDE);

    const second = await secondTurn(app.harness, first, {
      model: 'claude/claude-opus-4-1',
      headers: { 'x-tollgate-strict': 'true' },
    });

    expect(second.status).toBe(400);
    expect(second.text).toContain('messages[1].reasoning_content');
    expect(app.messages.sent).toHaveLength(1);
  });

  it('is worth nothing with another caller’s key', async () => {
    await using app = await start();
    const first = await firstTurn(app.harness, CLAUDE);

    const second = await secondTurn(app.harness, first, {
      model: CLAUDE,
      headers: { authorization: `Bearer ${app.harness.keys.admin}` },
    });

    expect(second.status).toBe(200);
    expect(dropped(second)).toContain('messages[1].tool_calls[0]');
    const [text, call, ...more] = turnOf(app.messages.sent[1]?.body);
    expect([text, more]).toEqual([WITHOUT_STATE[0], []]);
    expect(call?.['id']).toMatch(/^call_[A-Za-z0-9_-]{1,32}$/);
  });

  it.each([
    ['a letter changed', (id: string) => `${id.slice(0, -1)}${id.endsWith('A') ? 'B' : 'A'}`],
    ['its end cut off', (id: string) => id.slice(0, 40)],
    ['nothing but the mark', () => 'tgs1_'],
    ['a name of nothing that is kept', () => 'tgs1_kAAAAAAAAAAAAAAAAAAAAAA'],
    ['more behind it', (id: string) => `${id}${'x'.repeat(5_000)}`],
  ])('is lost, and not the call, where the token has %s', async (_, change) => {
    await using app = await start();
    const first = await firstTurn(app.harness, CLAUDE);

    const second = await secondTurn(app.harness, changed(first, change(first.id)), {
      model: CLAUDE,
    });

    expect(second.status).toBe(200);
    expect(dropped(second)).toContain('messages[1].tool_calls[0]');
    const { body } = app.messages.sent[1] ?? {};
    const [text, call] = turnOf(body);
    expect(text).toEqual(WITHOUT_STATE[0]);
    expect(String(call?.['id']).length).toBeLessThan(40);
    expect(listIn(body, 'messages')[2]?.['content']).toMatchObject([{ tool_use_id: call?.['id'] }]);
  });

  it('comes back, thoughts first, where the client has rewritten the text beside it', async () => {
    await using app = await start();
    const first = await firstTurn(app.harness, CLAUDE);
    const edited = { ...first, message: { ...first.message, content: 'I have a look at it.' } };

    const second = await secondTurn(app.harness, edited, { model: CLAUDE });

    expect(second.status).toBe(200);
    expect(turnOf(app.messages.sent[1]?.body)).toEqual([
      SIGNED,
      { type: 'text', text: 'I have a look at it.' },
      CALL,
    ]);
  });

  it('goes back after a restart', async () => {
    await using app = await start();
    const first = await firstTurn(app.harness, CLAUDE);
    await app.harness.restart();

    const second = await secondTurn(app.harness, first, { model: CLAUDE });

    expect(turnOf(app.messages.sent[1]?.body)).toEqual([SIGNED, ...WITHOUT_STATE, CALL]);
    expect(dropped(second)).not.toContain('messages');
  });

  it('never goes to another provider of its dialect', async () => {
    await using app = await start();
    const first = await firstTurn(app.harness, CLAUDE);

    const second = await secondTurn(app.harness, first, { model: 'twin/claude-sonnet-4-5' });

    expect(second.status).toBe(200);
    expect(dropped(second)).toContain('messages[1].reasoning_content');
    expect(turnOf(app.twin.sent[0]?.body)).toEqual([...WITHOUT_STATE, CALL]);
  });
});

describe('a body that would pass', () => {
  const ask = (harness: Harness, model: string, messages: readonly unknown[]) =>
    post(
      harness,
      '/v1/messages',
      { model, max_tokens: 100, messages, invented_tomorrow: { deep: 1 } },
      { headers: { 'anthropic-version': '2026-10-21', 'anthropic-beta': 'a-beta-2026-01-01' } },
    );

  it('is opened first where an earlier turn was another provider’s, and keeps its own fields and headers', async () => {
    await using app = await start();
    const first = await ask(app.harness, 'gpt/gpt-5.4', [QUESTION]);
    const content = listIn(fieldsOf(first.json), 'content');
    const id = content[1]?.['id'];
    expect(content[0]?.['signature']).toMatch(/^tgs1_i/);

    const second = await ask(app.harness, CLAUDE, [
      QUESTION,
      { role: 'assistant', content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'Rain.' }] },
    ]);

    expect(second.status).toBe(200);
    const [sent] = app.messages.sent;
    expect(JSON.stringify(sent?.body)).not.toContain('tgs1_');
    expect(sent?.headers).toMatchObject({
      'anthropic-version': '2026-10-21',
      'anthropic-beta': 'a-beta-2026-01-01',
    });
    expect(sent?.body).toMatchObject({ invented_tomorrow: { deep: 1 } });
    expect(turnOf(sent?.body)).toEqual([
      { type: 'tool_use', id: 'call_1', name: 'weather', input: {} },
    ]);
    expect(dropped(second)).toContain('messages[1].content[0]');
    expect(dropped(second)).not.toContain('anthropic-beta');
  });

  it('passes where it only speaks of such tokens', async () => {
    await using app = await start();
    const text = `{"model":"${CLAUDE}", "max_tokens":100,"messages":[{"role":"user","content":"What is tgs1_iAAAA?"}]}`;

    const reply = await post(app.harness, '/v1/messages', text);

    expect(reply.status).toBe(200);
    expect(app.messages.sent[0]?.body).toEqual({
      ...JSON.parse(text),
      model: 'claude-sonnet-4-5',
    });
  });
});

describe('state that passed', () => {
  const ask = (harness: Harness, model: string, more: Body) =>
    post(harness, '/v1/messages', { model, max_tokens: 100, ...more });
  const followed = (content: readonly Body[]): Body => ({
    messages: [
      QUESTION,
      { role: 'assistant', content },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'Rain.' }],
      },
    ],
  });
  const SAID = [SIGNED, ...WITHOUT_STATE, CALL];

  it.each([false, true])(
    'is left out and told where it comes to another provider of its dialect, streamed: %s',
    async (stream) => {
      await using app = await start();
      const first = await ask(app.harness, CLAUDE, { messages: [QUESTION], stream });
      expect(first.text).toContain(SIGNED.signature);

      const elsewhere = await ask(app.harness, 'twin/claude-sonnet-4-5', followed(SAID));

      expect(elsewhere.status).toBe(200);
      expect(turnOf(app.twin.sent[0]?.body)).toEqual([...WITHOUT_STATE, CALL]);
      expect(dropped(elsewhere)).toContain('messages[1].content[0]');
    },
  );

  it('passes on where it comes back to its own, and where nobody knows whose it is', async () => {
    await using app = await start();
    await ask(app.harness, CLAUDE, { messages: [QUESTION] });
    const unknown = { ...SIGNED, signature: 'a+signature+of+before' };

    await ask(app.harness, CLAUDE, followed(SAID));
    await ask(app.harness, 'claude/claude-opus-4-1', followed(SAID));
    await ask(app.harness, 'twin/claude-sonnet-4-5', followed([unknown, CALL]));

    expect(turnOf(app.messages.sent[1]?.body)).toEqual(SAID);
    expect(turnOf(app.messages.sent[2]?.body)).toEqual(SAID);
    expect(turnOf(app.twin.sent[0]?.body)).toEqual([unknown, CALL]);
  });

  it('of the Responses API never reaches another organisation', async () => {
    await using app = await start();
    const input = [{ role: 'user', content: 'Weather?' }];
    const path = '/v1/responses';
    const first = await post(app.harness, path, { model: 'gpt/gpt-5.4', input, store: false });
    const output = listIn(fieldsOf(first.json), 'output');
    const answer = { type: 'function_call_output', call_id: 'call_1', output: 'Rain.' };
    const next = { input: [...input, ...output, answer], store: false };

    const elsewhere = await post(app.harness, path, { model: 'org/gpt-5.4', ...next });
    const back = await post(app.harness, path, { model: 'gpt/gpt-5.4', ...next });

    expect([elsewhere.status, back.status]).toEqual([200, 200]);
    const [there] = app.org.sent;
    expect(listIn(there?.body, 'input').map(({ type }) => type ?? 'message')).toEqual([
      'message',
      'function_call',
      'function_call_output',
    ]);
    expect(dropped(elsewhere)).toContain('input[1]');
    expect(listIn(app.responses.sent[1]?.body, 'input')).toEqual(next.input);
  });
});

describe('state on tRPC, which speaks the hub', () => {
  it('travels as it is, with its origin, and goes back to no other', async () => {
    await using app = await start();
    const ask = async (model: string, messages: readonly unknown[]): Promise<Posted> =>
      post(app.harness, '/trpc/chat.complete', { model, messages });
    const question = { role: 'user', content: [{ type: 'text', text: 'Weather?' }] };
    const first = await ask(CLAUDE, [question]);
    const { data } = fieldsOf(fieldsOf(first.json)['result']);
    const [choice] = listIn(fieldsOf(fieldsOf(data)['reply']), 'choices');
    const content = listIn(choice, 'content');
    const result = { type: 'tool-result', callId: 'toolu_1', content: [] };
    const next = [question, { role: 'assistant', content }, { role: 'tool', content: [result] }];

    const back = await ask(CLAUDE, next);
    const elsewhere = await ask('twin/claude-sonnet-4-5', next);

    expect(content[0]).toMatchObject({
      state: [{ origin: { provider: 'claude', model: 'claude-sonnet-4-5' }, kind: 'signature' }],
    });
    expect([back.status, elsewhere.status]).toEqual([200, 200]);
    expect(turnOf(app.messages.sent[1]?.body)).toEqual([SIGNED, ...WITHOUT_STATE, CALL]);
    expect(turnOf(app.twin.sent[0]?.body)).toEqual([...WITHOUT_STATE, CALL]);
    expect(dropped(elsewhere)).toContain('messages[1].content[0]');
  });
});

describe('tokens of state', () => {
  it('are opened before a provider counts', async () => {
    await using app = await start();
    const first = await post(app.harness, '/v1/messages', {
      model: 'gpt/gpt-5.4',
      max_tokens: 100,
      messages: [QUESTION],
    });
    const content = listIn(fieldsOf(first.json), 'content');
    const result = { type: 'tool_result', tool_use_id: content[1]?.['id'], content: 'Rain.' };
    const messages = [
      QUESTION,
      { role: 'assistant', content },
      { role: 'user', content: [result] },
    ];

    await post(app.harness, '/v1/messages/count_tokens', { model: CLAUDE, messages });

    const [sent] = app.messages.sent;
    expect(sent?.path).toBe('/v1/messages/count_tokens');
    expect(turnOf(sent?.body)).toEqual([
      { type: 'tool_use', id: 'call_1', name: 'weather', input: {} },
    ]);
  });
});
