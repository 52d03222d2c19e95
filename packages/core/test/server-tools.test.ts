import { listSyntheticReplies } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { type ChatReply, type ChatRequest, inputTokens, outputTokens } from '../src/chat/index.ts';
import {
  anthropicMessages,
  type Dialect,
  gemini,
  openAiChat,
  openAiResponses,
  type Target,
} from '../src/dialects/index.ts';
import type { JsonObject } from '../src/json/index.ts';
import { ANSWERING, TARGET } from './codec-contract.ts';
import { asSent } from './requests/clients.ts';

const RUNS: Target = { ...TARGET, quirks: { serverTools: ['web-search', 'code-execution'] } };

const DIALECTS = {
  'openai-chat': openAiChat,
  'openai-responses': openAiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
} satisfies { readonly [id: string]: Dialect };
type Spoken = keyof typeof DIALECTS;

const ASKED: { readonly [dialect in Spoken]: JsonObject } = {
  'openai-chat': { model: 'm', messages: [{ role: 'user', content: 'News?' }] },
  'openai-responses': { model: 'm', input: 'News?' },
  'anthropic-messages': {
    ...{ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'News?' }] },
  },
  gemini: { model: 'm', contents: [{ parts: [{ text: 'News?' }] }] },
};

function read(from: Spoken, fields: JsonObject): ChatRequest {
  const decoded = DIALECTS[from].decodeRequest({ ...ASKED[from], ...fields });
  if (!decoded.ok) throw new Error(decoded.error.kind);
  return decoded.value.request;
}

/** The tools and the choice as the other dialect says them, and what of them is told as lost. */
function said(from: Spoken, fields: JsonObject, to: Spoken, target: Target = RUNS) {
  const encoded = DIALECTS[to].encodeRequest(read(from, fields), target);
  if (!encoded.ok) throw new Error(encoded.error.kind);
  const { value, losses } = encoded.value;
  const told = losses.map(({ path, weight }) => `${path} ${weight}`);
  return {
    tools: value['tools'],
    choice: value['tool_choice'] ?? value['toolConfig'],
    told: told.filter((loss) => /^tool/.test(loss)),
  };
}

const OSLO = { city: 'Oslo', country: 'NO' };
const NEAR_OSLO = { type: 'approximate', ...OSLO };
const DOMAINS = ['example.com'];

const RESPONSES_SEARCH = {
  type: 'web_search',
  filters: { allowed_domains: DOMAINS },
  user_location: NEAR_OSLO,
  search_context_size: 'low',
};
const ANTHROPIC_SEARCH = {
  type: 'web_search_20260209',
  name: 'web_search',
  max_uses: 3,
  allowed_domains: DOMAINS,
  user_location: NEAR_OSLO,
};
const CHAT_SEARCH = {
  search_context_size: 'high',
  user_location: { type: 'approximate', approximate: OSLO },
};

const MAPPED: readonly (readonly [Spoken, JsonObject, Spoken, JsonObject, readonly string[]])[] = [
  [
    'openai-responses',
    { tools: [RESPONSES_SEARCH] },
    'anthropic-messages',
    {
      type: 'web_search_20250305',
      name: 'web_search',
      allowed_domains: DOMAINS,
      user_location: NEAR_OSLO,
    },
    ['tools[0].shared.contextSize hint'],
  ],
  [
    'openai-responses',
    { tools: [{ type: 'web_search_preview', search_content_types: ['text'] }] },
    'gemini',
    { googleSearch: {} },
    ['tools[0].rest.search_content_types hint'],
  ],
  [
    'openai-responses',
    { tools: [RESPONSES_SEARCH] },
    'gemini',
    { googleSearch: {} },
    [
      'tools[0].shared.allowedDomains meaning',
      'tools[0].shared.contextSize hint',
      'tools[0].shared.place hint',
    ],
  ],
  [
    'anthropic-messages',
    { tools: [ANTHROPIC_SEARCH] },
    'openai-responses',
    { type: 'web_search', filters: { allowed_domains: DOMAINS }, user_location: NEAR_OSLO },
    ['tools[0].shared.maxUses hint'],
  ],
  [
    'anthropic-messages',
    {
      tools: [
        {
          ...{ type: 'web_search_20250305', name: 'web_search', blocked_domains: DOMAINS },
          ...{ allowed_domains: null, cache_control: { type: 'ephemeral' } },
        },
      ],
    },
    'openai-responses',
    { type: 'web_search' },
    ['tools[0].rest.cache_control hint', 'tools[0].shared.blockedDomains meaning'],
  ],
  [
    'openai-chat',
    { web_search_options: CHAT_SEARCH },
    'anthropic-messages',
    { type: 'web_search_20250305', name: 'web_search', user_location: NEAR_OSLO },
    ['tools[0].shared.contextSize hint'],
  ],
  [
    'openai-chat',
    { web_search_options: CHAT_SEARCH },
    'openai-responses',
    { type: 'web_search', search_context_size: 'high', user_location: NEAR_OSLO },
    [],
  ],
  ['openai-chat', { web_search_options: {} }, 'gemini', { googleSearch: {} }, []],
  [
    'gemini',
    { tools: [{ google_search: {} }] },
    'anthropic-messages',
    { type: 'web_search_20250305', name: 'web_search' },
    [],
  ],
  [
    'gemini',
    { tools: [{ googleSearch: { excludeDomains: DOMAINS } }] },
    'anthropic-messages',
    { type: 'web_search_20250305', name: 'web_search', blocked_domains: DOMAINS },
    [],
  ],
  ['gemini', { tools: [{ googleSearch: {} }] }, 'openai-responses', { type: 'web_search' }, []],
  [
    'openai-responses',
    { tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] },
    'anthropic-messages',
    { type: 'code_execution_20250825', name: 'code_execution' },
    [],
  ],
  [
    'openai-responses',
    { tools: [{ type: 'code_interpreter', container: { type: 'auto', memory_limit: '4g' } }] },
    'gemini',
    { codeExecution: {} },
    ['tools[0].rest.container hint'],
  ],
  [
    'anthropic-messages',
    { tools: [{ type: 'code_execution_20250825', name: 'code_execution' }] },
    'openai-responses',
    { type: 'code_interpreter', container: { type: 'auto' } },
    [],
  ],
  [
    'gemini',
    { tools: [{ code_execution: {} }] },
    'openai-responses',
    { type: 'code_interpreter', container: { type: 'auto' } },
    [],
  ],
];

describe('a tool that several providers run', () => {
  it.each(MAPPED)('is asked of another one: %s of %j, of %s', (from, fields, to, tool, told) => {
    expect(said(from, fields, to)).toMatchObject({ tools: [tool], told });
  });

  it.each(MAPPED)(
    'is refused where the provider is not known to run it: %s of %j, of %s',
    (from, fields, to) => {
      expect(said(from, fields, to, TARGET)).toEqual({ told: ['tools[0] meaning'] });
    },
  );

  it.each([
    ['openai-responses', { tools: [{ type: 'web_search', external_web_access: false }] }],
    ['openai-responses', { tools: [{ type: 'web_search', filters: { by: 'a' } }] }],
    ['openai-responses', { tools: [{ type: 'code_interpreter', container: 'cntr_1' }] }],
    [
      'openai-responses',
      { tools: [{ type: 'code_interpreter', container: { type: 'auto', file_ids: ['f'] } }] },
    ],
    ['openai-responses', { tools: [{ type: 'mcp', server_label: 'l' }] }],
    ['gemini', { tools: [{ googleSearch: { timeRangeFilter: { startTime: 't' } } }] }],
    ['openai-chat', { web_search_options: { filters: { allowed_domains: DOMAINS } } }],
  ] as const)('is refused when something of it is not understood: %s of %j', (from, fields) => {
    expect(said(from, fields, 'anthropic-messages')).toEqual({ told: ['tools[0] meaning'] });
  });

  it.each([
    ['openai-chat', { web_search_options: CHAT_SEARCH }],
    ['openai-responses', { tools: [RESPONSES_SEARCH] }],
    ['anthropic-messages', { tools: [ANTHROPIC_SEARCH] }],
    ['gemini', { tools: [{ googleSearch: { excludeDomains: DOMAINS } }] }],
  ] as const)('goes back as it came to its own dialect: %s of %j', (dialect, fields) => {
    const encoded = DIALECTS[dialect].encodeRequest(read(dialect, fields), TARGET);

    expect(encoded).toMatchObject({ value: { value: fields } });
  });

  it('is asked of no provider of Chat Completions, where it is for models that always search', () => {
    expect(said('anthropic-messages', { tools: [ANTHROPIC_SEARCH] }, 'openai-chat')).toEqual({
      told: ['tools[0] meaning'],
    });
  });
});

describe('a choice of a tool that several providers run', () => {
  const search = { tools: [{ type: 'web_search_preview' }] };

  it('names it as the target does', () => {
    const preview = { ...search, tool_choice: { type: 'web_search_preview' } };
    const named = { tools: [ANTHROPIC_SEARCH], tool_choice: { type: 'tool', name: 'web_search' } };

    expect(said('openai-responses', preview, 'anthropic-messages').choice).toEqual({
      type: 'tool',
      name: 'web_search',
    });
    expect(said('anthropic-messages', named, 'openai-responses').choice).toEqual({
      type: 'web_search',
    });
  });

  it.each([{ type: 'web_search_preview' }, 'required'])(
    'is refused where only functions can be chosen: %j',
    (tool_choice) => {
      const { choice, told } = said('openai-responses', { ...search, tool_choice }, 'gemini');

      expect([choice, told]).toEqual([undefined, ['toolChoice meaning']]);
    },
  );
});

const URLS = {
  'anthropic/synthetic-web-search': 'https://example.com/a',
  'openai/responses/synthetic-web-search': 'https://example.com/oslo',
  'openai/responses/synthetic-code-interpreter': undefined,
  'google/synthetic-grounding': 'https://example.com/a',
  'google/synthetic-code-execution': undefined,
};

const RAN = listSyntheticReplies().flatMap(({ provider, name, family, body }) =>
  Object.entries(URLS).flatMap(([path, url]) =>
    path === `${provider}/${name}` ? [{ path, url, family, body }] : [],
  ),
);

const isSpoken = (id: string): id is Spoken => Object.hasOwn(DIALECTS, id);

const summary = ({ choices, usage }: ChatReply) => {
  const content = choices.flatMap((choice) => choice.content);
  return {
    kinds: new Set(content.map(({ type }) => type)),
    text: content.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    urls: content.flatMap((part) =>
      part.type === 'text' ? (part.annotations ?? []).map(({ url }) => url) : [],
    ),
    tokens: usage === undefined ? undefined : [inputTokens(usage), outputTokens(usage)],
    stops: choices.map(({ stopReason }) => stopReason),
  };
};

describe('what a provider searched and ran', () => {
  it('was replied in each of the dialects', () => {
    expect(RAN.map(({ path }) => path).toSorted()).toEqual(Object.keys(URLS).toSorted());
  });

  it.each(
    RAN.flatMap(({ path, url, family, body }) =>
      Object.values(DIALECTS)
        .filter(({ id }) => id !== family)
        .map((face) => [path, face.id, { url, family, body, face }] as const),
    ),
  )(
    'comes from %s to clients of %s as what was said of it, and never as their call',
    (...given) => {
      const { url, family, body, face } = given[2];
      if (!isSpoken(family)) throw new Error(family);
      const reply = DIALECTS[family].decodeReply(asSent(body), TARGET);
      if (!reply.ok) throw new Error(reply.error.kind);
      const answered = face.encodeReply(reply.value, ANSWERING);
      const seen = face.decodeReply(asSent(answered.value), TARGET);
      if (!seen.ok) throw new Error(seen.error.kind);

      const { kinds, text, urls, tokens, stops } = summary(seen.value);
      const first = summary(reply.value);
      expect(kinds).toEqual(new Set(['text']));
      expect([text, tokens, stops]).toEqual([first.text, first.tokens, first.stops]);
      // Anthropic's citations must be given back with an index that no other provider makes.
      const isTold = answered.losses.some(({ feature }) => feature === 'annotations');
      if (url !== undefined) expect(isTold || urls.includes(url)).toBe(true);
      if (face !== anthropicMessages && url !== undefined) expect(urls).toContain(url);
    },
  );
});
