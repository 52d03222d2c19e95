import { KNOWN_PROVIDERS, type Quirks } from '@tollgate/core/providers';
import { createHarness, type Harness } from '@tollgate/testkit';
import { createApp } from '../../src/create-app.ts';
import type { RecordedReply } from './recorded-reply.ts';

/** A folder that holds several families is several providers, so that none is served by passing. */
export const providerOf = ({ provider, family }: RecordedReply): string => `${provider}-${family}`;

/** What the operator of an unknown look-alike would say of it. */
const UNKNOWN: Quirks = { omits: ['object', 'index', 'role'] };

const quirksOf = (provider: string): Quirks =>
  KNOWN_PROVIDERS.find(({ name }) => name === provider)?.quirks ??
  (provider === 'openai-compatible' ? UNKNOWN : {});

/** The gateway before the replaying upstream, which it takes for each of the recorded providers. */
export function startGateway(replies: readonly RecordedReply[], url: string): Promise<Harness> {
  const providers = Object.fromEntries(
    replies.map((reply) => [
      providerOf(reply),
      {
        dialect: reply.family,
        baseUrl: `${url}/v1`,
        apiKey: 'recorded',
        quirks: quirksOf(reply.provider),
      },
    ]),
  );
  return createHarness(createApp, { settings: { config: { providers } } });
}
