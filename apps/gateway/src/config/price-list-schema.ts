import { REMOTE_DATA_JSON_URL } from '@pydantic/genai-prices';
import * as z from 'zod';
import { HttpUrl, OwnHost } from './http-url.ts';

/** Whether the published price list may be fetched, and from where. */
export const PriceListSettings = z
  .strictObject({
    refresh: z.boolean().default(false).meta({
      description:
        'Fetches the published price list in the background, so that new models have prices without a new version of Tollgate. Off: nothing is asked for, the bundled list serves.',
    }),
    url: HttpUrl.default(REMOTE_DATA_JSON_URL).meta({
      description: 'Where it is published; `https`, but on `privateHosts`.',
    }),
    everyHours: z.int().min(1).max(720).default(24).meta({
      description: 'How often it is asked for.',
    }),
    privateHosts: z.array(OwnHost).default([]).meta({
      description: 'Hosts of one’s own network that it may come from. All others must be public.',
    }),
  })
  .refine(
    ({ url, privateHosts }) => {
      const { protocol, host, hostname } = new URL(url);
      return protocol === 'https:' || [host, hostname].some((one) => privateHosts.includes(one));
    },
    {
      path: ['url'],
      message:
        'expected an https:// URL, or one on a host that privateHosts names: prices decide money',
    },
  );
export type PriceListConfig = z.output<typeof PriceListSettings>;
