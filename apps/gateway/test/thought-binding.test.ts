import { createHarness } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { type Body, post } from './support/chat-face.ts';
import { messageReply, type ScriptedReply, startProvider } from './support/scripted-provider.ts';

/* Claude's thoughts are bound to the conversation before them: an edited one loses them, not the call. */

const MODEL = 'anthropic/claude-opus-5-5';
const CHAT = '/v1/chat/completions';
const BETA = 'thinking-binding-controls-2026-08-01';
const LOSING = { type: 'adaptive', block_binding: { prefix_mismatch_behavior: 'drop_block' } };
const TRANSFORMED = [
  { type: 'thinking_dropped', path: 'messages.1.content.0', reason: 'prefix_binding_mismatch' },
];

const THOUGHT = messageReply('msg_1', [
  { type: 'thinking', thinking: 'Where?', signature: 'sig+/1=' },
  { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
]);
const DONE = messageReply('msg_2', [{ type: 'text', text: 'Fine.' }]);

/** The same reply as a provider gives it that left a thought of its request out. */
const withDropped = ({ whole, stream }: ScriptedReply): ScriptedReply => ({
  whole: { ...(whole as Body), input_transformations: TRANSFORMED },
  stream: stream.replace(
    '"type":"message",',
    `"type":"message","input_transformations":${JSON.stringify(TRANSFORMED)},`,
  ),
});

async function start(replies: readonly ScriptedReply[], more: Body = {}) {
  const claude = await startProvider(replies);
  const providers = { anthropic: { baseUrl: claude.url, apiKey: 'k-1', ...more } };
  const harness = await createHarness(createApp, { settings: { config: { providers } } });
  return {
    harness,
    sent: claude.sent,
    [Symbol.asyncDispose]: async () => {
      await harness[Symbol.asyncDispose]();
      await claude[Symbol.asyncDispose]();
    },
  };
}
type App = Awaited<ReturnType<typeof start>>;

/** Two turns of a tool loop, with another question in the second than in the first. */
async function editedLoop({ harness }: App, more: Body = {}, headers: Record<string, string> = {}) {
  const first = await post(harness, CHAT, {
    model: MODEL,
    messages: [{ role: 'user', content: 'Weather in Oslo?' }],
  });
  const { choices } = JSON.parse(first.text) as { choices: readonly { message: Body }[] };
  const message = choices[0]?.message ?? {};
  const [call] = message['tool_calls'] as readonly Body[];
  const messages = [
    { role: 'user', content: 'Weather in OSLO?' },
    message,
    { role: 'tool', tool_call_id: call?.['id'], content: 'Sunny.' },
  ];
  return post(harness, CHAT, { model: MODEL, messages, ...more }, { headers });
}

describe('a translated conversation with thoughts in it', () => {
  it('asks Claude to leave out those that no longer fit, and for nothing before there are any', async () => {
    await using app = await start([THOUGHT, DONE]);

    const { status } = await editedLoop(app);

    expect(status).toBe(200);
    const [first, second] = app.sent;
    expect(first?.body).not.toHaveProperty('thinking');
    expect(first?.headers['anthropic-beta']).toBeUndefined();
    expect(second?.body['thinking']).toEqual(LOSING);
    expect(second?.headers['anthropic-beta']).toBe(BETA);
  });

  it.each([false, true])('is told what was left out (streamed: %s)', async (stream) => {
    await using app = await start([THOUGHT, withDropped(DONE)]);

    const answer = await editedLoop(app, { stream });

    expect(answer.status).toBe(200);
    if (!stream) expect(answer.headers.get('x-tollgate-dropped')).toContain('messages');
    const [, booked] = await app.harness.waitForUsage(2);
    expect(booked?.losses).toContain('messages');
  });

  it('asks for nothing of a provider that does not know the beta', async () => {
    await using app = await start([THOUGHT, DONE], { betas: {} });

    await editedLoop(app);

    expect(JSON.stringify(app.sent[1]?.body)).not.toContain('block_binding');
    expect(app.sent[1]?.headers['anthropic-beta']).toBeUndefined();
  });

  it('asks for nothing when its client wants no loss at all', async () => {
    await using app = await start([THOUGHT, DONE]);

    await editedLoop(app, {}, { 'x-tollgate-strict': 'true' });

    expect(app.sent).toHaveLength(2);
    expect(JSON.stringify(app.sent[1]?.body)).toContain('sig+/1=');
    expect(JSON.stringify(app.sent[1]?.body)).not.toContain('block_binding');
  });
});

describe('a body of Claude’s own dialect', () => {
  it('passes with its thoughts as it is', async () => {
    await using app = await start([DONE]);
    const body = {
      model: MODEL,
      max_tokens: 64,
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
            { type: 'text', text: 'Yes.' },
          ],
        },
        { role: 'user', content: 'Sure?' },
      ],
    };

    const { status } = await post(app.harness, '/v1/messages', body);

    expect(status).toBe(200);
    expect(app.sent[0]?.body).toEqual({ ...body, model: 'claude-opus-5-5' });
    expect(app.sent[0]?.headers['anthropic-beta']).toBeUndefined();
  });
});
