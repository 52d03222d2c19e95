import { isSealed } from '../../state/sealer.ts';

/**
 * Fresh tool call ids for one reply, made of the reply's own id: unique as that is, the same
 * however often the reply is encoded, and at most 40 characters (for up to 100 calls), the longest
 * that providers take back. The provider's own ids are not kept: they may repeat from turn to turn.
 * Those that carry state are ours, and kept.
 */
export function createCallIds(replyId: string): (id: string) => string {
  const stem = replyId.replace(/[^A-Za-z0-9]/g, '').slice(-32);
  let count = 0;
  return (id) => {
    const fresh = `call_${stem}_${count}`;
    count += 1;
    return isSealed(id) ? id : fresh;
  };
}
