import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';
import type { Ids } from '../../ports/ids.ts';

const POOL_BYTES = 4096;
const ID_BYTES = 12;

/** Random bytes drawn many at a time: one system call for hundreds of ids. */
function createRandomPool(): (count: number) => Buffer {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  return (count) => {
    if (used + count > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const bytes = pool.subarray(used, used + count);
    used += count;
    return bytes;
  };
}

/** UUIDv7 in rising order, within a millisecond by counting on: the ledger's pages follow it. */
function createCallIds(draw: (count: number) => Buffer): () => string {
  let msecs = 0;
  let seq = 0;
  return () => {
    const now = Date.now();
    if (now > msecs) {
      msecs = now;
      seq = draw(4).readUInt32BE() >>> 1;
    } else seq += 1;
    return v7({ msecs, seq, random: draw(16) });
  };
}

/** Ids from the operating system's randomness; `random` is uniform with 48 bits. */
export function createIds(): Ids {
  const draw = createRandomPool();
  return {
    callId: createCallIds(draw),
    prefixed: (prefix) => prefix + draw(ID_BYTES).toString('hex'),
    random: () => draw(6).readUIntBE(0, 6) / 2 ** 48,
  };
}
