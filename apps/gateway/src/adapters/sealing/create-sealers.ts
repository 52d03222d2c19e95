import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { SEAL_MARK, type SealedPlace } from '@tollgate/core/state';
import type { Secret } from '../../config/secret.ts';
import type { Clock } from '../../ports/clock.ts';
import { KEPT_BYTES, type KeptStore } from '../../ports/kept-store.ts';
import type { CallSealer, SealerFor } from '../../ports/sealer-for.ts';

export interface SealingDeps {
  readonly clock: Clock;
  readonly kept: KeptStore;
}

/** As long as a conversation is likely to be taken up again. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** More than any conversation has of what is too long for its place: what is named beyond stays shut. */
const MOST_RECALLED = 1_000;

/** Whether a token holds its payload, or only names what is kept here. */
const INLINE = 'i';
const KEPT = 'k';

const MAC_BYTES = 16;
const MAC_CHARACTERS = 22;

/**
 * Tokens by HMAC-SHA256, keyed from the server's secret: mark, form, MAC, and the payload in
 * url-safe base64 where it fits its place. Authenticated, not encrypted: a client of the provider
 * itself would see as much. What is kept here is named by its MAC, so the same state is kept once.
 */
export function createSealers(secret: Secret, { clock, kept }: SealingDeps): SealerFor {
  const key = Buffer.from(hkdfSync('sha256', secret.reveal(), '', 'tollgate provider state', 32));

  const macOf = (owner: string, beside: string, payload: string): string => {
    const mac = createHmac('sha256', key);
    for (const text of [owner, beside, payload]) {
      // With its length before it: no two triples give one text.
      mac.update(`${Buffer.byteLength(text)}:`).update(text);
    }
    return mac.digest().subarray(0, MAC_BYTES).toString('base64url');
  };

  const sealerOf = (owner: string): CallSealer => {
    const recalled = new Map<string, string>();
    const missed = new Set<string>();
    const writing: Promise<unknown>[] = [];

    const seal = (payload: string, { beside, longest }: SealedPlace): string | undefined => {
      const mac = macOf(owner, beside, payload);
      const inline = `${SEAL_MARK}${INLINE}${mac}${Buffer.from(payload).toString('base64url')}`;
      if (longest === undefined || inline.length <= longest) return inline;
      if (Buffer.byteLength(payload) > KEPT_BYTES.state) return undefined;
      const expiresAt = clock.now() + KEPT_MS;
      writing.push(kept.put(owner, { kind: 'state', id: mac, body: payload, expiresAt }));
      return `${SEAL_MARK}${KEPT}${mac}`;
    };

    const payloadOf = (form: string, mac: string, rest: string): string | undefined => {
      if (form === INLINE) return Buffer.from(rest, 'base64url').toString();
      if (form !== KEPT || rest !== '') return undefined;
      if (!recalled.has(mac) && missed.size < MOST_RECALLED) missed.add(mac);
      return recalled.get(mac);
    };

    const open = (token: string, beside: string): string | undefined => {
      if (!token.startsWith(SEAL_MARK)) return undefined;
      const form = token.charAt(SEAL_MARK.length);
      const sealed = token.slice(SEAL_MARK.length + 1);
      const mac = sealed.slice(0, MAC_CHARACTERS);
      const payload = payloadOf(form, mac, sealed.slice(MAC_CHARACTERS));
      if (payload === undefined) return undefined;
      return isEqual(mac, macOf(owner, beside, payload)) ? payload : undefined;
    };

    const recall = async (): Promise<boolean> => {
      const wanted = [...missed];
      missed.clear();
      for (const mac of wanted) {
        // Where it can't be read its token does not open, and the call goes on without it.
        const found = await kept.get('state', mac, owner);
        if (found.ok && found.value !== undefined) recalled.set(mac, found.value);
      }
      return wanted.length > 0;
    };

    return {
      seal,
      open,
      recall,
      kept: async () => {
        await Promise.all(writing.splice(0));
      },
    };
  };
  return sealerOf;
}

function isEqual(told: string, right: string): boolean {
  const [left, other] = [Buffer.from(told), Buffer.from(right)];
  return left.length === other.length && timingSafeEqual(left, other);
}
