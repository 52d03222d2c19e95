import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';

/** What a request's address says that others say in their body. */
export interface Address {
  readonly model: string;
  /** What is asked of the model: `generateContent` and its like. */
  readonly method: string;
}

/**
 * A model's name may have slashes and colons, raw or encoded; the method stands after the last colon.
 * The AI SDK puts no `models/` before a name that has a slash.
 */
const ADDRESS = /^\/v1(?:\/models|beta(?:\/models)?)\/(.+)(?::|%3a)(\w+)\/?$/is;

/** Undefined where the path asks nothing of a model. */
export function readAddress(url: string): Result<Address, GatewayError> | undefined {
  const [, name, method] = ADDRESS.exec(url.split('?', 1)[0] ?? '') ?? [];
  if (name === undefined || method === undefined) return undefined;
  try {
    return ok({ model: decodeURIComponent(name), method });
  } catch {
    return err({
      kind: 'invalid_request',
      path: 'model',
      detail: 'The model in the path is not valid percent-encoding.',
    });
  }
}

export const queryOf = (url: string): URLSearchParams =>
  new URLSearchParams(url.split('?').slice(1).join('?'));
