import { describe, expect, it } from 'vitest';
import type { Log } from '../../ports/log.ts';
import { createUserUsage } from './user-usage.ts';

const USER = { userId: 'zion:1', email: 'one@example.com' };
const quiet: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A user with these requests counted at each look, and so many of them waiting to be told. */
function arrange(counted: readonly (number | undefined)[], waiting: readonly number[]) {
  const counts = [...counted];
  const waits = [...waiting];
  return createUserUsage({
    channel: 'zion',
    log: quiet,
    room: {
      standing: async () => {
        const requests = counts.shift();
        if (requests === undefined) return undefined;
        return new Map([
          ['zion:1/aiRequests@life', { spent: BigInt(requests), reserved: 5n }],
          ['zion:1/aiInputTokens@life', { spent: 700n, reserved: 90n }],
        ]);
      },
    },
    outbox: {
      unacknowledged: async (channel, owner) => {
        expect([channel, owner]).toEqual(['zion', USER.email]);
        const requests = waits.shift();
        if (requests === undefined) throw new Error('the outbox can’t be read');
        return { requests, inputTokens: 100, outputTokens: 8 };
      },
    },
  });
}

describe('what a service knows of a user’s calls', () => {
  it('is what is counted, less what waits to be told; never what running calls hold', async () => {
    expect(await arrange([10, 10], [4]).acknowledged(USER)).toEqual({
      aiRequests: 6n,
      aiInputTokens: 600n,
      aiOutputTokens: -8n,
    });
  });

  it('is looked at again where a call was settled meanwhile: it may wait, or not', async () => {
    const usage = await arrange([10, 11, 11, 11], [4, 5]).acknowledged(USER);

    expect(usage?.aiRequests).toBe(6n);
  });

  it('is rather too little than too much where calls settle at each look', async () => {
    const usage = await arrange([1, 2, 2, 3, 3, 4, 4, 5], [1, 2, 3, 4]).acknowledged(USER);

    expect(usage?.aiRequests).toBe(0n);
  });

  it.each([
    ['the ledger', [undefined], [1]],
    ['the outbox', [1, 1], []],
  ])('is unknown where %s can’t be read', async (_, counted, waiting) => {
    expect(await arrange(counted, waiting).acknowledged(USER)).toBeUndefined();
  });
});
