import { expect, it } from 'vitest';
import { usageEvent } from '../test-support/usage-event.ts';
import { outboxRows } from './outbox-rows.ts';

it('tells the operator’s own channels what a client says of its call, and Zion nothing of it', () => {
  const user = { id: 'u1', externalId: 'x1', email: 'ada@example.com' };
  const metadata = { job: 'of-the-client' };

  const rows = outboxRows(usageEvent({ user, metadata }), ['files']);

  const told = rows.map(({ channel, body }) => [channel, body.includes('of-the-client')]);
  expect(told).toEqual([
    ['zion', false],
    ['files', true],
  ]);
});
