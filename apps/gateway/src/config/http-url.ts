import * as z from 'zod';

export const HTTP_URL = 'an http:// or https:// URL';

export const HttpUrl = z
  .url({ protocol: /^https?$/, error: `expected ${HTTP_URL}` })
  .refine((url) => !/^[a-z]+:\/\/[^/?#]*@/i.test(url), 'must not hold a user or password');

/** A host of one's own network, for which no address is refused. */
export const OwnHost = z.string().regex(/^[^/\s]+$/, 'expected a host, or host:port');
