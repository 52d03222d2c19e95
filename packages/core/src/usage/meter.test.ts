import { describe, expect, it } from 'vitest';
import type { GatewayError } from '../chat/error.ts';
import type { Usage } from '../chat/usage.ts';
import { createMeter } from './meter.ts';

const call = {
  callId: 'call-1',
  startedAt: 1_000,
  keyId: 'key-1',
  keyName: 'app',
  face: 'openai',
  modelAsked: 'fast',
  provider: 'openai',
  modelServed: 'gpt-4o-mini',
  stream: true,
  attempt: 1,
};
const whole: Usage = { input: { uncached: 10 }, output: { text: 5 }, provenance: 'provider' };
const truncated: GatewayError = { kind: 'provider_truncated', provider: 'openai' };
const estimate = { inputTokens: 8, outputTokens: 3 };

const end = (error?: GatewayError) => ({
  elapsedMs: 12.4,
  ...(error === undefined ? {} : { error }),
});

describe('createMeter', () => {
  it('ends a counted call with the provider’s own figures', () => {
    const meter = createMeter(call);
    meter.sent();
    meter.sawModel('gpt-4o-mini-2024-07-18', 'flex');
    meter.sawFirstToken(3.6);
    meter.sawFirstToken(9);
    meter.sawUsage(whole);
    const ended = meter.finish({ ...end(), losses: ['seed: dropped'] });

    expect(ended?.needsEstimate).toBe(false);
    expect(ended?.event()).toEqual({
      ...call,
      modelSent: 'gpt-4o-mini',
      modelServed: 'gpt-4o-mini-2024-07-18',
      serviceTier: 'flex',
      usage: whole,
      status: 'ok',
      latencyMs: 12,
      timeToFirstTokenMs: 4,
      losses: ['seed: dropped'],
    });
  });

  it('takes a name of a model no longer than any model has', () => {
    const meter = createMeter(call);
    meter.sawModel('m'.repeat(1_000_000));

    expect(meter.finish(end())?.event().modelServed).toBe('m'.repeat(512));
  });

  it('ends once, whoever comes second', () => {
    const meter = createMeter(call);

    expect(meter.finish(end())).toBeDefined();
    expect(meter.finish(end({ kind: 'client_closed' }))).toBeUndefined();
  });

  it('is not changed by what comes after its end', () => {
    const meter = createMeter(call);
    meter.sawUsage(whole);
    const ended = meter.finish(end());
    meter.sawUsage({ ...whole, output: { text: 500 } });

    expect(ended?.event().usage).toEqual(whole);
  });

  it('bills nothing for a call that was never sent', () => {
    const ended = createMeter(call).finish(end({ kind: 'no_healthy_model', retryAfterSeconds: 1 }));

    expect(ended?.needsEstimate).toBe(false);
    expect(ended?.event(estimate)).not.toHaveProperty('usage');
  });

  it.each<GatewayError>([
    { kind: 'provider_refused', provider: 'p', status: 400, detail: '' },
    { kind: 'provider_rate_limited', provider: 'p', detail: '' },
    { kind: 'provider_auth', provider: 'p', status: 401 },
    { kind: 'provider_unreachable', provider: 'p' },
    { kind: 'provider_failed', provider: 'p', status: 500 },
    { kind: 'provider_timeout', provider: 'p', phase: 'connect' },
  ])('bills nothing where the provider answered no: $kind', (error) => {
    const meter = createMeter(call);
    meter.sent();
    const ended = meter.finish(end(error));

    expect(ended?.needsEstimate).toBe(false);
    expect(ended?.event()).toMatchObject({ status: 'failed', errorKind: error.kind });
    expect(ended?.event()).not.toHaveProperty('usage');
  });

  it.each<GatewayError>([
    { kind: 'provider_rate_limited', provider: 'p', detail: '' },
    { kind: 'provider_failed', provider: 'p', status: 529, overloaded: true },
  ])('counts what had passed when the provider says no in mid-stream: $kind', (error) => {
    const meter = createMeter(call);
    meter.sent();
    meter.sawFirstToken(5);
    const ended = meter.finish(end(error));

    expect(ended?.needsEstimate).toBe(true);
    expect(ended?.event(estimate)).toMatchObject({
      status: 'failed',
      usage: { input: { uncached: 8 }, output: { text: 3 }, provenance: 'interrupted' },
    });
  });

  it.each<[string, GatewayError]>([
    ['failed', truncated],
    ['failed', { kind: 'provider_failed', provider: 'p' }],
    ['failed', { kind: 'provider_timeout', provider: 'p', phase: 'idle' }],
    ['client_closed', { kind: 'client_closed' }],
  ])('counts what had passed when a call ends as %s', (status, error) => {
    const meter = createMeter(call);
    meter.sent();
    const ended = meter.finish(end(error));

    expect(ended?.needsEstimate).toBe(true);
    expect(ended?.event(estimate)).toMatchObject({
      status,
      usage: { input: { uncached: 8 }, output: { text: 3 }, provenance: 'interrupted' },
    });
  });

  it('marks a count of its own as an estimate where the provider sent none', () => {
    const meter = createMeter(call);
    meter.sent();

    expect(meter.finish(end())?.event(estimate)).toMatchObject({
      status: 'ok',
      usage: { provenance: 'estimate' },
    });
  });

  it('keeps what the provider counted before a cut, and never lowers it', () => {
    const meter = createMeter(call);
    meter.sawUsage({
      input: { uncached: 4, cacheRead: 90 },
      output: { text: 7 },
      provenance: 'provider',
    });
    const ended = meter.finish(end(truncated));

    const input = { uncached: 4, cacheRead: 90 };
    expect(ended?.event({ inputTokens: 1, outputTokens: 3 }).usage).toEqual({
      input,
      output: { text: 7 },
      provenance: 'interrupted',
    });
    expect(ended?.event({ inputTokens: 1, outputTokens: 30 }).usage).toMatchObject({
      input,
      output: { text: 30 },
    });
  });

  it('takes the latest count, and the last input where the latest has none', () => {
    const meter = createMeter(call);
    meter.sawUsage({ input: { uncached: 10 }, output: { text: 1 }, provenance: 'provider' });
    meter.sawUsage({ input: {}, output: { text: 20 }, provenance: 'provider' });

    expect(meter.finish(end())?.event().usage).toEqual({
      input: { uncached: 10 },
      output: { text: 20 },
      provenance: 'provider',
    });
  });
});
