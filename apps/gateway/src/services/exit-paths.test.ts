import { ok } from '@tollgate/core';
import type { ChatRequest } from '@tollgate/core/chat';
import { anthropicMessages, type Dialect, native, openAiChat } from '@tollgate/core/dialects';
import type { UsageEvent } from '@tollgate/core/usage';
import { expect, it } from 'vitest';
import type { ProviderConfig } from '../config/config.ts';
import type { UpstreamReply } from '../ports/upstream.ts';
import type { Call } from './call.ts';
import { createMetering, type MeterDeps } from './call-meter.ts';
import { createCarriedState } from './carried-state.ts';
import { createChatService } from './chat.ts';
import { createPass } from './pass.ts';
import type { Exchange } from './provider-exchange.ts';
import { createTranslate } from './translate.ts';

const provider: ProviderConfig = {
  name: 'p',
  dialects: ['openai-chat'],
  baseUrl: { 'openai-chat': 'http://p.invalid/v1' },
  auth: 'none',
  keyVariables: [],
  quirks: {},
  models: [],
  modelPrefixes: [],
  apiKey: undefined,
  transport: 'http',
};
const destination = { provider, model: 'm', asked: 'p/m' };

const reply = (contentType: string, text: string): UpstreamReply => {
  const bytes = new TextEncoder().encode(text);
  return {
    status: 200,
    headers: { 'content-type': contentType },
    body: {
      bytes: async () => ok(bytes),
      chunks: async function* () {
        yield bytes;
      },
      cancel: () => {},
      letEnd: () => {},
    },
  };
};

const WHOLE = reply(
  'application/json',
  JSON.stringify({ choices: [{ message: { content: 'a' }, finish_reason: 'stop' }] }),
);
const STREAM = reply('text/event-stream', 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n');

const call = (): Call => ({
  id: 'call-1',
  face: 'openai',
  identity: {
    keyId: 'k',
    keyName: 'k',
    role: 'member',
    subject: 's',
    source: 'local',
  },
  startedAt: 0,
  startedMonotonic: 0,
  strict: false,
  signal: new AbortController().signal,
});

/** The services with nothing real around them, and what they booked. */
function arrange(exchange: Exchange, dialect: Dialect = openAiChat) {
  const booked: UsageEvent[] = [];
  const clock = { now: () => 0, monotonic: () => 0, schedule: () => ({ cancel: () => {} }) };
  const deps: Pick<MeterDeps, 'tokens' | 'clock'> = {
    clock,
    tokens: { count: async (text) => text.length },
  };
  const metering = createMetering({
    ...deps,
    prices: { priceOf: () => undefined },
    governance: { quotas: () => [], refused: () => undefined },
    admission: {
      fresh: () => undefined,
      beginOf: (at: number) => at,
      hasBudgets: () => false,
      budgetsOf: () => [],
      chargesOf: () => [],
      ended: () => {},
    },
    ledger: {
      onBookedBefore: () => undefined,
      intend: async () => true,
      record: (event: UsageEvent) => booked.push(event),
    },
    log: { info: () => {}, error: () => {}, warn: () => {}, debug: () => {} },
  } as unknown as MeterDeps);
  const dialects = new Map([['openai-chat' as const, dialect]]);
  const translate = createTranslate({ clock, metering, exchange, dialects });
  const state = createCarriedState({
    sealerFor: () => ({
      seal: () => undefined,
      open: () => undefined,
      recall: async () => false,
      kept: async () => undefined,
    }),
    makers: { remember: () => undefined, makerOf: () => undefined },
  });
  const pass = createPass({ clock, metering, exchange, state });
  const chat = createChatService({
    clock,
    translate,
    pass,
    findDestination: () => ok(destination),
    watches: metering.watches,
    orCheaper: (_call: Call, found: typeof destination) => ok(found),
    governance: { admit: async () => ok(undefined) },
    state,
  } as unknown as Parameters<typeof createChatService>[0]);
  return { booked, chat, metering };
}

const asked = (stream: boolean): ChatRequest => ({
  model: 'm',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
  stream,
});
const answering = { replyId: 'r', created: 0, model: 'm', includeUsage: false };
const body = { model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] };
const wire = {
  protocol: {
    operation: 'openai-chat' as const,
    passage: openAiChat.passage,
    dialect: openAiChat,
    errorEvent: () => ({ data: '{}' }),
  },
  text: JSON.stringify(body),
  body,
  answering: () => answering,
};

const broken = (): never => {
  throw new Error('a bug');
};

it('books a stream of a passing body that is closed before anyone read it', async () => {
  const { booked, chat, metering } = arrange(async () => ok(STREAM));

  const answer = await chat.wire(call(), wire);
  if (!answer.ok || answer.value.type !== 'stream') throw new Error('no stream');
  await answer.value.frames.return();
  await metering.ended();

  expect(booked).toMatchObject([{ status: 'client_closed', usage: { provenance: 'interrupted' } }]);
});

it.each([native, anthropicMessages])(
  'books a stream in other words that is closed before anyone read it: $id',
  async (dialect) => {
    const { booked, chat, metering } = arrange(async () => ok(STREAM));
    const request = { request: asked(true), destination, losses: [], dialect, answering };

    const answer = await chat.encoded(call(), request);
    if (!answer.ok || answer.value.type !== 'stream') throw new Error('no stream');
    await answer.value.frames.return();
    await metering.ended();

    expect(booked).toMatchObject([{ status: 'client_closed' }]);
  },
);

it('books a stream of the hub that is closed before anyone read it', async () => {
  const { booked, chat, metering } = arrange(async () => ok(STREAM));

  const answer = await chat.hub(call(), { request: asked(true), destination, losses: [] });
  if (!answer.ok || answer.value.type !== 'stream') throw new Error('no stream');
  await answer.value.batches.return();
  await metering.ended();

  expect(booked).toMatchObject([{ status: 'client_closed' }]);
});

it.each<[string, Exchange, Dialect]>([
  ['sending', broken, openAiChat],
  ['decoding', async () => ok(WHOLE), { ...openAiChat, decodeReply: broken }],
])('books a call that a bug in %s ends', async (_where, exchange, dialect) => {
  const { booked, chat, metering } = arrange(exchange, dialect);

  const answer = chat.hub(call(), { request: asked(false), destination, losses: [] });

  await expect(answer).rejects.toThrow('a bug');
  await metering.ended();
  expect(booked).toMatchObject([{ status: 'failed', errorKind: 'internal' }]);
});

it('books a passing call that a bug ends', async () => {
  const { booked, chat, metering } = arrange(broken);

  await expect(chat.wire(call(), wire)).rejects.toThrow('a bug');
  await metering.ended();
  expect(booked).toMatchObject([{ status: 'failed', errorKind: 'internal' }]);
});

it('books an answer that its face can’t encode for a bug', async () => {
  const { booked, chat, metering } = arrange(async () => ok(WHOLE));
  const dialect = { ...native, encodeReply: broken };

  const answer = chat.encoded(call(), {
    request: asked(false),
    destination,
    losses: [],
    dialect,

    answering,
  });

  await expect(answer).rejects.toThrow('a bug');
  await metering.ended();
  expect(booked).toMatchObject([{ status: 'ok', usage: { provenance: 'estimate' } }]);
});

it('books a stream whose encoder can’t be made for a bug', async () => {
  const { booked, chat, metering } = arrange(async () => ok(STREAM));
  const dialect = { ...anthropicMessages, createStreamEncoder: broken };
  const request = { request: asked(true), destination, losses: [], answering, dialect };

  await expect(chat.encoded(call(), { ...request, from: dialect.id })).rejects.toThrow('a bug');
  await metering.ended();

  expect(booked).toHaveLength(1);
});

it.each([true, false])(
  'books an answer whose losses can’t be told for a bug (stream: %s)',
  async (stream) => {
    const { booked, chat, metering } = arrange(async () => ok(stream ? STREAM : WHOLE));
    const request = { ...asked(stream), topK: 3 };
    const dialect = anthropicMessages;

    const answer = chat.encoded(call(), {
      ...{ request, destination, losses: [], answering, dialect },
      from: dialect.id,
      nameOf: broken,
    });

    await expect(answer).rejects.toThrow('a bug');
    await metering.ended();
    expect(booked).toHaveLength(1);
  },
);
