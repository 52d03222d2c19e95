import { VirtualClock } from '@tollgate/testkit';
import { expect, it } from 'vitest';
import type { ChannelState } from '../ports/outbox-store.ts';
import { createOutboxHealth } from './outbox.ts';

const NOON = Date.UTC(2026, 10, 23, 12);

function health(states: readonly ChannelState[] | Error) {
  const clock = new VirtualClock(NOON);
  let asked = 0;
  const store = {
    states: () => {
      asked += 1;
      return states instanceof Error ? Promise.reject(states) : Promise.resolve(states);
    },
  };
  const names = ['zion', 'files'];
  return { clock, asked: () => asked, look: createOutboxHealth({ store, clock, names }) };
}

it('the outbox is well while what waits is young, and names what is late or dead', async () => {
  const young = health([{ channel: 'zion', waiting: 2, dead: 0, oldestAt: NOON - 5_000 }]);
  const late = health([
    { channel: 'zion', waiting: 2, dead: 0, oldestAt: NOON - 700_000 },
    { channel: 'files', waiting: 0, dead: 3 },
  ]);

  expect(await young.look()).toEqual({
    name: 'outbox',
    status: 'healthy',
    facts: { pending: 2, dead: 0, oldestSeconds: 5 },
  });
  expect(await late.look()).toEqual({
    name: 'outbox',
    status: 'degraded',
    facts: { pending: 2, dead: 3, oldestSeconds: 700 },
    detail: 'zion takes nothing for 11 minutes; files has 3 dead letters',
  });
});

it('no fault is found in what a channel left that is no longer configured', async () => {
  const { look } = health([{ channel: 'webhook:gone:usage.recorded', waiting: 0, dead: 9 }]);

  expect(await look()).toMatchObject({ status: 'healthy', facts: { pending: 0, dead: 0 } });
});

it('the outbox is looked at once a second at most, however often it is asked for', async () => {
  const { clock, asked, look } = health([]);

  await Promise.all([look(), look(), look()]);
  await clock.advance(999);
  await look();
  expect(asked()).toBe(1);

  await clock.advance(1);
  await look();
  expect(asked()).toBe(2);
});

it('an outbox that can not be read is degraded, and says nothing of why', async () => {
  const { look } = health(new Error('/secret/path'));

  expect(await look()).toEqual({
    name: 'outbox',
    status: 'degraded',
    detail: 'what waits can not be read',
  });
});
