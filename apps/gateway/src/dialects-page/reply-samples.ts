import type { ChatReply, ContentPart } from '@tollgate/core/chat';

const reply = (...content: readonly ContentPart[]): ChatReply => ({
  id: 'r',
  model: 'm',
  created: 1,
  choices: [{ content, stopReason: 'stop' }],
  usage: { input: { uncached: 5 }, output: { text: 2 }, provenance: 'provider' },
});

const text = { type: 'text', text: 'So.' } as const;
const bytes = { type: 'base64', data: 'AAAA' } as const;
const ELSEWHERE = 'elsewhere';

/** The least reply that holds each thing a provider may answer. */
export const REPLY_SAMPLES: { readonly [name: string]: ChatReply } = {
  text: reply(text),
  'several choices': {
    ...reply(text),
    choices: [
      { content: [text], stopReason: 'stop' },
      { content: [text], stopReason: 'stop' },
    ],
  },
  'tool calls': reply({ type: 'tool-call', id: 'c', name: 'f', argumentsJson: '{"a":1}' }),
  'tool calls whose arguments are no JSON': reply({
    type: 'tool-call',
    id: 'c',
    name: 'f',
    argumentsJson: '{"a":',
  }),
  reasoning: reply({ type: 'reasoning', text: 'Hm.', form: 'summary' }),
  'reasoning’s state': reply({
    type: 'reasoning',
    text: 'Hm.',
    state: [{ origin: { provider: ELSEWHERE }, kind: 'signature', data: 's' }],
  }),
  'a refusal': reply({ type: 'refusal', text: 'No.' }),
  citations: reply({
    ...text,
    annotations: [{ kind: 'url-citation', url: 'https://a.example', title: 'A', start: 0, end: 2 }],
  }),
  'log probabilities': reply({ ...text, logprobs: [{ token: 'So.', logprob: -0.1 }] }),
  images: reply({ type: 'media', kind: 'image', mediaType: 'image/png', source: bytes }),
  audio: reply({
    type: 'media',
    kind: 'audio',
    mediaType: 'audio/wav',
    source: bytes,
    transcript: 'So.',
  }),
  'what a provider’s own tool did': reply({
    type: 'server-tool',
    role: 'call',
    name: 'search',
    dialect: ELSEWHERE,
    raw: { type: 'search' },
  }),
  'content that only another dialect knows': reply({
    type: 'opaque',
    dialect: ELSEWHERE,
    raw: { type: 'far' },
  }),
  'usage with cached and reasoning tokens': {
    ...reply(text),
    usage: {
      input: { uncached: 5, cacheRead: 3 },
      output: { text: 2, reasoning: 4 },
      provenance: 'provider',
    },
  },
};
