import type { Handler } from './entrance.ts';

/** A path that is known, asked with a method that it hasn't. */
export const allowOnly =
  (...allow: readonly string[]): Handler =>
  async () => ({ kind: 'method_not_allowed', allow });
