import Anthropic from '@anthropic-ai/sdk';
import {
  createHarness,
  eventStream,
  frameRecording,
  type Harness,
  json,
  listRecordings,
  type Recording,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { fieldsOf, post } from './support/chat-face.ts';

const ask = (model: string) => ({
  model,
  max_tokens: 256,
  messages: [{ role: 'user' as const, content: 'Hello' }],
});

const titleOf = ({ provider, name }: Recording): string => `${provider}/${name}`;
const isStreamed = ({ payloads }: Recording): boolean => payloads !== undefined;
const isWhole = ({ body }: Recording): boolean => body !== undefined;
const rowsOf = (recordings: readonly Recording[]) =>
  recordings.map((recording) => [titleOf(recording), recording] as const);

const anthropics = listRecordings('anthropic').filter(
  ({ family }) => family === 'anthropic-messages',
);

/** Of a recording that holds several calls in a row, the first. */
function firstCall(recording: Recording): Recording {
  const payloads = recording.payloads ?? [];
  const end = payloads.findIndex((payload) => payload.includes('"type":"message_stop"'));
  return { ...recording, payloads: payloads.slice(0, end + 1) };
}

describe('a recording of Anthropic, passed', () => {
  it.each(rowsOf(anthropics.filter(isStreamed)))(
    'streams %s byte for byte',
    async (_title, one) => {
      await using harness = await createHarness(createApp);
      const text = frameRecording(firstCall(one));
      // Bytes cut where no event ends.
      harness.anthropic.mockMessage(eventStream(text.match(/.{1,997}/gs) ?? []));

      const reply = await post(harness, '/v1/messages', {
        ...ask('claude-opus-5-5'),
        stream: true,
      });

      expect(reply.text).toBe(text);
      const [usage, ...others] = await harness.usage();
      expect(others).toEqual([]);
      expect(usage).toMatchObject({ status: 'ok', provenance: 'provider' });
    },
  );

  it.each(rowsOf(anthropics.filter(isWhole)))('answers %s byte for byte', async (_title, one) => {
    await using harness = await createHarness(createApp);
    harness.anthropic.mockMessage(json(one.body));

    const reply = await post(harness, '/v1/messages', ask('claude-opus-5-5'));

    expect(reply.text).toBe(JSON.stringify(one.body));
    expect(await harness.usage()).toMatchObject([{ status: 'ok', provenance: 'provider' }]);
  });
});

/** Each recording's provider by its name, so that what is known of it holds, at the mock's address. */
const serving = ({ provider }: Recording): Promise<Harness> =>
  createHarness(createApp, {
    settings: ({ openai }) => ({
      config: {
        providers: {
          [provider]: {
            dialect: 'openai-chat',
            baseUrl: openai.baseUrl,
            apiKey: openai.apiKey,
            // As the mock wants it, whatever the provider itself does.
            auth: 'bearer',
          },
        },
      },
    }),
  });

interface Gist {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly (readonly [name: string, input: unknown])[];
}

/** What an answer says, read with no decoder of ours from the messages or deltas of a recording. */
function gistOfChat(messages: readonly unknown[]): Gist {
  let text = '';
  let thinking = '';
  const calls: { name: string; input: string }[] = [];
  for (const { content, reasoning_content: reasoning, tool_calls: list } of messages.map(
    fieldsOf,
  )) {
    if (typeof content === 'string') text += content;
    if (Array.isArray(content)) {
      for (const part of content) {
        if (part.type === 'text') text += part.text;
        else thinking += part.thinking.map((one: { text: string }) => one.text).join('');
      }
    }
    if (typeof reasoning === 'string') thinking += reasoning;
    for (const call of Array.isArray(list) ? list : []) {
      const { name, arguments: input } = fieldsOf(call.function);
      if (call.id) calls.push({ name: '', input: '' });
      const last = calls.at(-1) ?? { name: '', input: '' };
      last.name += name ?? '';
      last.input += input ?? '';
    }
  }
  return {
    text,
    thinking,
    calls: calls.map((call) => [call.name, JSON.parse(call.input || '{}')]),
  };
}

const gistOfMessage = ({ content }: Anthropic.Message): Gist => ({
  text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
  thinking: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
  calls: content.flatMap((block) =>
    block.type === 'tool_use' ? [[block.name, block.input] as const] : [],
  ),
});

const choiceOf = (body: unknown): readonly unknown[] => {
  const choices = fieldsOf(body)['choices'];
  return Array.isArray(choices) ? choices.slice(0, 1) : [];
};

const chats = listRecordings().filter(({ family }) => family === 'openai-chat');

describe('a recording of Chat Completions, translated', () => {
  it.each(rowsOf(chats.filter(isStreamed)))(
    'streams %s to the official client',
    async (_title, one) => {
      await using harness = await serving(one);
      harness.openai.mockReplay(one);
      const client = new Anthropic({ baseURL: harness.url, apiKey: harness.keys.member });
      const deltas = (one.payloads ?? []).flatMap((payload) =>
        choiceOf(JSON.parse(payload)).map((choice) => fieldsOf(choice)['delta'] ?? {}),
      );

      const message = await client.messages.stream(ask(`${one.provider}/m`)).finalMessage();

      expect(gistOfMessage(message)).toEqual(gistOfChat(deltas));
      const isCut = (one.payloads ?? []).join().includes('"finish_reason":"length"');
      const ended = isCut ? 'max_tokens' : 'end_turn';
      expect(message.stop_reason).toBe(message.content.some(isCall) ? 'tool_use' : ended);
      const [usage, ...others] = await harness.usage();
      expect(others).toEqual([]);
      expect(usage).toMatchObject({ status: 'ok', provenance: 'provider' });
      expect(inputOf(message)).toBe(usage?.inputTokens);
      expect(message.usage.output_tokens).toBe(usage?.outputTokens);
    },
  );

  it.each(rowsOf(chats.filter(isWhole)))(
    'answers %s to the official client',
    async (_title, one) => {
      await using harness = await serving(one);
      harness.openai.mockReplay(one);
      const client = new Anthropic({ baseURL: harness.url, apiKey: harness.keys.member });

      const message = await client.messages.create(ask(`${one.provider}/m`));

      const told = choiceOf(one.body).map((choice) => fieldsOf(choice)['message']);
      expect(gistOfMessage(message)).toEqual(gistOfChat(told));
      const [usage] = await harness.usage();
      expect([inputOf(message), message.usage.output_tokens]).toEqual([
        usage?.inputTokens,
        usage?.outputTokens,
      ]);
    },
  );
});

const isCall = ({ type }: Anthropic.ContentBlock): boolean => type === 'tool_use';

/** All input by Anthropic's rule, which counts what was cached beside the rest. */
const inputOf = ({ usage }: Anthropic.Message): number =>
  usage.input_tokens +
  (usage.cache_read_input_tokens ?? 0) +
  (usage.cache_creation_input_tokens ?? 0);
