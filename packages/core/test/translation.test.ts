import { frameRecording, listRecordings, type Recording } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { type ChatReply, collect, type StreamEvent } from '../src/chat/index.ts';
import {
  anthropicMessages,
  cohereChat,
  gemini,
  openAiChat,
  openAiResponses,
} from '../src/dialects/index.ts';
import { renderSse } from '../src/sse/index.ts';
import { ANSWERING, decodeStream } from './codec-contract.ts';

const WHOLE = Number.MAX_SAFE_INTEGER;

/** What must survive between any two dialects: words, calls, and why it stopped. */
function gist(events: readonly StreamEvent[]): unknown {
  const reply = collect(events);
  if (!reply.ok) throw new Error(reply.error.kind);
  const [choice] = reply.value.choices;
  const content = choice?.content ?? [];
  return {
    text: content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(''),
    thoughts: content
      .flatMap((part) => (part.type === 'reasoning' ? [part.text ?? ''] : []))
      .join(''),
    calls: content.flatMap((part) =>
      part.type === 'tool-call'
        ? [{ id: part.id, name: part.name, input: JSON.parse(part.argumentsJson || '{}') }]
        : [],
    ),
    stopReason: choice?.stopReason,
    tokens: tokens(reply.value),
  };
}

const sum = (counts: { readonly [name: string]: number | undefined }): number =>
  Object.values(counts).reduce<number>((total, count) => total + (count ?? 0), 0);

const tokens = ({ usage }: ChatReply): unknown => ({
  input: sum(usage?.input ?? {}),
  output: sum(usage?.output ?? {}),
});

/** The first of the streams that a recording holds. */
function streamOf(recording: Recording): { name: string; text: string }[] {
  const { payloads, provider, name } = recording;
  if (payloads === undefined) return [];
  const end = payloads.findIndex((payload) =>
    /"type":\s*"(message_stop|response.completed)"/.test(payload),
  );
  const first = end === -1 ? payloads : payloads.slice(0, end + 1);
  return [{ name: `${provider}/${name}`, text: frameRecording({ ...recording, payloads: first }) }];
}

const recorded = (family: Recording['family']): { name: string; text: string }[] =>
  listRecordings()
    .filter((recording) => recording.family === family && !recording.name.includes('openai-error'))
    .flatMap(streamOf);

describe.each([
  ['anthropic-messages', anthropicMessages, 'openai-chat', openAiChat],
  ['openai-chat', openAiChat, 'anthropic-messages', anthropicMessages],
  ['gemini', gemini, 'openai-chat', openAiChat],
  ['gemini', gemini, 'anthropic-messages', anthropicMessages],
  ['openai-chat', openAiChat, 'gemini', gemini],
  ['anthropic-messages', anthropicMessages, 'gemini', gemini],
  ['cohere-chat', cohereChat, 'openai-chat', openAiChat],
  ['cohere-chat', cohereChat, 'anthropic-messages', anthropicMessages],
  ['cohere-chat', cohereChat, 'gemini', gemini],
  ['openai-chat', openAiChat, 'cohere-chat', cohereChat],
  ['anthropic-messages', anthropicMessages, 'cohere-chat', cohereChat],
  ['openai-responses', openAiResponses, 'openai-chat', openAiChat],
  ['openai-responses', openAiResponses, 'anthropic-messages', anthropicMessages],
  ['openai-responses', openAiResponses, 'gemini', gemini],
  ['openai-chat', openAiChat, 'openai-responses', openAiResponses],
  ['anthropic-messages', anthropicMessages, 'openai-responses', openAiResponses],
  ['gemini', gemini, 'openai-responses', openAiResponses],
  ['cohere-chat', cohereChat, 'openai-responses', openAiResponses],
] as const)('from %s', (family, source, client, face) => {
  it.each(recorded(family))(
    `keeps the gist of $name on its way to a client of ${client}`,
    ({ text }) => {
      const events = decodeStream(source, text, WHOLE);
      const encoder = face.createStreamEncoder(ANSWERING);
      const wire = [...events.flatMap((event) => encoder.push(event)), ...encoder.end()];

      const seen = decodeStream(face, wire.map(renderSse).join(''), WHOLE);

      expect(gist(seen)).toEqual(gist(events));
    },
  );
});
