import { KNOWN_PROVIDERS } from '@tollgate/core/providers';
import { createHarness, type Harness } from '@tollgate/testkit';
import { createApp } from '../../src/create-app.ts';
import type { RecordedReply } from './recorded-reply.ts';

/** A folder that holds several families is several providers, so that none is served by passing. */
export const providerOf = ({ provider, family }: RecordedReply): string => `${provider}-${family}`;

/** The gateway before the replaying upstream, which it takes for each of the recorded providers. */
export function startGateway(replies: readonly RecordedReply[], url: string): Promise<Harness> {
  const providers = Object.fromEntries(
    replies.map((reply) => [
      providerOf(reply),
      {
        dialect: reply.family,
        baseUrl: `${url}/v1`,
        apiKey: 'recorded',
        quirks: KNOWN_PROVIDERS.find(({ name }) => name === reply.provider)?.quirks ?? {},
      },
    ]),
  );
  return createHarness(createApp, { settings: { config: { providers } } });
}
