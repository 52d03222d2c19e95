import { createHmac } from 'node:crypto';
import type { Secret } from '../../config/secret.ts';

export const KEY_PREFIX = 'tg_';

/** What is stored of a key's plaintext: useless without the server's secret. */
export type KeyDigest = (plaintext: string) => Buffer;

export const createKeyDigest =
  (secret: Secret): KeyDigest =>
  (plaintext) =>
    createHmac('sha256', secret.reveal()).update(plaintext).digest();

/** As much of a plaintext as tells keys apart and is no help to a guesser. */
export const hintOf = (plaintext: string): string =>
  `${plaintext.slice(0, Math.min(7, plaintext.length >> 2))}…`;
