import {
  anthropicError,
  bytes,
  chatResponse,
  chatStream,
  createHarness,
  dataEvents,
  eventStream,
  type Harness,
  json,
  messageEvents,
  messageResponse,
  namedEvents,
  openAiError,
  type RecordedUsage,
  type Reply,
  streamingChunks,
} from '@tollgate/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import {
  ANTHROPIC_FACE,
  type ChatFace,
  NATIVE_FACE,
  OPENAI_FACE,
  type Posted,
  post,
} from './support/chat-face.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness(createApp, {
    settings: { config: { passthrough: ['POST /v1/audio/speech'] } },
  });
});
afterAll(() => harness[Symbol.asyncDispose]());

/** The one event that a call ended in. */
async function bookedOnce({ headers }: Posted): Promise<RecordedUsage> {
  const callId = headers.get('x-tollgate-call') ?? '';
  await harness.settled(callId);
  const booked = (await harness.usage()).filter((usage) => usage.callId === callId);
  const [only] = booked;
  if (only === undefined || booked.length > 1) throw new Error(`booked ${booked.length} times`);
  return only;
}

const chunks = streamingChunks('one two three four five six');
const events = messageEvents(messageResponse('one two three four five six'));

/** What a provider may say in the middle of a stream, each of which refuses a call by its status. */
const ERRORS = [
  ['with a status', openAiError('Upstream failed', { code: '502', type: 'server_error' })],
  ['of a rate limit', openAiError('Slow down', { type: 'requests', code: 'rate_limit_exceeded' })],
  ['of a bad request', openAiError('Too long', { type: 'invalid_request_error' })],
] as const;

const FACES = [OPENAI_FACE, ANTHROPIC_FACE, NATIVE_FACE].map((face) => [face.name, face] as const);

const ask = (face: ChatFace, model: string): Promise<Posted> =>
  post(harness, face.path, { ...face.request(model), stream: true });

describe.each(FACES)('a stream to the %s face that turns into an error', (_name, face) => {
  it.each(ERRORS)('%s is counted for what had passed', async (_error, body) => {
    harness.openai.mockChatCompletion(
      eventStream([...dataEvents(chunks.slice(0, 5), false), ...dataEvents([body], false)]),
    );

    const booked = await bookedOnce(await ask(face, 'openai/gpt-4'));

    expect(booked).toMatchObject({ status: 'failed', provenance: 'interrupted' });
    expect(booked.inputTokens).toBeGreaterThan(0);
    expect(booked.outputTokens).toBeGreaterThan(0);
  });

  it('of an overloaded provider is counted for what had passed', async () => {
    harness.anthropic.mockMessage(
      eventStream([
        ...namedEvents(events.slice(0, 5)),
        ...namedEvents([{ ...anthropicError('overloaded_error', 'Overloaded'), type: 'error' }]),
      ]),
    );

    const booked = await bookedOnce(await ask(face, 'anthropic/claude-sonnet-4-5'));

    expect(booked).toMatchObject({ status: 'failed', provenance: 'interrupted' });
    expect(booked.outputTokens).toBeGreaterThan(0);
  });

  it.each(ERRORS)('%s before it said anything costs nothing', async (_error, body) => {
    harness.openai.mockChatCompletion(eventStream(dataEvents([body], false)));

    const booked = await bookedOnce(await ask(face, 'openai/gpt-4'));

    expect(booked).toMatchObject({ status: 'failed', provenance: undefined, outputTokens: 0 });
  });
});

describe.each(FACES)(
  'a model whose name no header can hold, through the %s face',
  (_name, face) => {
    it('is answered in a stream, and booked as answered', async () => {
      harness.openai.mockChatCompletion(chatStream(chunks));

      const answer = await ask(face, 'openai/模型-é');

      expect(answer.status, answer.text).toBe(200);
      expect(answer.text).toContain(face.end);
      expect(answer.headers.get('x-tollgate-model')).toMatch(/^openai\/[ -~]+$/);
      expect(await bookedOnce(answer)).toMatchObject({
        status: 'ok',
        modelAsked: 'openai/模型-é',
      });
    });

    it('is answered whole', async () => {
      harness.openai.mockChatCompletion(json(chatResponse('one')));

      const answer = await post(harness, face.path, face.request('openai/模型-é'));

      expect(answer.status, answer.text).toBe(200);
      expect(await bookedOnce(answer)).toMatchObject({ status: 'ok' });
    });
  },
);

describe('a path that passes through', () => {
  const speech = async (reply: Reply): Promise<RecordedUsage> => {
    harness.openai.mockReply('POST', '/v1/audio/speech', reply);
    return bookedOnce(await post(harness, '/v1/audio/speech', { input: 'x' }));
  };

  it('is booked as failed where the provider refused it', async () => {
    const refusal = json(openAiError('no such voice', { type: 'invalid_request_error' }), {
      status: 400,
    });

    expect(await speech(refusal)).toMatchObject({
      status: 'failed',
      errorKind: 'provider_refused',
    });
    expect(await speech(bytes('', { status: 500 }))).toMatchObject({
      status: 'failed',
      errorKind: 'provider_failed',
    });
  });
});
