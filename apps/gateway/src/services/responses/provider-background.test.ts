import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { openAiResponses } from '@tollgate/core/dialects';
import type { JsonObject } from '@tollgate/core/json';
import { describe, expect, it, vi } from 'vitest';
import { createManualClock } from '../../adapters/test-support/manual-clock.ts';
import type { UpstreamReply } from '../../ports/upstream.ts';
import type { CallMeter } from '../call-meter.ts';
import { createFollowers, type Followed } from './provider-background.ts';

const provider = {
  name: 'keeper',
  dialects: ['openai-responses'],
  baseUrl: {},
  auth: 'none',
  keyVariables: [],
  quirks: {},
  models: [],
  modelPrefixes: [],
  apiKey: undefined,
  transport: 'http',
} as const;

const state = (status: string, fields: JsonObject = {}): JsonObject => ({
  id: 'resp_1',
  object: 'response',
  model: 'm',
  status,
  output: [],
  usage: null,
  ...fields,
});
const USAGE = { input_tokens: 5, output_tokens: 3, total_tokens: 8 };

/** Followers whose provider answers these, one after another, and what they booked. */
function following(...answers: readonly (JsonObject | GatewayError)[]) {
  const clock = createManualClock();
  const left = [...answers];
  const asked: unknown[] = [];
  const finish = vi.fn();
  const sawUsage = vi.fn();
  const meter: CallMeter = { sawUsage, sawModel: vi.fn(), sawFirstToken: vi.fn(), finish };
  const followers = createFollowers({
    clock,
    exchange: async ({ method, beneath }): Promise<Result<UpstreamReply, GatewayError>> => {
      asked.push(`${method} ${beneath}`);
      const answer = left.shift() ?? state('in_progress');
      if ('kind' in answer) return err(answer as GatewayError);
      const bytes = new TextEncoder().encode(JSON.stringify(answer));
      return ok({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: {
          bytes: async () => ok(bytes),
          chunks: async function* () {
            yield bytes;
          },
          cancel: () => undefined,
          letEnd: () => undefined,
        },
      });
    },
  });
  const one: Followed = {
    call: {
      id: 'call',
      face: 'openai',
      identity: { keyId: 'k', keyName: 'k', role: 'member', source: 'local', subject: 'key:k' },
      startedAt: 0,
      startedMonotonic: 0,
      strict: false,
      signal: new AbortController().signal,
    },
    destination: { provider, model: 'm', asked: 'm' },
    passage: openAiResponses.passage,
    response: state('queued'),
    booking: { meter, text: { input: () => 'Hi', output: () => '' }, losses: [] },
  };
  /** Time passes, and what was asked then is answered. */
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { followers, one, pass, asked, finish, sawUsage, clock };
}

describe('createFollowers', () => {
  it('asks ever less often until a response is finished, and books it once', async () => {
    const done = state('completed', { usage: USAGE });
    const { followers, one, pass, asked, finish, sawUsage, clock } = following(
      state('queued'),
      state('in_progress'),
      done,
    );

    expect(followers.follow(one)).toBe('taken');
    await pass(2_000);
    await pass(2_000);
    expect(asked).toEqual(['GET /resp_1']);
    await pass(1_000);
    await pass(4_500);
    followers.saw('resp_1', done);

    expect(asked).toHaveLength(3);
    expect(sawUsage).toHaveBeenCalledOnce();
    expect(finish).toHaveBeenCalledOnce();
    expect(finish.mock.calls[0]?.[0]).not.toHaveProperty('error');
    expect(clock.waiting()).toBe(0);
  });

  it('books at once what a client is told to be finished', () => {
    const { followers, one, finish, clock } = following();
    followers.follow(one);

    followers.saw('resp_1', state('completed', { usage: USAGE }));

    expect(finish).toHaveBeenCalledOnce();
    expect(clock.waiting()).toBe(0);
  });

  it('leaves to its caller what is finished already', () => {
    const { followers, one } = following();
    expect(followers.follow({ ...one, response: state('completed') })).toBe('heard');
  });

  it.each<[string, (followers: ReturnType<typeof createFollowers>) => void, string]>([
    ['deleted', (followers) => followers.saw('resp_1', undefined), 'client_closed'],
    ['cancelled', (followers) => followers.saw('resp_1', state('cancelled')), 'client_closed'],
    ['left behind', (followers) => followers.close(), 'shutting_down'],
  ])('books as it stands what is %s', (_how, end, kind) => {
    const { followers, one, finish } = following();
    followers.follow(one);

    end(followers);

    expect(finish.mock.calls).toMatchObject([[{ error: { kind } }]]);
  });

  it('leaves to its caller what begins after its end', () => {
    const { followers, one, clock } = following();

    followers.close();

    expect(followers.follow(one)).toBe('heard');
    expect(clock.waiting()).toBe(0);
  });

  it('follows a response once: a second call that is told the same is booked by its caller', () => {
    const { followers, one, finish, clock } = following();

    expect([followers.follow(one), followers.follow(one)]).toEqual(['taken', 'heard']);
    followers.close();

    expect(finish).toHaveBeenCalledOnce();
    expect(clock.waiting()).toBe(0);
  });

  it('books as gone what its provider tells to be deleted', () => {
    const { followers, one, finish } = following();
    followers.follow(one);

    followers.saw('resp_1', { id: 'resp_1', object: 'response', deleted: true });

    expect(finish.mock.calls).toMatchObject([[{ error: { kind: 'client_closed' } }]]);
  });

  it('asks again after a failure, and no more once the provider knows of nothing', async () => {
    const { followers, one, pass, finish, clock } = following(
      { kind: 'provider_unreachable', provider: 'keeper' },
      { kind: 'provider_refused', provider: 'keeper', status: 404, detail: 'gone' },
    );
    followers.follow(one);

    await pass(2_000);
    expect(finish).not.toHaveBeenCalled();
    await pass(3_000);

    expect(finish.mock.calls).toMatchObject([[{ error: { kind: 'provider_refused' } }]]);
    expect(clock.waiting()).toBe(0);
  });

  it('gives up after a day', async () => {
    const { followers, one, pass, finish } = following();
    followers.follow(one);

    for (let hour = 0; hour < 26; hour += 1) await pass(3_600_000);

    expect(finish.mock.calls).toMatchObject([[{ error: { kind: 'provider_timeout' } }]]);
  });
});
