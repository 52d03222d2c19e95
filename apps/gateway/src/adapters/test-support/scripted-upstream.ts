import { err, ok } from '@tollgate/core';
import type { Upstream, UpstreamBody, UpstreamRequest } from '../../ports/upstream.ts';

/** A scripted answer: a status with its body, or `down`, or `hang` until the caller gives up. */
export type Scripted =
  | {
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: { readonly [name: string]: string };
    }
  | 'down'
  | 'hang';

export interface ScriptedUpstream extends Upstream {
  /** Answers the next requests to paths that begin so, in order; the last one answers on. */
  script(path: string, ...answers: Scripted[]): void;
  readonly requests: readonly UpstreamRequest[];
}

const bodyOf = (text: string): UpstreamBody => ({
  bytes: () => Promise.resolve(ok(Buffer.from(text))),
  chunks: async function* () {
    yield Buffer.from(text);
  },
  cancel: () => {},
  letEnd: () => {},
});

/** Stands for another service, without a network. */
export function createScriptedUpstream(): ScriptedUpstream {
  const scripts = new Map<string, Scripted[]>();
  const requests: UpstreamRequest[] = [];
  const next = (path: string): Scripted => {
    const queue = [...scripts].find(([prefix]) => path.startsWith(prefix))?.[1] ?? [];
    return (queue.length > 1 ? queue.shift() : queue[0]) ?? { status: 500 };
  };
  return {
    requests,
    script(path, ...answers) {
      scripts.set(path, answers);
    },
    async send(request) {
      requests.push(request);
      // A turn of the loop, as a network would take: callers that come at once really wait together.
      await new Promise((resolve) => setImmediate(resolve));
      const answer = next(request.url.pathname);
      if (answer === 'down') return err({ kind: 'provider_unreachable', provider: 'p' });
      if (answer === 'hang') {
        await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
        return err({ kind: 'client_closed' });
      }
      const { status, body, headers = {} } = answer;
      return ok({ status, headers, body: bodyOf(JSON.stringify(body ?? {})) });
    },
    close: () => Promise.resolve(),
  };
}
