import { createHarness } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { type Body, post } from './support/chat-face.ts';
import {
  candidateReply,
  messageReply,
  responseReply,
  type ScriptedReply,
  startProvider,
} from './support/scripted-provider.ts';
import { LOOP_FACES } from './support/tool-loops.ts';

/* What a provider wants back comes back, through the official client of each face, over three turns. */

const LONG = 'Let me think about it: '.repeat(200);
const call = (id: string, city: string): Body => ({
  type: 'tool_use',
  id,
  name: 'weather',
  input: { city },
});
const thinking = (text: string, signature: string): Body => ({
  type: 'thinking',
  thinking: text,
  signature,
});

const MESSAGES = [
  messageReply('msg_1', [
    thinking('Where? Oslo, and Rome.', 'sig+/1='),
    { type: 'text', text: 'I look it up.' },
    call('toolu_1', 'Oslo'),
    call('toolu_2', 'Rome'),
  ]),
  messageReply('msg_2', [
    thinking(LONG, 'sig+/2='.repeat(100)),
    { type: 'redacted_thinking', data: 'hidden==' },
    call('toolu_3', 'Bergen'),
  ]),
  messageReply('msg_3', [{ type: 'text', text: 'It is fine.' }]),
];

const reasoning = (id: string, summary: string, encrypted: string): Body => ({
  type: 'reasoning',
  id,
  summary: [{ type: 'summary_text', text: summary }],
  encrypted_content: encrypted,
});
const functionCall = (id: string, city: string): Body => ({
  type: 'function_call',
  id: `fc_${id}`,
  call_id: id,
  name: 'weather',
  arguments: JSON.stringify({ city }),
  status: 'completed',
});

const RESPONSES = [
  responseReply('resp_1', [
    reasoning('rs_1', 'Where?', 'enc+/1='),
    functionCall('call_1', 'Oslo'),
    functionCall('call_2', 'Rome'),
  ]),
  responseReply('resp_2', [
    reasoning('rs_2', 'And there?', 'enc+/2='.repeat(300)),
    functionCall('call_3', 'Bergen'),
  ]),
  responseReply('resp_3', [
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'It is fine.', annotations: [] }],
    },
  ]),
];

const CANDIDATES = [
  candidateReply('g1', [
    { functionCall: { name: 'weather', args: { city: 'Oslo' } }, thoughtSignature: 'thought+/1=' },
    { functionCall: { name: 'weather', args: { city: 'Rome' } } },
  ]),
  candidateReply('g2', [
    { text: 'I look further.' },
    {
      functionCall: { name: 'weather', args: { city: 'Bergen' } },
      thoughtSignature: 'thought+/2='.repeat(300),
    },
  ]),
  candidateReply('g3', [{ text: 'It is fine.' }]),
];

interface Provider {
  readonly name: string;
  readonly model: string;
  readonly replies: readonly ScriptedReply[];
  readonly config: Body;
  /** Of the third request, what the provider said in the first two turns. */
  readonly said: (body: Body) => unknown;
  readonly wanted: unknown;
}

const listOf = (value: unknown): readonly Body[] => (Array.isArray(value) ? value : []);
const wholeOf = (replies: readonly ScriptedReply[], field: string): readonly Body[] =>
  replies.slice(0, 2).flatMap(({ whole }) => listOf((whole as Body)[field]));

const PROVIDERS: readonly Provider[] = [
  {
    name: 'Anthropic’s signatures',
    model: 'made/claude-sonnet-4-5',
    replies: MESSAGES,
    config: { dialect: 'anthropic-messages' },
    said: (body) =>
      listOf(body['messages'])
        .filter(({ role }) => role === 'assistant')
        .flatMap(({ content }) => content),
    wanted: wholeOf(MESSAGES, 'content'),
  },
  {
    name: 'OpenAI’s encrypted reasoning',
    model: 'made/gpt-5.4',
    replies: RESPONSES,
    config: { dialect: 'openai-responses' },
    said: (body) =>
      listOf(body['input']).filter(({ type }) => type === 'reasoning' || type === 'function_call'),
    wanted: wholeOf(RESPONSES, 'output'),
  },
  {
    name: 'Gemini’s thought signatures',
    model: 'made/gemini-3-pro',
    replies: CANDIDATES,
    config: { dialect: 'gemini' },
    said: (body) =>
      listOf(body['contents'])
        .filter(({ role }) => role === 'model')
        .flatMap(({ parts }) => parts),
    wanted: listOf(
      CANDIDATES.slice(0, 2).flatMap(({ whole }) =>
        listOf((whole as { candidates: readonly Body[] }).candidates).flatMap(
          ({ content }) => (content as Body)['parts'],
        ),
      ),
    ),
  },
];

const WAYS = LOOP_FACES.flatMap((face) =>
  [false, true].map((stream) => ({ ...face, stream, way: stream ? 'streamed' : 'whole' })),
);

async function start(provider: Provider, more: Body = {}) {
  const made = await startProvider(provider.replies);
  const providers = {
    made: { ...provider.config, baseUrl: made.url, apiKey: 'made-key-1', ...more },
  };
  const harness = await createHarness(createApp, { settings: { config: { providers } } });
  return {
    harness,
    made,
    [Symbol.asyncDispose]: async () => {
      await harness[Symbol.asyncDispose]();
      await made[Symbol.asyncDispose]();
    },
  };
}

/** Without what a call may leave out in its way back; of native's calls their ids, which are its own. */
const essential = (said: unknown, face: string): unknown =>
  JSON.parse(
    JSON.stringify(said, (name, value) => {
      if (name === 'status' || name === 'parsed_arguments') return undefined;
      if (name === 'id' && /^fc_/.test(String(value))) return undefined;
      const isOwn = face === 'native' && (name === 'id' || name === 'call_id');
      return isOwn && !/^rs_/.test(String(value)) ? undefined : value;
    }),
  );

describe.each(PROVIDERS)('$name', (provider) => {
  it.each(WAYS)('come back by way of $name, $way', async (face) => {
    await using app = await start(provider);
    const loop = face.start(app.harness, { stream: face.stream });

    for (let turn = 0; turn < 3; turn += 1) await loop.turn(provider.model);

    expect(app.made.sent).toHaveLength(3);
    expect(JSON.stringify(app.made.sent)).not.toContain('tgs1_');
    const said = provider.said(app.made.sent[2]?.body ?? {});
    expect(essential(said, face.name)).toEqual(essential(provider.wanted, face.name));
  });
});

describe('state that is too long for an id', () => {
  it('is kept on the server, named in the id, and lost with another caller', async () => {
    const [claude] = PROVIDERS;
    if (claude === undefined) throw new Error('no provider');
    await using app = await start({ ...claude, replies: MESSAGES.slice(1) });
    const question = { role: 'user', content: 'Weather?' };
    const path = '/v1/chat/completions';
    const { model } = claude;
    const first = await post(app.harness, path, { model, messages: [question] });
    const [id] = /tgs1_[\w-]+/.exec(first.text) ?? [];
    const call = { id, type: 'function', function: { name: 'weather', arguments: '{}' } };
    const turn = { role: 'assistant', content: null, tool_calls: [call] };
    const messages = [question, turn, { role: 'tool', tool_call_id: id, content: 'Fine.' }];
    const admin = { authorization: `Bearer ${app.harness.keys.admin}` };

    const own = await post(app.harness, path, { model, messages });
    const other = await post(app.harness, path, { model, messages }, { headers: admin });

    expect(id).toMatch(/^tgs1_k[\w-]{22}$/);
    expect([own.status, other.status]).toEqual([200, 200]);
    const [, said, told] = app.made.sent.map(({ body }) => listOf(claude.said(body)));
    expect(said?.slice(0, 2)).toEqual(wholeOf(MESSAGES.slice(1), 'content').slice(0, 2));
    expect(told?.map(({ type }) => type)).toEqual(['tool_use']);
    expect(other.headers.get('x-tollgate-dropped')).toContain('messages[1].tool_calls[0]');
  });
});
