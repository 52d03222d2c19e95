import { describe, expect, it } from 'vitest';
import { usageEvent, ZION_USER } from '../test-support/usage-event.ts';
import { outboxRows } from './outbox-rows.ts';

const difference = (uncached: number, text: number) =>
  usageEvent({
    user: ZION_USER,
    corrects: 'call-1',
    usage: { input: { uncached }, output: { text }, provenance: 'provider' },
  });

describe('what must be told of a call', () => {
  it('goes to Zion for its users, and to each channel that wants all, under one id', () => {
    const event = usageEvent({ user: ZION_USER });

    const rows = outboxRows(event, ['webhook:a:usage.recorded', 'files']);

    expect(rows.map(({ channel, eventId }) => [channel, eventId])).toEqual([
      ['zion', event.callId],
      ['webhook:a:usage.recorded', event.callId],
      ['files', event.callId],
    ]);
    expect(JSON.parse(rows[0]?.body ?? '')).toEqual({
      email: 'test@test.com',
      aiInputTokens: 10,
      aiOutputTokens: 5,
      aiRequests: 1,
      model: 'gpt-4o-mini',
      timestamp: '2026-11-23T12:00:00.000Z',
    });
    expect(JSON.parse(rows[2]?.body ?? '')).toEqual(event);
  });

  it('tells attempts of one call apart', () => {
    const event = usageEvent({ callId: 'call-1', attempt: 2 });

    expect(outboxRows(event, ['files']).map(({ eventId }) => eventId)).toEqual(['call-1/2']);
  });

  it('is of a correction only what it adds, to Zion, as no request of its own', () => {
    const [row] = outboxRows(difference(7, 0), []);

    expect(JSON.parse(row?.body ?? '')).toMatchObject({ email: 'test@test.com', aiInputTokens: 7 });
    expect(row?.body).not.toContain('aiRequests');
    expect(row).toMatchObject({ requests: 0, inputTokens: 7, outputTokens: 0 });
  });

  it.each([
    ['takes back', difference(-7, 0)],
    ['adds and takes back', difference(7, -1)],
    ['changes nothing', difference(0, 0)],
  ])(
    'is nothing, to Zion, of a correction that %s, and all of it to the others',
    (_name, event) => {
      const rows = outboxRows(event, ['files']);

      expect(rows.map(({ channel }) => channel)).toEqual(['files']);
      expect(JSON.parse(rows[0]?.body ?? '')).toEqual(event);
    },
  );
});
