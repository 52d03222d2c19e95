import type { ServerResponse } from 'node:http';
import type { ReplyHead } from '@tollgate/core/dialects';
import type { Face } from './face.ts';

/** The names that our own limit of a key stands under; a provider's would be taken for it. */
const OWN_LIMITS = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'];

const PREFIX = 'x-tollgate-provider-';

/**
 * Says on our reply what its client may know of the provider's head: limits and timings by their own
 * names, the provider's id of the request under ours and, where the face's clients look for one, in
 * place of the call's. What an earlier attempt said is taken back.
 */
export function createProviderHead(res: ServerResponse, face: Face) {
  let said: readonly string[] = [];
  return ({ headers, requestId }: ReplyHead): void => {
    if (res.headersSent) return;
    for (const name of said) res.removeHeader(name);
    const fields = Object.entries(headers).map(([name, value]) => [ownName(name), value] as const);
    if (requestId !== undefined) {
      fields.push([`${PREFIX}request-id`, requestId.value]);
      if (requestId.name === face.idHeader) res.setHeader(requestId.name, requestId.value);
    }
    for (const [name, value] of fields) res.setHeader(name, value);
    said = fields.map(([name]) => name);
    if (said.length === 0) return;
    const exposed = res.getHeader('access-control-expose-headers');
    if (exposed !== undefined) {
      res.setHeader('access-control-expose-headers', [exposed, ...said].join(', '));
    }
  };
}

const ownName = (name: string): string =>
  OWN_LIMITS.includes(name) ? PREFIX + name.slice('x-'.length) : name;
