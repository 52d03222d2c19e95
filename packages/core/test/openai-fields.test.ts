import { expect, it } from 'vitest';
import { type Dialect, openAiChat, openAiResponses } from '../src/dialects/index.ts';
import type { JsonObject } from '../src/json/index.ts';
import { TARGET } from './codec-contract.ts';

const mark = { prompt_cache_breakpoint: { mode: 'explicit' } };
const SETTINGS = {
  prompt_cache_retention: '24h',
  prompt_cache_options: { mode: 'implicit', ttl: '30m' },
  moderation: { model: 'omni-moderation-latest' },
  safety_identifier: 'hash-77',
};
const CHAT = {
  model: 'm',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi', ...mark }] }],
};
const RESPONSES = {
  model: 'm',
  input: [{ role: 'user', content: [{ type: 'input_text', text: 'Hi', ...mark }] }],
};

function said(from: Dialect, body: JsonObject, to: Dialect, openAiFields: boolean) {
  const decoded = from.decodeRequest({ ...body, ...SETTINGS });
  if (!decoded.ok) throw new Error(decoded.error.kind);
  const encoded = to.encodeRequest(decoded.value.request, { ...TARGET, quirks: { openAiFields } });
  if (!encoded.ok) throw new Error(encoded.error.kind);
  const { value, losses } = encoded.value;
  return { body: value, told: losses.map(({ path }) => path) };
}

it.each([
  ['Chat', openAiChat, CHAT, openAiResponses, RESPONSES],
  ['Responses', openAiResponses, RESPONSES, openAiChat, CHAT],
] as const)(
  'what both of OpenAI’s dialects know goes on from %s to the other',
  (_name, from, body, to, expected) => {
    expect(said(from, body, to, true)).toMatchObject({
      body: { ...expected, ...SETTINGS },
      told: [],
    });
  },
);

it.each([
  ['Chat', openAiChat, CHAT, openAiResponses],
  ['Responses', openAiResponses, RESPONSES, openAiChat],
] as const)(
  'is told from %s to look-alikes, which may know none of it',
  (_name, from, body, to) => {
    const { body: sent, told } = said(from, body, to, false);

    expect(JSON.stringify(sent)).not.toMatch(/prompt_cache|moderation|safety/);
    expect(sent).toMatchObject({ user: 'hash-77' });
    expect(told.toSorted()).toEqual([
      'messages[0].content[0].cache',
      'rest.moderation',
      'rest.prompt_cache_options',
      'rest.prompt_cache_retention',
    ]);
  },
);
