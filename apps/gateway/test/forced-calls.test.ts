import { createHarness } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { type Body, fieldsOf, post } from './support/chat-face.ts';
import { messageReply, type ScriptedReply, startProvider } from './support/scripted-provider.ts';

/* A tool that must be called, by a model that can't be made to call one: it is asked to. */

const CHAT = '/v1/chat/completions';
const MODEL = 'anthropic/claude-opus-5-5';
const tool = (name: string): Body => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: {} } },
});
const asked = (more: Body = {}): Body => ({
  model: MODEL,
  max_tokens: 64,
  messages: [{ role: 'user', content: 'Weather?' }],
  tools: [tool('weather'), tool('news')],
  tool_choice: { type: 'function', function: { name: 'weather' } },
  ...more,
});

const CALL = messageReply('msg_1', [
  { type: 'text', text: 'I look.' },
  { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
]);
const WORDS = messageReply('msg_2', [{ type: 'text', text: 'It is fine.' }]);
const cutShort = ({ whole, stream }: ScriptedReply): ScriptedReply => ({
  whole: { ...fieldsOf(whole), stop_reason: 'max_tokens' },
  stream: stream.replace('"stop_reason":"end_turn"', '"stop_reason":"max_tokens"'),
});

async function start(reply: ScriptedReply) {
  const claude = await startProvider([reply]);
  const providers = { anthropic: { baseUrl: claude.url, apiKey: 'k-1' } };
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

const lastText = (body: Body | undefined): string => {
  const messages = (body?.['messages'] ?? []) as readonly Body[];
  return JSON.stringify(messages.at(-1)?.['content']);
};

describe('a model that can’t be made to call a tool', () => {
  it.each([false, true])(
    'is offered that tool alone and asked to call it (streamed: %s)',
    async (stream) => {
      await using app = await start(CALL);

      const reply = await post(app.harness, CHAT, asked({ stream }));

      expect(reply.status).toBe(200);
      expect(reply.text).toContain('"finish_reason":"tool_calls"');
      expect(reply.headers.get('x-tollgate-dropped')).toBe('tool_choice:emulated');
      expect(app.sent[0]?.body).toMatchObject({
        tools: [{ name: 'weather' }],
        tool_choice: { type: 'auto' },
        messages: [{ role: 'user', content: [{ text: 'Weather?' }, {}] }],
      });
      expect(lastText(app.sent[0]?.body)).toContain('Call the tool \\"weather\\" now.');
    },
  );

  it('is offered all of them where any will do', async () => {
    await using app = await start(CALL);

    await post(app.harness, CHAT, asked({ tool_choice: 'required' }));

    expect(app.sent[0]?.body['tools']).toMatchObject([{ name: 'weather' }, { name: 'news' }]);
    expect(lastText(app.sent[0]?.body)).toContain('Call one of the tools');
  });

  it('gives its client no words in place of the call, and what it used is booked', async () => {
    await using app = await start(WORDS);

    const reply = await post(app.harness, CHAT, asked());

    expect(reply.status).toBe(502);
    expect(fieldsOf(fieldsOf(reply.json)['error'])['code']).toBe('tool_not_called');
    expect(reply.text).not.toContain('It is fine.');
    const [booked] = await app.harness.waitForUsage(1);
    expect(booked).toMatchObject({ status: 'failed', inputTokens: 10, outputTokens: 5 });
  });

  it('ends a stream without the call in an error, not as if all were well', async () => {
    await using app = await start(WORDS);

    const reply = await post(app.harness, CHAT, asked({ stream: true }));

    expect(reply.text).toContain('tool_not_called');
    expect(reply.text).not.toMatch(/"finish_reason":"|\[DONE\]/);
    const [booked] = await app.harness.waitForUsage(1);
    expect(booked).toMatchObject({ status: 'failed', inputTokens: 10, outputTokens: 5 });
  });

  it.each([false, true])(
    'may end before its call for a reason of its own (streamed: %s)',
    async (stream) => {
      await using app = await start(cutShort(WORDS));

      const reply = await post(app.harness, CHAT, asked({ stream }));

      expect(reply.status).toBe(200);
      expect(reply.text).toContain('"finish_reason":"length"');
    },
  );

  it('is not asked for a call by a client that wants no loss, nor with words to go on from', async () => {
    await using app = await start(CALL);
    const headers = { 'x-tollgate-strict': 'true' };
    const begun = { role: 'assistant', content: 'Well,' };

    const strict = await post(app.harness, CHAT, asked(), { headers });
    const prefilled = await post(
      app.harness,
      CHAT,
      asked({ messages: [{ role: 'user', content: 'Weather?' }, begun] }),
    );

    expect([strict.status, prefilled.status]).toEqual([400, 400]);
    expect(strict.text).toContain('tool_choice');
    expect(prefilled.text).toContain('tool_choice');
    expect(app.sent).toEqual([]);
  });
});
