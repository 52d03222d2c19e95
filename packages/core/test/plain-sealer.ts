import { createHash } from 'node:crypto';
import { SEAL_MARK, type Sealer } from '../src/state/index.ts';

/** A sealer without a secret, for one owner: enough to see what is carried and what still opens. */
export function plainSealer(owner = 'owner'): Sealer {
  const kept = new Map<string, string>();
  const digest = (payload: string, beside: string): string =>
    createHash('sha256')
      .update(JSON.stringify([owner, beside, payload]))
      .digest('hex')
      .slice(0, 22);
  return {
    seal: (payload, { beside, longest = Number.POSITIVE_INFINITY }) => {
      const mac = digest(payload, beside);
      const inline = `${SEAL_MARK}i${mac}${Buffer.from(payload).toString('base64url')}`;
      if (inline.length <= longest) return inline;
      kept.set(mac, payload);
      return `${SEAL_MARK}k${mac}`;
    },
    open: (token, beside) => {
      const sealed = token.slice(SEAL_MARK.length + 1);
      const mac = sealed.slice(0, 22);
      const isKept = token.startsWith(`${SEAL_MARK}k`);
      const payload = isKept
        ? kept.get(mac)
        : Buffer.from(sealed.slice(22), 'base64url').toString();
      return payload !== undefined && digest(payload, beside) === mac ? payload : undefined;
    },
  };
}
